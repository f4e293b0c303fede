"""A bar of Lightning: until an epoch's end it shows the validation of the epoch before."""

import sys

lr = float(sys.argv[sys.argv.index("--lr") + 1])
print("  | Name  | Type   | Params | Mode\n-----------------------------------------")
print("0 | model | Linear | 7.9 K  | train\n-----------------------------------------")
print("7.9 K     Trainable params\n0.031     Total estimated model params size (MB)")
f1, shown = 0.2, ""
for epoch in range(3):
    for step in range(4):
        head = f"\rEpoch {epoch}: {33 * step:3d}%|{'█' * step:3}| {step}/3 [00:00<00:00, 91.20it/s"
        print(f"{head}, v_num=0, train_loss={1 - f1:.3f}{shown}]", end="")
    f1 += lr * (1 - f1)
    shown = f", val_loss={1 - f1:.3f}, val_f1={f1:.3f}"
    print(f"{head}, v_num=0, train_loss={1 - f1:.3f}{shown}]", end="")
print("\n`Trainer.fit` stopped: `max_epochs=3` reached.")
