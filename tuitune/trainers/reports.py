"""What a trainer reports becomes numbers here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from tuitune.errors import TrainerError, plain, quote
from tuitune.space.numbers import LARGEST

MOST_METRICS = 64
LONGEST_NAME = 64


class UnusableReport(TrainerError):
    """A report that holds no number to rank a trial by, or something that is no number."""


def clean_report(raw: object, metric: str) -> dict[str, float | None]:
    """Return one report as metric name to float; None: it is not finite, or above 1e150 in size.

    Any number will do, also a NumPy or PyTorch scalar; True and False are 1 and 0. What is None was
    not measured in this epoch, and is left out. Raises `UnusableReport` in one sentence for
    anything else, and where `metric` is not named at all.
    """
    if not isinstance(raw, Mapping):
        raise UnusableReport(
            f"a report is a mapping such as {{'{metric}': 0.81}}, not {quote(repr(raw))}"
        )
    if len(raw) > MOST_METRICS:
        raise UnusableReport(f"a report has at most {MOST_METRICS} metrics, not {len(raw)}")
    metrics: dict[str, float | None] = {}
    for name, value in raw.items():
        if value is not None:
            key = plain(str(name))[:LONGEST_NAME]
            metrics[key] = _number(key, value)
    if metric not in metrics and metric not in raw:
        names = ", ".join(quote(name) for name in list(metrics)[:5]) or "nothing"
        raise UnusableReport(f"a report must hold {quote(metric)}; this one holds {names}")
    return metrics


def _number(name: str, value: object) -> float | None:
    if type(value) is float:
        return value if abs(value) <= LARGEST else None
    if isinstance(value, str | bytes):
        raise UnusableReport(f"{quote(name)} must be a number, not {quote(repr(value))}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise UnusableReport(f"{quote(name)} must be a number, not {quote(repr(value))}") from None
    return number if abs(number) <= LARGEST else None
