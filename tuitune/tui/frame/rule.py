"""A pane's title: a rule, not a box, so that no column is lost."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tuitune.tui.formatting import Glyphs


class Tabbed(Widget):
    """A pane whose title names beside its own those of the panes that have no place."""

    tabs: reactive[tuple[str, ...]] = reactive(())

    def watch_tabs(self) -> None:
        """Draw the title anew."""
        self.draw_title()

    def draw_title(self) -> None:
        """Draw the title anew; a pane that keeps its lines does more than this."""
        self.refresh()


def title_rule(
    title: str,
    detail: str,
    width: int,
    glyphs: Glyphs,
    *,
    focused: bool,
    tabs: Sequence[str] = (),
) -> Text:
    """Return `─ 1 Ranges ───── detail ─` in exactly `width` cells; the detail gives way first.

    `tabs` are the titles of the panes that are not on the screen: `─ 2 Trials  4 Rounds ───`.
    """
    rule = glyphs.rule
    text = Text(no_wrap=True, end="")
    head = f" {title} "
    tail = f" {detail} " if detail else ""
    others = "".join(f" {tab} " for tab in tabs)
    if cell_len(head) + cell_len(others) > width - 8:
        others = ""
    room = width - cell_len(head) - cell_len(others) - 3
    if tail and cell_len(tail) > room:
        tail = set_cell_size(tail, room - 1).rstrip() + glyphs.ellipsis if room > 8 else ""
    text.append(rule, "dim")
    text.append(head, "bold reverse" if focused else "bold")
    text.append(others, "dim")
    fill = max(width - 2 - cell_len(head) - cell_len(others) - cell_len(tail), 0)
    text.append(rule * fill, "dim")
    text.append(tail, "" if focused else "dim")
    text.append(rule, "dim")
    text.truncate(width, overflow="crop", pad=True)
    return text
