"""What giving up trials saved in a round, and what the control trials say that it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuitune.advice.records import Statement
from tuitune.advice.top import top_size
from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.words import plural

WEIGHT = 72.0
"""Above all that is said of the curves, so that it is in sight while a pruner is in use."""
FALSE_WEIGHT = 92.0
"""The same where the pruner gave up what it should not have."""


@dataclass(frozen=True, slots=True)
class Audit:
    """One round under a pruner.

    A false give-up is a control trial, one that the pruner would have given up, that ended among
    the `top` best of its round: as many as every verdict rests on. The controls are a random
    twentieth of the losers, so their share stands for all of them.
    """

    round: int
    trials: int
    """Trials that trained and ended: done, given up or failed."""
    given_up: int
    saved: float
    """Epochs that the trials given up did not train, as a share of what all trials of the round
    would have taken with them; in [0, 1]."""
    controls: tuple[int, ...]
    """Numbers of the control trials that have ended, best first."""
    false: tuple[int, ...]
    """Those of them that were given up falsely."""
    top: int
    """How many of the round's trials count as its best: 15 %, at least 5."""

    @property
    def text(self) -> str:
        """`pruner gave up 56 of 100 trials, saved 61 % of epochs; false give-ups 0 of 6`."""
        words = (
            f"pruner gave up {self.given_up} of {plural(self.trials, 'trial')}, "
            f"saved {100 * self.saved:.0f} % of epochs; "
        )
        if not self.controls:
            return f"{words}no control trial yet"
        words += f"false give-ups {len(self.false)} of {len(self.controls)}"
        if self.false:
            named = ", ".join(f"#{number}" for number in self.false)
            words += f" ({named} among the best {self.top})"
        return words


def audit(trials: Iterable[Trial], criterion: Criterion) -> Audit | None:
    """Return what a pruner did to the trials of one round; None where it did nothing.

    Trials that were stopped by hand or still run are not counted.
    """
    counted = (TrialState.DONE, TrialState.PRUNED, TrialState.FAILED)
    ended = [trial for trial in trials if trial.state in counted and trial.epochs_done]
    given_up = [trial for trial in ended if trial.state is TrialState.PRUNED]
    ranked = sorted(ended, key=criterion.key)
    controls = [trial for trial in ranked if trial.control and trial.state is not TrialState.PRUNED]
    if not given_up and not controls:
        return None
    top = top_size(len(ended))
    best = [trial.number for trial in ranked if criterion.ranks(trial)][:top]
    saved = sum(trial.epochs - trial.epochs_done for trial in given_up)
    spent = sum(trial.epochs_done for trial in ended)
    return Audit(
        round=ended[0].round,
        trials=len(ended),
        given_up=len(given_up),
        saved=saved / (saved + spent),
        controls=tuple(trial.number for trial in controls),
        false=tuple(trial.number for trial in controls if trial.number in best),
        top=top,
    )


def pruning_statements(found: Audit | None) -> Iterator[Statement]:
    """Yield what the pruner of the newest round saved and lost, where it gave up any trial."""
    if found is None:
        return
    yield Statement(
        parameter=None,
        kind="pruning",
        text=found.text,
        numbers={
            "round": float(found.round),
            "trials": float(found.trials),
            "given_up": float(found.given_up),
            "saved": found.saved,
            "controls": float(len(found.controls)),
            "false_give_ups": float(len(found.false)),
            "top": float(found.top),
        },
        trials=found.controls,
        weight=FALSE_WEIGHT if found.false else WEIGHT,
    )
