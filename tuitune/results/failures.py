"""Failed trials by cause: 470 failures are seldom 470 causes. Pure; the text is plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tuitune.errors import plain
from tuitune.model.session import Session
from tuitune.model.trial import Trial, TrialState

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)

NAMED_TRIALS = 12
"""So many trials of one cause are named; of more the count is enough."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The trials that failed of one cause, the oldest first; at least one."""

    trials: tuple[Trial, ...]

    @property
    def reason(self) -> str:
        """That of the newest of them, one plain line."""
        return plain(self.trials[-1].reason) or "no reason was given"

    @property
    def traceback(self) -> tuple[str, ...]:
        """That of the newest of them, plain lines; empty where there is none."""
        return tuple(plain(line) for line in self.trials[-1].traceback.splitlines())


def cause_of(reason: str, traceback: str) -> str:
    """Return what the failures of one cause have in common.

    That is where they happened, to the line, and what was said, whatever numbers stand in it: a
    trainer that complains of its lr complains of another one in each trial.
    """
    text = traceback.rstrip() or reason
    # In a traceback the places are indented, and what was said is not.
    return "\n".join(
        line if line.startswith("  ") and traceback else _NUMBER.sub("#", line)
        for line in text.splitlines()
    )


def group_failures(trials: Iterable[Trial]) -> list[FailureGroup]:
    """Return the failed ones of `trials` by cause, the most frequent cause first."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.state is TrialState.FAILED:
            groups.setdefault(cause_of(trial.reason, trial.traceback), []).append(trial)
    ordered = sorted(groups.values(), key=lambda group: (-len(group), group[0].number))
    return [FailureGroup(tuple(group)) for group in ordered]


def round_with_failures(session: Session) -> int | None:
    """Return the number of the newest round with a failed trial; None where none failed."""
    failed = (t.round for t in session.trials if t.state is TrialState.FAILED)
    return max(failed, default=None)


def failure_lines(session: Session, round_number: int) -> list[str]:
    """Return the failures of a round as plain lines: each cause once, with its traceback."""
    trials = list(session.trials_of(round_number))
    groups = group_failures(trials)
    failed = sum(len(group.trials) for group in groups)
    causes = "one cause" if len(groups) == 1 else f"{len(groups)} causes"
    lines = [f"{failed} of {len(trials)} trials of round {round_number} failed, of {causes}"]
    for group in groups:
        lines += ["", f"{len(group.trials)} failed: {group.reason}", f"  {_named(group.trials)}"]
        lines += [f"    {line}" for line in group.traceback]
    return lines


def _named(trials: tuple[Trial, ...]) -> str:
    names = " ".join(f"#{trial.number}" for trial in trials[:NAMED_TRIALS])
    more = len(trials) - NAMED_TRIALS
    return names if more <= 0 else f"{names} and {more} more"
