"""Settings from a file, output as Hydra's logger writes it."""

import sys
from pathlib import Path

settings = {}
for line in Path(sys.argv[1]).read_text().splitlines():
    key, _, value = line.partition(":")
    settings[key.strip()] = value.strip()
score = 0.2
for epoch in range(int(settings["epochs"])):
    score += float(settings["lr"]) * (1 - score)
    print(
        f"[2026-11-25 14:02:0{epoch},123][__main__][INFO] - Epoch {epoch} | train/loss: "
        f"{1 - score:.4f} | val/loss: {1.1 - score:.4f} | val/miou: {score:.4f}"
    )
