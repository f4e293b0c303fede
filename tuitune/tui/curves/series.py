"""From learning curves to what a chart draws: which trials, which metric, smoothing, axes, ticks.

Pure, and free of any drawing. An epoch without a number (`None`, NaN, infinite) is a gap: it stays
in the series and is left out of the bounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tuitune.model.trial import Problem, Trial
from tuitune.words import no_zero

MOST_CURVES = 6
"""Trials in one chart; more can't be told apart."""

SMOOTHING = 0.6
"""Share of the past in the exponential moving average."""

LARGEST = 1e300
"""No axis spans more: sums of such numbers stay finite."""

Kind = Literal["validation", "training"]
Shown = Literal["validation", "training", "both"]


@dataclass(frozen=True)
class Series:
    """One curve of a trial."""

    trial: int
    slot: int
    """Marker and colour, 0 to `MOST_CURVES` - 1."""
    kind: Kind
    values: tuple[float | None, ...]
    """One an epoch from epoch 1 on; None is a gap."""


@dataclass(frozen=True)
class Axis:
    """What an axis spans and where it is labelled; `low < high`, all finite."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    log: bool = False
    """Equal ratios take equal lengths; then 0 < `low`."""


@dataclass(frozen=True)
class Chart:
    """Everything that a drawing of curves needs."""

    series: tuple[Series, ...]
    x: Axis
    y: Axis


class MetricPair(NamedTuple):
    """A metric and its counterpart on the training samples; either may be missing."""

    validation: str | None
    training: str | None

    @property
    def name(self) -> str:
        """What the chart is titled with."""
        return self.validation or self.training or ""


# -- which ------------------------------------------------------------------------------------


def metric_pairs(problem: Problem, trials: Iterable[Trial]) -> list[MetricPair]:
    """Return what can be drawn: the metric that ranks first, then the rest in order of names."""
    names = sorted({name for trial in trials for name in trial.curve})
    pairs = [MetricPair(problem.metric, problem.train_metric)]
    taken = {problem.metric, problem.train_metric}
    for name in names:
        if name in taken:
            continue
        if name.startswith("train_") and f"val_{name[6:]}" in names:
            continue
        training = f"train_{name[4:]}" if name.startswith("val_") else None
        if training in names:
            taken.add(training)
            pairs.append(MetricPair(name, training))
        elif name.startswith("train_"):
            pairs.append(MetricPair(None, name))
        else:
            pairs.append(MetricPair(name, None))
    return pairs


def is_accuracy(problem: Problem, pair: MetricPair) -> bool:
    """Whether a metric is a share of right answers, so that its axis ends at 0 and 1."""
    if pair.validation == problem.metric and problem.classes is not None:
        return True
    return "acc" in pair.name.lower()


def choose_trials(
    selected: int | None, pinned: Sequence[int], best: Sequence[int], count: int
) -> list[int]:
    """Return the trials to draw: the selected one, the pinned ones, then the best `count`.

    At most `MOST_CURVES`, none twice; `best` is in order, the best first.
    """
    wanted = ([] if selected is None else [selected]) + [*pinned, *best[: max(count, 0)]]
    return list(dict.fromkeys(wanted))[:MOST_CURVES]


class Markers:
    """Which marker and colour a trial has; it keeps them for as long as it is drawn."""

    def __init__(self) -> None:
        self.slots: dict[int, int] = {}
        """Trial number to slot, 0 to `MOST_CURVES` - 1."""

    def assign(self, trials: Sequence[int]) -> dict[int, int]:
        """Take what is drawn now (at most `MOST_CURVES`); return the slot of each."""
        kept = {trial: self.slots[trial] for trial in trials if trial in self.slots}
        free = iter(sorted(set(range(MOST_CURVES)) - set(kept.values())))
        self.slots = {t: kept[t] if t in kept else next(free) for t in trials}
        return dict(self.slots)


# -- values -----------------------------------------------------------------------------------


def finite(value: float | None) -> float | None:
    """Return `value` where it is a finite number, else None."""
    return value if value is not None and math.isfinite(value) else None


def smooth(values: Sequence[float | None], weight: float = SMOOTHING) -> list[float | None]:
    """Return the exponential moving average with `weight` on the past; gaps stay gaps."""
    average: float | None = None
    smoothed: list[float | None] = []
    for value in map(finite, values):
        if value is None:
            smoothed.append(None)
            continue
        average = value if average is None else weight * average + (1 - weight) * value
        smoothed.append(average)
    return smoothed


def make_chart(
    trials: Sequence[Trial],
    slots: dict[int, int],
    pair: MetricPair,
    *,
    shown: Shown = "both",
    smoothed: bool = False,
    accuracy: bool = False,
    width: int = 80,
    height: int = 20,
) -> Chart:
    """Return the chart of `trials`, the first in front; `width` x `height` cells set the ticks."""
    series: list[Series] = []
    for trial in reversed(trials):
        for kind, name in (("training", pair.training), ("validation", pair.validation)):
            column = trial.curve.get(name) if name is not None else None
            if column is None or (shown not in (kind, "both")):
                continue
            values = tuple(smooth(column) if smoothed else map(finite, column))
            series.append(
                Series(
                    trial.number,
                    slots.get(trial.number, 0),
                    "training" if kind == "training" else "validation",
                    values,
                )
            )
    epochs = max((trial.epochs for trial in trials), default=1)
    epochs = max([epochs, *(len(one.values) for one in series)])
    numbers = [value for one in series for value in one.values if value is not None]
    y = value_axis(numbers, rows=height - 2, accuracy=accuracy)
    return Chart(tuple(series), epoch_axis(epochs, width - 6), y)


# -- axes -------------------------------------------------------------------------------------


def epoch_axis(epochs: int, width: int) -> Axis:
    """Return the axis from epoch 1 to the last: ticks at 1 and at multiples of a round number."""
    last = max(epochs, 2)
    room = max(width // (len(str(last)) + 4), 1)
    step = _round_step((last - 1) / room, whole=True)
    first = int(step)
    multiples = range(first, last + 1, first)
    ticks = [1, *(tick for tick in multiples if tick - 1 >= 0.6 * step)]
    return Axis(1.0, float(last), tuple((float(tick), str(tick)) for tick in ticks))


def value_axis(numbers: Iterable[float], *, rows: int, accuracy: bool = False) -> Axis:
    """Return an axis that spans `numbers` with round ends, with at most a tick for two `rows`.

    Non-finite and monstrous numbers are left out, and so are the few that lie ten times further
    out than the rest is wide: one diverged epoch must not flatten all curves. An accuracy's axis
    stays within 0 and 1.
    """
    found = sorted(value for value in numbers if abs(value) < LARGEST)
    if accuracy:
        found = [min(max(value, 0.0), 1.0) for value in found]
    low, high = _bulk(found) if found else (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        pad = abs(low) / 10 or 0.5
        low, high = low - pad, high + pad
    if accuracy:
        low, high = max(low, 0.0), min(high, 1.0)
    step = _round_step((high - low) / max(min(rows // 2, 8), 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if accuracy:
        first, last = max(first, 0), min(last, math.floor(1 / step + 1e-9))
        high = max(high, last * step)
    ticks = [index * step for index in range(first, last + 1)]
    return Axis(
        min(low, first * step) if not accuracy else max(first * step, 0.0),
        max(high, last * step),
        tuple((tick, _tick(tick, step)) for tick in ticks),
    )


def parameter_axis(low: float, high: float, *, log: bool, width: int) -> Axis:
    """Return the axis of a parameter: powers of ten on a log scale, round numbers on a linear."""
    if not log or low <= 0:
        axis = value_axis([low, high], rows=max(width // 4, 3))
        return Axis(low, high, tuple(t for t in axis.ticks if low <= t[0] <= high))
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) * 7 / max(width, 1)))
    ticks = [(10.0**power, f"1e{power}") for power in range(first, last + 1, every)]
    return Axis(low, high, tuple(ticks), log=True)


def _bulk(found: Sequence[float]) -> tuple[float, float]:
    """Return the bounds of sorted numbers without the few that lie far outside."""
    low, high = found[0], found[-1]
    if len(found) < 10:
        return low, high
    near, far = found[len(found) // 20], found[-1 - len(found) // 20]
    reach = 10 * (far - near)
    if not math.isfinite(reach) or reach == 0:
        return (low, high) if reach == 0 and high - low < 1e6 else (near, far)
    return (
        low if near - low <= reach else near,
        high if high - far <= reach else far + (far - near) / 10,
    )


def _round_step(step: float, *, whole: bool = False) -> float:
    """Return 1, 2 or 5 times a power of ten, at least `step`."""
    step = max(step, 1.0 if whole else 1e-300)
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 5):
        if factor * power >= step * (1 - 1e-9):
            return factor * power
    return 10 * power


def _tick(value: float, step: float) -> str:
    """Return a tick's label with the decimals that its step needs: `.15`, `2`, `1e6`."""
    if value == 0 or abs(value) < step / 1000:
        return "0"
    if not 1e-4 <= abs(value) < 1e5 or step < 1e-4:
        digits, _, exponent = f"{value:.1e}".partition("e")
        return f"{digits.removesuffix('.0')}e{int(exponent)}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:.{decimals}f}"
    return no_zero(text)
