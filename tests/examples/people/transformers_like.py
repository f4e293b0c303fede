"""Dicts of the Trainer of Transformers 5, which quotes its numbers; a config in JSON."""

import json
import sys

with open(sys.argv[1]) as file:
    lr = json.load(file)["learning_rate"]
accuracy = 0.3
for epoch in range(1, 4):
    for half in (0.5, 1.0):
        at = f"{epoch - 1 + half:.4g}"
        print(
            {
                "loss": f"{1 - accuracy:.4g}",
                "grad_norm": "1.31",
                "learning_rate": f"{lr:.3g}",
                "epoch": at,
            }
        )
    accuracy += lr * (1 - accuracy)
    print(
        {"eval_loss": f"{1.1 - accuracy:.4g}", "eval_accuracy": f"{accuracy:.4g}", "eval_runtime": "0.81",
         "eval_samples_per_second": "455.2", "epoch": f"{epoch}"}
    )  # fmt: skip
print({"train_runtime": "12.41", "train_loss": "0.5", "epoch": "3"})
