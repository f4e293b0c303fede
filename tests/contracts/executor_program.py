"""A program that trains one of `executor_trainers` and prints its reports, as anybody's would."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import sys
from pathlib import Path


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    path = Path(__file__).with_name("executor_trainers.py")
    spec = importlib.util.spec_from_file_location("executor_trainers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    params = json.loads(os.environ["TUITUNE_PARAMS"])
    epochs, seed = int(os.environ["TUITUNE_EPOCHS"]), int(os.environ["TUITUNE_SEED"])
    with contextlib.closing(getattr(module, name)(params, epochs=epochs, seed=seed)) as reports:
        for report in reports:
            if report is not None:
                sys.stdout.write(json.dumps(report) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
