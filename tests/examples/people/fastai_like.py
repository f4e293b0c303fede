"""The table that fastai prints under its bar."""

import sys

rate = float(sys.argv[1].partition("=")[2])
print("epoch     train_loss  valid_loss  error_rate  time    ")
error = 0.5
for epoch in range(4):
    for step in range(0, 101, 25):
        print(
            f"\rEpoch {epoch + 1}/4 : |{'█' * (step // 5):-<20}| {step:.2f}% [{step}/100 00:01<00:03 {error:.4f}]",
            end="",
        )
    error *= 1 - rate
    print("\r" + " " * 78, end="\r")
    print(f"{epoch:<10}{error:<12.6f}{1.1 * error:<12.6f}{error / 2:<12.6f}00:0{epoch + 1}     ")
