"""A pane's title: a rule, not a box, so that no column is lost."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tuitune.tui.formatting import Glyphs


def title_rule(title: str, detail: str, width: int, glyphs: Glyphs, *, focused: bool) -> Text:
    """Return `─ 1 Ranges ───── detail ─` in exactly `width` cells; the detail gives way first."""
    rule = glyphs.rule
    text = Text(no_wrap=True, end="")
    head = f" {title} "
    tail = f" {detail} " if detail else ""
    room = width - cell_len(head) - 3
    if tail and cell_len(tail) > room:
        tail = set_cell_size(tail, room - 1).rstrip() + glyphs.ellipsis if room > 8 else ""
    text.append(rule, "dim")
    text.append(head, "bold reverse" if focused else "bold")
    fill = max(width - 2 - cell_len(head) - cell_len(tail), 0)
    text.append(rule * fill, "dim")
    text.append(tail, "" if focused else "dim")
    text.append(rule, "dim")
    text.truncate(width, overflow="crop", pad=True)
    return text
