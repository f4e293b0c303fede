"""What a new revision does to each parameter."""

from __future__ import annotations

from collections.abc import Mapping

from tuitune.engine.commands import Reason
from tuitune.model.events import Change
from tuitune.space import Space, classify_change, format_parameter


def changes_between(
    before: Space, after: Space, reasons: Mapping[str, Reason] | None = None
) -> tuple[Change, ...]:
    """Return one change for each parameter of `after`, in its order, `held` ones included."""
    given = reasons or {}
    changes = []
    for name in after.names:
        reason = given.get(name, Reason(""))
        changes.append(
            Change(
                parameter=name,
                kind=classify_change(before[name], after[name]),
                before=format_parameter(before[name]),
                after=format_parameter(after[name]),
                reason=reason.text,
                numbers=dict(reason.numbers),
            )
        )
    return tuple(changes)


def is_changed(changes: tuple[Change, ...]) -> bool:
    """Whether a revision with these changes differs from its parent."""
    return any(change.before != change.after for change in changes)
