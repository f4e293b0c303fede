"""What each pruner saves and loses, on recorded curves: no training, the same everywhere."""

from __future__ import annotations

import numpy as np

from tuitune.bench.figures import Figure, Say
from tuitune.bench.replay import TOP, Replay, load_curves, recorded_points, replay_rounds

PRUNERS = (
    "none",
    "median",
    "pause",
    "percentile",
    "asha",
    "asha eta=2 grace=3",
    "hyperband",
    "patience",
    "threshold value=0.2 epoch=25",
)
"""All with their defaults; `asha` also in its careful form, `threshold` above the chance level."""

BOUNDS = {"median": (60.0, 95.0), "pause": (60.0, None)}
"""Pruner to the most percent of the epochs that it may spend, and the fewest of the top ten that it
has to keep. The others are for comparison."""

NARROW = ("median", "pause")
"""Replayed among the trials in the book's ranges as well, where most good ones start slowly."""
NARROW_BOUNDS = {"median": (70.0, 95.0), "pause": (60.0, 95.0)}
BOOK_LR = 1e-2
"""Upper end of the book's range of `lr`."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Replay rounds of 100 trials, one worker and two in turns, the same rounds for each pruner."""
    recorded = load_curves()
    rounds = 10 if quick else 30
    figures = []
    for text in PRUNERS:
        found = replay_rounds(recorded, text, rounds=rounds)
        figures += _figures(text, found, BOUNDS.get(text, (None, None)), say)
    low = np.array([float(params["lr"]) <= BOOK_LR for params in recorded_points()])
    for text in NARROW:
        found = replay_rounds(recorded[low], text, rounds=rounds)
        figures += _figures(f"{text}, lr to 1e-2", found, NARROW_BOUNDS[text], say)
    return figures


def _figures(
    text: str, found: list[Replay], bounds: tuple[float | None, float | None], say: Say
) -> list[Figure]:
    epochs, all_epochs = sum(r.epochs for r in found), sum(r.all_epochs for r in found)
    lost, rounds = sum(r.best_lost for r in found), len(found)
    kept, top = sum(r.top_kept for r in found), sum(r.top for r in found)
    most, least = bounds
    say(
        f"{text}: {100 * epochs / all_epochs:.0f} % of the epochs, best lost in {lost} of "
        f"{rounds} rounds, {TOP * kept / top:.1f} of the best {TOP} kept"
    )
    return [
        Figure(
            "pruners", f"{text}: epochs spent", 100 * epochs / all_epochs, "%", most,
            detail=f"{epochs:,} of {all_epochs:,}",
        ),
        Figure(
            "pruners", f"{text}: best trial lost", 100 * lost / rounds, "%",
            None if most is None else 0.0, detail=f"in {lost} of {rounds} rounds",
        ),
        Figure(
            "pruners", f"{text}: top ten kept", 100 * kept / top, "%", least, at_least=True,
            detail=f"{kept} of {top}",
        ),
    ]  # fmt: skip
