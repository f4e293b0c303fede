"""What a ribbon shows, and the spans it is drawn with. Pure.

A role is one or more words; the widget has a style for each word.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuitune.advice import Verdict
from tuitune.model import Session
from tuitune.space import Parameter, Space, Value
from tuitune.tui.ranges.ribbon_data import Columns

ROLES = (
    *("name", "name-active", "label", "numbers", "changed", "hint", "preview"),
    *("axis", "inside", "bracket", "handle", "round", "running", "diverged", "chip"),
    *("bar-1", "bar-2", "bar-3", "bar-4", "cut", "selected"),
    *("suggest", "verdict", "detail"),
)
"""`handle` is the bracket or chip that the keys move, `round` a bracket of the running round, `cut`
what the draft cuts off; `selected` is added to the role of the selected trial's cell."""

Span = tuple[str, str]
"""Text and its role."""
Line = list[Span]
Cells = list[Span]
"""One character and its role for each column."""


@dataclass(frozen=True)
class Ribbon:
    """All that the ribbon of one parameter shows."""

    name: str
    parameter: Parameter
    """As drafted."""
    base: Parameter
    """As in the revision."""
    spanning: Parameter
    """The axis: `space.union_axis` of all revisions and the draft."""
    columns: Columns
    scale: tuple[float, float]
    """See `RibbonData.scale`."""
    sign: int
    cut: frozenset[int] = frozenset()
    """Columns whose best trial the draft cuts off."""
    running: tuple[Value, ...] = ()
    """Values of the running trials."""
    of_round: Parameter | None = None
    """What the running round draws from; None where no round is open."""
    selected: Value | None = None
    """The selected trial's value."""
    active: bool = False
    """Whether the keys act on it."""
    handle: str = "low"
    """`low`, `high` or `both`."""
    option: int = 0
    """The option under the cursor."""
    verdict: Verdict | None = None
    depth: int = 0
    """By how many others the parameter counts: how far its name is indented."""


def cut_columns(session: Session, columns: Columns, draft: Space) -> frozenset[int]:
    """Return the columns whose best trial lies outside of `draft` in any parameter."""
    return frozenset(
        column
        for column, number in enumerate(columns.best_trial)
        if number and not draft.contains(session.trial(number).params)
    )
