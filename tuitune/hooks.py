"""Callbacks that report for scripts whose training loop is somebody else's; two lines each.

    from tuitune.hooks import LightningReport
    trainer = Trainer(callbacks=[LightningReport()])

Each is made from the callback class of the library that the script has imported; nothing is
imported here, and outside of TuiTune they do nothing. As `tuitune.reporting`, this needs the
standard library of Python 3.7 alone.
"""

from __future__ import annotations

import sys
from typing import Any, Mapping  # noqa: UP035 - as Python 3.7 has it

from tuitune.reporting import report

__all__ = ["KerasReport", "LightningReport", "TransformersReport"]


def LightningReport() -> Any:
    """Return a callback for `Trainer(callbacks=[...])` of Lightning 1.6 or later.

    It reports what the module logged, once at the end of each training epoch; in an epoch without a
    validation, the numbers of the last validation are left out.
    """
    base: Any = _class("Callback", "lightning.pytorch.callbacks", "pytorch_lightning.callbacks")

    class Report(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._before: set[str] = set()
            self._of_validation: set[str] = set()
            self._validated = False

        def on_validation_start(self, trainer: Any, _module: Any) -> None:
            self._before = set(trainer.callback_metrics)

        def on_validation_end(self, trainer: Any, _module: Any) -> None:
            if not trainer.sanity_checking:
                self._validated = True
                self._of_validation |= set(trainer.callback_metrics) - self._before

        def on_train_epoch_end(self, trainer: Any, _module: Any) -> None:
            stale = set() if self._validated else self._of_validation
            self._validated = False
            found = {k: v for k, v in trainer.callback_metrics.items() if k not in stale}
            if trainer.is_global_zero:
                report(numbers(found))

    return Report()


def TransformersReport() -> Any:
    """Return a callback for `Trainer(callbacks=[...])` of Transformers.

    It reports the numbers of each evaluation, with the last training loss that was logged.
    """
    base: Any = _class("TrainerCallback", "transformers", "transformers.trainer_callback")

    class Report(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._loss: dict[str, Any] = {}

        def on_log(
            self, _args: Any, _state: Any, _control: Any, logs: Any = None, **_: Any
        ) -> None:
            if logs and "loss" in logs:
                self._loss = {"loss": logs["loss"]}

        def on_evaluate(
            self, _args: Any, state: Any, _control: Any, metrics: Any = None, **_: Any
        ) -> None:
            found = {k: v for k, v in (metrics or {}).items() if k != "epoch"}
            if state.is_world_process_zero:
                report(numbers({**self._loss, **found}))

    return Report()


def KerasReport() -> Any:
    """Return a callback for `model.fit(callbacks=[...])` of Keras: the logs of an epoch."""
    base: Any = _class(
        "Callback", "keras.callbacks", "tensorflow.keras.callbacks", "keras.src.callbacks"
    )

    class Report(base):  # type: ignore[misc]
        def on_epoch_end(self, _epoch: int, logs: Any = None) -> None:
            report(numbers(logs or {}))

    return Report()


def numbers(found: Mapping[str, Any]) -> dict[str, float]:
    """Return what is a number of what a library logged, by name."""
    kept = {}
    for name, value in found.items():
        try:
            kept[str(name)] = float(value)
        except (TypeError, ValueError, RuntimeError):
            continue  # a text, a tensor of several elements
    return kept


def _class(name: str, *modules: str) -> Any:
    """Return a class of the first of `modules` that the script has imported."""
    for module in modules:
        found = getattr(sys.modules.get(module), name, None)
        if found is not None:
            return found
    raise ImportError(
        f"none of {', '.join(modules)} is imported yet: import the library first, then make the "
        "callback"
    )
