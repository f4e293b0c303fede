"""argparse, and a bar with a postfix on standard error, as tqdm draws it."""

import argparse
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--augment", action="store_true")
args = parser.parse_args()
accuracy = 0.3
for epoch in range(1, args.epochs + 1):
    accuracy += args.lr * (1 - accuracy)
    for step in range(5):
        done = "█" * (2 * step) + " " * (8 - 2 * step)
        loss = 1 - accuracy + 0.01 * (4 - step)
        tail = f", val_loss={1.1 - accuracy:.3f}, val_acc={accuracy:.3f}" if step == 4 else ""
        sys.stderr.write(
            f"\rEpoch {epoch}/{args.epochs}: {25 * step:3d}%|{done}| {step}/4 "
            f"[00:0{step}<00:0{4 - step}, {9 + step}.31it/s, loss={loss:.3f}{tail}]"
        )
    sys.stderr.write("\n")
