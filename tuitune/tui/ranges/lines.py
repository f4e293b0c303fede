"""The lines of the ranges pane: which ribbons are in sight, its title, its last line. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tuitune.advice import Preview
from tuitune.space import Choice, format_range, format_value
from tuitune.tui.formatting import (
    Glyphs,
    fit,
    format_count,
    format_duration,
    safe_text,
    short_score,
)
from tuitune.tui.ranges.ribbon import draw_ribbon
from tuitune.tui.ranges.ribbon_data import axis_of
from tuitune.tui.ranges.ribbon_layout import FRAME_ROWS, Layout, plan_layout, rows_for
from tuitune.tui.ranges.ribbon_view import Line, Ribbon, cut_columns
from tuitune.tui.ranges.ribbon_words import indented, plain_ascii, verdict_text
from tuitune.tui.ranges.state import RangesState


@dataclass(frozen=True)
class Window:
    """Which parameters a pane of a given size shows, and where."""

    layout: Layout
    top: int
    """The first parameter in sight, by its place."""
    count: int
    """How many are in sight."""
    has_foot: bool
    """Whether there is a last line below them."""

    def parameter_at(self, y: int) -> int | None:
        """Return the place of the parameter on line `y` of the pane."""
        place = (y - 1) // self.layout.rows
        return self.top + place if y >= 1 and place < self.count else None


def open_window(state: RangesState, width: int, height: int, top: int) -> Window:
    """Return what a pane of `width` x `height` shows, near `top` and with the active parameter."""
    names = state.names
    has_foot = height > FRAME_ROWS
    body = max(height - (FRAME_ROWS if has_foot else 1), 0)
    verdicts = bool(state.verdicts)
    rows = rows_for(len(names), width, body, verdicts=verdicts)
    layout = plan_layout(
        width,
        rows,
        [(indented(name, state.depth(name)), state.spanning(name)) for name in names],
        verdicts=verdicts,
    )
    count = min(max(body // rows, 1), len(names))
    top = min(max(top, state.active - count + 1), state.active, len(names) - count)
    return Window(layout, max(top, 0), count, has_foot)


def ribbon_of(state: RangesState, name: str, layout: Layout) -> Ribbon:
    """Return what the ribbon of one parameter shows."""
    session, draft = state.session, state.draft
    spanning = state.spanning(name)
    columns = state.data.columns(name, axis_of(spanning, layout.cells))
    trial = state.trial()
    record = session.open_round
    of_round = session.revision(record.revision).space.parameters.get(name) if record else None
    return Ribbon(
        name=name,
        parameter=draft.space[name],
        base=draft.base[name],
        spanning=spanning,
        columns=columns,
        scale=state.data.scale(state.names),
        sign=session.problem.sign,
        cut=cut_columns(session, columns, draft.space),
        running=tuple(t.params[name] for t in session.running.values() if name in t.params),
        of_round=of_round,
        selected=trial.params.get(name) if trial else None,
        active=name == state.name,
        handle=state.handle,
        option=state.option_of(name),
        verdict=state.verdict(name),
        depth=state.depth(name),
    )


def draw_pane(
    state: RangesState, window: Window, height: int, preview: str, glyphs: Glyphs
) -> list[Line]:
    """Return the `height - 1` lines below the title, each of the width of its window."""
    layout = window.layout
    width = layout.width
    lines: list[Line] = []
    # All are counted first: the bars of the one share their scale with the others.
    for name in state.names:
        state.data.columns(name, axis_of(state.spanning(name), layout.cells))
    for name in state.names[window.top : window.top + window.count]:
        lines += draw_ribbon(ribbon_of(state, name, layout), layout, glyphs)
    last = height - 2 if window.has_foot else height - 1
    lines = lines[: max(last, 0)]
    lines += [[(" " * width, "label")] for _ in range(last - len(lines))]
    if window.has_foot:
        text, role = foot(state, window, preview, glyphs)
        text = plain_ascii(" " + text, glyphs)
        lines.append([(fit(text, width, ellipsis=glyphs.ellipsis), role)])
    return lines


def title_notes(state: RangesState, window: Window) -> str:
    """Return what the title says, the most important first: place, undo, revision."""
    parts: list[str] = []
    names, draft = state.names, state.draft
    if window.count < len(names):
        first, last = window.top + 1, window.top + window.count
        parts.append(f"{first}-{last} of {len(names)}")
    if state.bold:
        parts.append("bold")
    if draft.steps or draft.redo_steps:
        redo = f"  ^r redo ({draft.redo_steps})" if draft.redo_steps else ""
        parts.append(f"u undo ({draft.steps}){redo}")
    parts.append(f"revision {state.session.current} of {len(state.session.revisions)}")
    return " · ".join(parts)


def foot(state: RangesState, window: Window, preview: str, glyphs: Glyphs) -> tuple[str, str]:
    """Return the last line with its role: what the draft would do, the verdict, or what keys do."""
    if state.draft.is_changed and preview:
        return preview, "preview"
    verdict = state.verdict(state.name)
    layout = window.layout
    beside = layout.rows == 3 and verdict is not None and len(verdict.short) <= layout.verdict
    if verdict is not None and layout.rows < 4 and not beside:
        return f"{safe_text(state.name)}: {verdict_text(verdict, glyphs)}", "verdict"
    return hint(state), "hint"


def hint(state: RangesState) -> str:
    """Return what the keys would do to the active parameter."""
    p, name = state.parameter, safe_text(state.name)
    if isinstance(p, Choice):
        if p.is_frozen:
            return f"{name} {format_range(p)}: f frees it"
        option = safe_text(format_value(p.options[state.option_of(state.name)]))
        verb = "off" if p.contains(p.options[state.option_of(state.name)]) else "on"
        return f"{name}, {option}: t switches it {verb} · h l other options · f freeze"
    if p.is_frozen:
        return f"{name} is frozen {format_range(p)}: f frees it · = another value"
    low, high = format_value(p.low, 3, log=p.log), format_value(p.high, 3, log=p.log)
    where = {"low": f"low end {low}", "high": f"high end {high}", "both": "both ends"}[state.handle]
    step = "0.1 decade, H L 1" if p.log else "1/50, H L 1/10"
    return f"{name} {where}: h l {step} · , . fine · [ ] \\ end · = exact"


def preview_text(preview: Preview) -> str:
    """Return what committing the draft would do, in one line."""
    kept = f"keeps {format_count(preview.kept)} of {format_count(preview.total)}"
    if preview.kept_but_for_frozen > preview.kept:
        kept += f", {format_count(preview.kept_but_for_frozen)} but for the frozen"
    parts = [kept]
    if preview.best_inside is not None or preview.best_outside is not None:
        inside, outside = short_score(preview.best_inside), short_score(preview.best_outside)
        parts.append(f"best in {inside}, out {outside}")
    if preview.running_outside:
        parts.append(f"{len(preview.running_outside)} running out")
    cost = f"next {format_count(preview.epochs_next)} epochs"
    if preview.seconds_next is not None:
        cost += f", {format_duration(preview.seconds_next)}"
    parts.append(cost)
    return " · ".join(parts)
