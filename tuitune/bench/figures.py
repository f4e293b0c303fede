"""What a figure is, and the table of all that are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from tuitune.errors import UsageError, quote


@dataclass(frozen=True)
class Figure:
    """One measured number against its bound."""

    name: str
    """Of the measurement that it belongs to."""
    what: str
    value: float
    unit: str
    """`x` for a ratio; else `ms`, `s`, `KiB/s`, `%`, `points`."""
    bound: float | None
    """None: nothing is promised, the number is there to compare with."""
    at_least: bool = False
    """Whether the value is to reach the bound; else it is to stay at or under it."""
    detail: str = ""
    """The raw numbers behind it."""

    @property
    def holds(self) -> bool:
        """Whether the figure is what we promise; True where nothing is."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound


Say = Callable[[str], None]
Measure = Callable[[bool, Say], list[Figure]]
"""`measure(quick, say)` returns its figures; `say` takes a line of progress."""

MEASUREMENTS = {
    "trial": ("tuitune.bench.trial", "one trial against its own bare matrix products"),
    "workers": ("tuitune.bench.workers", "two workers against one, and keys while two run"),
    "engine": ("tuitune.bench.engine", "what the engine costs a trial, at trial 100 and 100,000"),
    "pruners": ("tuitune.bench.pruners", "what pruners save and lose, on recorded curves"),
    "race": ("tuitune.bench.race", "how often what the race of finish says is true"),
    "advice": ("tuitune.bench.advice", "what following the advice comes to, on simulated problems"),
    "samplers": ("tuitune.bench.samplers", "what samplers reach in 96 trials, on known functions"),
    "help": ("tuitune.bench.startup", "tuitune --help"),
    "start": ("tuitune.bench.firstscreen", "first full screen, of 10,000 trials as well"),
    "keys": ("tuitune.bench.keys", "key press to changed screen, training against rest"),
    "bytes": ("tuitune.bench.traffic", "bytes to the terminal while a round runs"),
    "together": ("tuitune.bench.together", "a round with the app open against headless"),
    "table": ("tuitune.bench.table", "one event drawn in a table of 100,000 trials"),
}
"""Name to the module that holds its `measure`, and what it is about."""


def measurement(name: str) -> Measure:
    """Import and return one measurement. Raises UsageError for a name that there is not."""
    if name not in MEASUREMENTS:
        raise UsageError(f"there is no figure {quote(name)}: known are {', '.join(MEASUREMENTS)}")
    measure: Measure = import_module(MEASUREMENTS[name][0]).measure
    return measure
