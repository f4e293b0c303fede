"""The names, numbers and words beside a ribbon. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from tuitune.advice import BADGES, VERDICTS, Verdict
from tuitune.space import Choice, IntRange, Parameter, format_range
from tuitune.tui.formatting import ASCII, Glyphs, fit, safe_text
from tuitune.tui.ranges.ribbon_layout import Layout
from tuitune.tui.ranges.ribbon_view import Line, Ribbon, Span

_SPELLED = str.maketrans(
    {"·": "|", "…": "..", "–": "-", "×": "x", "→": ">", "≥": ">=", "●": "*", "○": "."}
)


def range_text(parameter: Parameter, width: int) -> str:
    """Return the range in use in at most `width` cells where three or two digits allow it."""
    text = format_range(parameter)
    return safe_text(text if len(text) <= width else format_range(parameter, 2))


def badge_text(badge: int, glyphs: Glyphs) -> str:
    """Return the confidence of a verdict: `●●○`, `**.` in ASCII."""
    return plain_ascii(BADGES[badge], glyphs)


def plain_ascii(text: str, glyphs: Glyphs) -> str:
    """Return words as the terminal can show them."""
    if glyphs is not ASCII:
        return text
    return text.translate(_SPELLED).encode("ascii", "replace").decode("ascii")


def verdict_mark(verdict: Verdict, glyphs: Glyphs) -> str:
    """Return two cells that stand for a verdict where there is no room for words."""
    marks = {
        "up": glyphs.up,
        "down": glyphs.down,
        "inward": glyphs.after + glyphs.before,
        "out": glyphs.times,
        "fixed": "=",
        "": glyphs.dash,
    }
    return marks[VERDICTS[verdict.kind].mark].rjust(2)


def verdict_text(verdict: Verdict, glyphs: Glyphs) -> str:
    """Return a verdict in one line: what, how sure, what `n` would do, and why."""
    head = verdict.head + (f", {verdict.sureness}" if verdict.sureness else "")
    if verdict.changes_range:
        head += f" to {format_range(verdict.proposal)} (n)"
    return plain_ascii(safe_text(f"{head}: {verdict.short}"), glyphs)


def name_span(ribbon: Ribbon, layout: Layout, row: int, glyphs: Glyphs) -> Span:
    """Return the name, below it the scale, blanks elsewhere."""
    first = 1 if layout.rows > 2 else 0
    if row == first:
        mark = glyphs.selected if ribbon.active else " "
        name = plain_ascii(indented(safe_text(ribbon.name), ribbon.depth), glyphs)
        text = mark + fit(name, layout.name - 2, ellipsis=glyphs.ellipsis) + " "
        return text, "name-active" if ribbon.active else "name"
    if row == first + 1:
        word = indented(_scale_word(ribbon.parameter), ribbon.depth)
        return fit(f" {word}", layout.name), "label"
    # Words below a ribbon begin under its name.
    return " " * (3 if row == 3 else layout.name), "label"


def indented(text: str, depth: int) -> str:
    """Return text as it stands below that of a parent."""
    return "  " * depth + text


def _scale_word(p: Parameter) -> str:
    if isinstance(p, Choice):
        return "choice"
    if p.log:
        return "log"
    return "int" if isinstance(p, IntRange) else "linear"


def number_column(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Span]:
    """Return the range in numbers and, below it, its width or what it was, for each line."""
    width = layout.numbers
    changed = ribbon.parameter != ribbon.base
    blank = (" " * width, "label")
    if width < 3:
        return [blank] * layout.rows
    room = width - 2
    text = plain_ascii(range_text(ribbon.parameter, room), glyphs)
    shown = fit(text, min(cell_len(text), room), ellipsis=glyphs.ellipsis) + (
        "*" if changed else ""
    )
    spans = [(fit(f" {shown}", width), "changed" if changed else "numbers")]
    if layout.rows > 1:
        below = f"was {range_text(ribbon.base, room - 4)}" if changed else _width_text(ribbon)
        below = fit(f" {plain_ascii(below, glyphs)}", width, ellipsis=glyphs.ellipsis)
        spans.append((below, "label"))
    if layout.rows > 2:
        spans.insert(0, blank)
    if layout.rows > 3:
        spans.append(("", "label"))
    return spans


def _width_text(ribbon: Ribbon) -> str:
    p = ribbon.parameter
    if isinstance(p, Choice):
        return f"{len(p.on)} of {len(p.options)} on"
    if p.is_frozen:
        return "frozen"
    return f"{p.width():.1f} decades" if p.log else ""


def verdict_words(ribbon: Ribbon, layout: Layout, glyphs: Glyphs) -> list[Line]:
    """Return the words of the verdict for each line; blank where there is no verdict."""
    verdict, width = ribbon.verdict, layout.verdict
    lines: list[Line] = [[] for _ in range(layout.rows)]
    if verdict is None:
        return lines
    badge = badge_text(verdict.sure, glyphs) if verdict.sure else ""
    proposal = ""
    if verdict.changes_range:
        taken = "taken" if ribbon.parameter == verdict.proposal else "n takes it"
        proposal = f"{glyphs.after} {format_range(verdict.proposal)}  {taken}"
    if layout.rows == 4:
        head = f"{verdict.head} {badge}" if badge else f"{verdict.head}:"
        text = plain_ascii(safe_text(f"{head} {verdict.short}"), glyphs)
        lines[3] = [(text, "verdict"), ("  ", "label"), (proposal, "suggest")]
        return lines
    if width < 6:
        return lines
    headline = plain_ascii(safe_text(verdict.head), glyphs)
    detail = plain_ascii(safe_text(verdict.short), glyphs)
    if layout.rows == 1:
        mark = verdict_mark(verdict, glyphs)
        words = f"{headline} {badge}" if len(headline) + 5 <= width else f"{mark} {badge}"
        lines[0] = [(words, "verdict")]
    elif layout.rows == 2:
        lines[0] = [(fit(f"{headline} {badge} {detail}", width), "verdict")]
        lines[1] = [(proposal, "suggest")]
    else:
        lines[0] = [(fit(f"{headline} {badge}", width), "verdict")]
        lines[1] = [(detail, "detail")]
        lines[2] = [(proposal, "suggest")]
    return lines
