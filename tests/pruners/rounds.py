"""Trials for the tests of the pruners, made directly: a pruner reads, it owns nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tuitune.model.trial import Problem, Trial, TrialState

MAXIMIZED = Problem(epochs=50)
MINIMIZED = Problem(metric="val_loss", train_metric=None, direction="minimize", epochs=50)


def trial(
    number: int,
    values: Sequence[float | None],
    *,
    problem: Problem = MAXIMIZED,
    state: TrialState = TrialState.DONE,
    epochs: int | None = None,
    **columns: list[float | None],
) -> Trial:
    """Return a trial with `values` of the metric, one an epoch."""
    made = Trial(
        number=number,
        round=1,
        revision=1,
        params={},
        seed=number * 7919,
        epochs=problem.epochs if epochs is None else epochs,
        state=state,
        epochs_done=len(values),
        score=values[-1] if values else None,
    )
    if values:
        made.curve.update({problem.metric: list(values), **columns})
    return made


def running(
    number: int,
    values: Sequence[float | None],
    *,
    problem: Problem = MAXIMIZED,
    **columns: list[float | None],
) -> Trial:
    """Return a trial that is under way."""
    made = trial(number, values, problem=problem, state=TrialState.RUNNING)
    made.curve.update(columns)
    return made


def rising(level: float, epochs: int = 50) -> list[float | None]:
    """Return a curve that rises to `level`; curves of different levels never cross."""
    return [level * (epoch + 5) / (epochs + 5) for epoch in range(1, epochs + 1)]
