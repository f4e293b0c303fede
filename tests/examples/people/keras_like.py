"""Bars of Keras 3: colours, backspaces, and an evaluation at the end."""

import os
import sys

lr = float(os.environ["LR"]) if "LR" in os.environ else float(sys.argv[1])
accuracy = 0.4
for epoch in range(3):
    accuracy += lr * (1 - accuracy)
    print(f"Epoch {epoch + 1}/3")
    for step in (1, 5, 9):
        bar = "\x1b[32m" + "━" * step + "\x1b[0m\x1b[37m" + "━" * (9 - step) + "\x1b[0m"
        text = f"\x1b[1m{step}/9\x1b[0m {bar} \x1b[1m0s\x1b[0m 3ms/step"
        text += f" - accuracy: {accuracy - 0.1 + step / 200:.4f} - loss: {1 - accuracy:.4f}"
        sys.stdout.write("\b" * 90 + "\r" + text)
    print(f" - val_accuracy: {accuracy:.4f} - val_loss: {1.05 - accuracy:.4f}")
print(f"9/9 {'━' * 9} 0s 1ms/step - accuracy: 0.9999 - loss: 0.0001")
