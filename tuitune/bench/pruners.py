"""What each pruner saves and loses, on recorded curves: no training, the same everywhere."""

from __future__ import annotations

from tuitune.bench.figures import Figure, Say
from tuitune.bench.replay import TOP, load_curves, replay_rounds

PRUNERS = (
    "none",
    "median",
    "percentile",
    "asha",
    "asha eta=2 grace=3",
    "hyperband",
    "patience",
    "threshold value=0.2 epoch=25",
)
"""All with their defaults; `asha` also in its careful form, `threshold` above the chance level."""

BOUNDS = {"median": (60.0, 95.0)}
"""Pruner to the most percent of the epochs that it may spend, and the fewest of the top ten that it
has to keep. The others are for comparison."""


def measure(quick: bool, say: Say) -> list[Figure]:
    """Replay rounds of 100 trials, one worker and two in turns, the same rounds for each pruner."""
    recorded = load_curves()
    rounds = 10 if quick else 30
    figures = []
    for text in PRUNERS:
        found = replay_rounds(recorded, text, rounds=rounds)
        epochs, all_epochs = sum(r.epochs for r in found), sum(r.all_epochs for r in found)
        lost = sum(r.best_lost for r in found)
        kept, top = sum(r.top_kept for r in found), sum(r.top for r in found)
        most, least = BOUNDS.get(text, (None, None))
        say(
            f"{text}: {100 * epochs / all_epochs:.0f} % of the epochs, best lost in {lost} of "
            f"{rounds} rounds, {TOP * kept / top:.1f} of the best {TOP} kept"
        )
        figures += [
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
    return figures
