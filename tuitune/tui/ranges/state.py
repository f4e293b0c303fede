"""What the ranges pane knows and what its keys do, without a screen.

Every refusal is a `UsageError` in one sentence; then nothing has changed.
"""

from __future__ import annotations

import math
from typing import Literal

from tuitune.advice import Verdict, apply_proposals
from tuitune.engine import Reason
from tuitune.errors import UsageError
from tuitune.model import Session
from tuitune.model.trial import Trial
from tuitune.space import (
    Choice,
    FloatRange,
    IntRange,
    Parameter,
    Value,
    centre_on,
    format_range,
    format_value,
    move_handle,
    parse_entry,
    toggle_option,
    union_axis,
    widen,
)
from tuitune.tui.ranges.draft import Draft
from tuitune.tui.ranges.ribbon_data import Axis, RibbonData

Handle = Literal["low", "high", "both"]
Size = Literal["fine", "normal", "coarse"]


class RangesState:
    """The draft of a session's ranges, and where the keys act on it."""

    def __init__(self, session: Session) -> None:
        self.handle: Handle = "low"
        self.selected_trial: int | None = None
        self.verdicts: dict[str, Verdict] = {}
        self.bold_verdicts: dict[str, Verdict] = {}
        self.bold = False
        """Whether the bold alternatives are shown and taken."""
        self._active = ""
        """The parameter that the keys act on; one that can't count any more has no ribbon."""
        self._options: dict[str, int] = {}
        self._taken: dict[str, tuple[Parameter, Reason]] = {}
        self._open(session)

    def _open(self, session: Session) -> None:
        self.session = session
        self.draft = Draft(session.space, session.draft)
        self.data = RibbonData(session.criterion)
        self.data.load(session.trials)
        self._revisions = len(session.revisions)
        self._criterion = session.criterion

    def show_session(self, session: Session) -> None:
        """Show another session, or the same one after its revisions or rounds changed."""
        if session is not self.session or session.criterion != self._criterion:
            draft, revisions = self.draft, self._revisions
            same = (session.name, session.seed) == (self.session.name, self.session.seed)
            self.verdicts, self.bold_verdicts = {}, {}
            self._open(session)
            if not same or not draft.is_changed:
                self._taken.clear()
                return
            # The same session, read anew: what a person has edited stays.
            self.draft, self._revisions = draft, revisions
        if session.space != self.draft.base:
            # What was edited while a revision was on its way stays; going back leaves nothing.
            self.draft.rebase(session.space, keep=len(session.revisions) > self._revisions)
        self._revisions = len(session.revisions)

    # -- questions -------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that can count in the draft; each stands below what it counts by."""
        space = self.draft.space
        return tuple(name for name in space.families if space.can_count(name))

    def depth(self, name: str) -> int:
        """Return by how many others a parameter counts: how far it is indented."""
        return len(self.draft.space.ancestors(name))

    @property
    def active(self) -> int:
        """Which parameter the keys act on, by its place."""
        return self.names.index(self.name)

    @property
    def name(self) -> str:
        """The parameter that the keys act on."""
        names, space = self.names, self.draft.space
        if self._active in names:
            return self._active
        above = space.ancestors(self._active) if self._active in space.names else ()
        return next((name for name in above if name in names), names[0])

    @property
    def parameter(self) -> Parameter:
        """The same, as drafted."""
        return self.draft.space[self.name]

    def option_of(self, name: str) -> int:
        """Return the place of the option under the cursor of a choice."""
        return self._options.get(name, 0)

    def verdict(self, name: str) -> Verdict | None:
        """Return the verdict in force on a parameter."""
        if self.bold and name in self.bold_verdicts:
            return self.bold_verdicts[name]
        return self.verdicts.get(name)

    def trial(self) -> Trial | None:
        """Return the selected trial."""
        number = self.selected_trial
        if number is None or not 1 <= number <= len(self.session.trials):
            return None
        return self.session.trial(number)

    def spanning(self, name: str, *, drafted: bool = True) -> Parameter:
        """Return the axis of a parameter: the widest range of all revisions, and of the draft."""
        now = self.draft.space[name]
        every = [
            revision.space.parameters[name]
            for revision in self.session.revisions
            if type(revision.space.parameters.get(name)) is type(now)
        ]
        return union_axis([*every, now if drafted else self.draft.base[name]])

    def reasons(self) -> dict[str, Reason]:
        """Return why parameters were changed, where a verdict's proposal was taken as it is."""
        space = self.draft.space
        return {
            name: reason
            for name, (parameter, reason) in self._taken.items()
            if name in self.draft.changed_names and space[name] == parameter
        }

    # -- where the keys act ----------------------------------------------------------------

    def step_parameter(self, step: int) -> None:
        """Go to the next parameter, or the one before with -1; it stops at the ends."""
        names = self.names
        self._active = names[min(max(self.active + step, 0), len(names) - 1)]

    def go_to(self, name: str) -> None:
        """Let the keys act on a parameter."""
        self._active = name

    def go_to_option(self, option: int) -> None:
        """Put the cursor of the active choice on an option, by its place."""
        self._options[self.name] = option

    # -- changes ---------------------------------------------------------------------------

    def move(self, direction: Literal[-1, 1], size: Size, now: float) -> bool:
        """Move the active handle, or the cursor of a choice; return whether the draft changed."""
        name, p = self.name, self.parameter
        if isinstance(p, Choice):
            last = len(p.options) - 1
            self._options[name] = min(max(self.option_of(name) + direction, 0), last)
            return False
        axis = self.spanning(name, drafted=False)
        assert isinstance(axis, FloatRange | IntRange)
        moved = move_handle(p, self.handle, direction, size, axis=(axis.low, axis.high))
        if moved == p:
            raise UsageError(self._why_it_stays(p, direction))
        key = f"{self.handle} {direction} {size}"
        return self.draft.change(name, moved, key=key, now=now)

    def _why_it_stays(self, p: FloatRange | IntRange, direction: int) -> str:
        limits = (p.hard_low, p.low) if direction < 0 else (p.hard_high, p.high)
        if limits[0] is not None and limits[0] == limits[1]:
            return f"{self.name} ends at its hard limit {format_value(limits[0], log=p.log)}"
        if self.handle != "both" and (self.handle == "low") == (direction > 0):
            return f"the ends of {self.name} don't cross; f freezes it at the selected trial"
        return f"{self.name} goes no further here; = takes an exact range, such as {_example(p)}"

    def take(self, now: float) -> bool:
        """Take the proposal for the active parameter."""
        name = self.name
        verdict = self.verdict(name)
        if verdict is None:
            raise UsageError(
                f"no proposal yet for {name}: the verdicts come with the first finished trials"
            )
        if not self._take([name], now):
            advice = "f frees it" if self.parameter.is_frozen else "f freezes, w widens it"
            raise UsageError(f"nothing to take for {name} ({verdict.head}); {advice}")
        return True

    def take_all(self, now: float) -> bool:
        """Take the proposals for all parameters, as one step."""
        if not self.verdicts:
            raise UsageError(
                "no proposal yet: the verdicts come with the first finished trials of a round"
            )
        if not self._take(list(self.names), now):
            raise UsageError("nothing to take: the trials propose no other range than the draft")
        return True

    def _take(self, names: list[str], now: float) -> bool:
        chosen = {name: v for name in names if (v := self.verdict(name)) is not None}
        space, reasons = apply_proposals(self.draft.space, chosen, freeze=self.bold)
        for name, (text, numbers) in reasons.items():
            self._taken[name] = (space[name], Reason(text, numbers))
        if not reasons:
            return False
        changed = {name: space[name] for name in reasons}
        return self.draft.change_all(changed, key="take", now=now)

    def toggle_bold(self) -> None:
        """Show and take the bold alternatives, or the careful ones again."""
        if not self.bold_verdicts:
            raise UsageError("no bold alternative yet: it comes with the verdicts")
        self.bold = not self.bold

    def widen(self, now: float) -> bool:
        """Widen the active parameter on the side of its edge verdict, else of its handle."""
        name, p = self.name, self.parameter
        verdict = self.verdict(name)
        sides: list[Literal["low", "high"]] = ["low", "high"]
        if verdict is not None and verdict.kind in ("expand-up", "expand-down"):
            sides = ["high" if verdict.kind == "expand-up" else "low"]
        elif self.handle != "both":
            sides = [self.handle]
        widened = p
        for side in sides:
            widened = widen(widened, side)
        if widened == p:
            raise UsageError(f"{name} is at its limit there; = takes an exact range")
        return self.draft.change(name, widened, key="widen", now=now)

    def toggle_frozen(self, now: float) -> bool:
        """Freeze the active parameter at the selected trial's value, or free it."""
        p = self.parameter
        changed = p.free() if p.is_frozen else p.freeze(self._selected_value("freezes"))
        return self.draft.change(self.name, changed, key="freeze", now=now)

    def centre(self, now: float) -> bool:
        """Centre the active range on the selected trial's value, half a decade either side."""
        axis = self.spanning(self.name, drafted=False)
        ends = None if isinstance(axis, Choice) else (axis.low, axis.high)
        changed = centre_on(self.parameter, self._selected_value("centres"), axis=ends)
        return self.draft.change(self.name, changed, key="centre", now=now)

    def _selected_value(self, does: str) -> Value:
        trial = self.trial()
        if trial is None or self.name not in trial.params:
            raise UsageError(
                f"this {does} at the value of the selected trial, and none is selected: "
                "choose one in the trials (2), or type a value after ="
            )
        return trial.params[self.name]

    def reset(self) -> bool:
        """Give the active parameter the revision's range back."""
        if not self.draft.reset(self.name):
            raise UsageError(f"{self.name} is as in the revision")
        return True

    def toggle_option(self, now: float) -> bool:
        """Switch the option under the cursor on or off."""
        p = self.parameter
        if not isinstance(p, Choice):
            raise UsageError(f"{self.name} is a range and has no options; [ ] pick its ends")
        option = self.option_of(self.name)
        changed = toggle_option(p, p.options[option])
        return self.draft.change(self.name, changed, key=f"option {option}", now=now)

    def judge(self, name: str, text: str) -> Parameter:
        """Return what a parameter becomes by exact entry. Raises `SpaceError`."""
        return parse_entry(text, self.draft.space[name], self.draft.base[name])

    def enter(self, name: str, text: str, now: float) -> bool:
        """Change a parameter by exact entry; return whether it differs."""
        return self.draft.change(name, self.judge(name, text), key=f"entry {text}", now=now)

    def put_handle(self, side: Literal["low", "high"], value: Value, now: float) -> bool:
        """Put one end of the active range at a value."""
        name, p = self.name, self.parameter
        if isinstance(p, Choice) or isinstance(value, str):
            raise UsageError(f"{name} has no ends; t switches the option at the cursor on or off")
        if p.is_frozen:
            raise UsageError(f"{name} is frozen at {format_range(p).lstrip('= ')}; f frees it")
        low, high = (value, p.high) if side == "low" else (p.low, value)
        if not low < high:
            other = format_value(p.high if side == "low" else p.low, 3, log=p.log)
            where = "below its high" if side == "low" else "above its low"
            raise UsageError(f"the {side} end of {name} stays {where} end {other}; move the cursor")
        return self.draft.change(name, p.with_bounds(low, high), key=f"point {side}", now=now)

    # -- the mouse -------------------------------------------------------------------------

    def nearest_handle(self, name: str, axis: Axis, column: int) -> Literal["low", "high"]:
        """Return the handle of a range that is nearest to a column."""
        p = self.draft.space[name]
        assert isinstance(p, FloatRange | IntRange)
        low, high = axis.brackets(p.low, p.high)
        return "low" if abs(column - low) <= abs(column - high) else "high"

    def drag(
        self, name: str, side: Literal["low", "high"], axis: Axis, column: int, since: float
    ) -> bool:
        """Move a bracket to a column of the axis; all of one drag, begun at `since`, is a step."""
        p = self.draft.space[name]
        if isinstance(p, Choice):
            return False
        if p.is_frozen:
            raise UsageError(f"{name} is frozen at {format_range(p).lstrip('= ')}; f frees it")
        low, high = axis.brackets(p.low, p.high)
        if column == (low if side == "low" else high):
            return False
        # The bracket stands beside the data column that its value has.
        if side == "low":
            column = min(column + 1, high - 2)
            bounds = (snapped(p, axis, column), p.high)
        else:
            column = max(column - 1, low + 2)
            bounds = (p.low, snapped(p, axis, column))
        if not bounds[0] < bounds[1]:
            return False
        return self.draft.change(name, p.with_bounds(*bounds), key=f"drag {side}", now=since)


def snapped(p: FloatRange | IntRange, axis: Axis, column: int) -> float:
    """Return the value of a column as a number that a person would type."""
    value = axis.value_at(column)
    if value in (axis.low, axis.high):
        return value
    if isinstance(p, IntRange):
        return round(value)
    if p.log:
        return float(f"{value:.1e}")
    quantum = 10.0 ** math.floor(math.log10((axis.high - axis.low) / axis.cells))
    return float(f"{round(value / quantum) * quantum:.12g}")


def _example(p: FloatRange | IntRange) -> str:
    return f"{format_value(p.low, 3, log=p.log)}..{format_value(p.high, 3, log=p.log)}"
