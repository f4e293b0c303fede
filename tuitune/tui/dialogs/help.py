"""The help: what the loop is, the keys of a pane, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from tuitune.tui.formatting import Glyphs
from tuitune.tui.keymap import GROUPS, display_keys
from tuitune.tui.ranges.ribbon_words import badge_text

STORY = """Press space: the round trains its trials, and the table fills, best on
top. Look where the best trials lie in the ranges above. Move the ends of
a range (h l, after [ or ] to choose the end) or type it (=), and press R:
the next round draws from the new ranges. u takes it back. q quits; all is
saved.
"""


def legend(glyphs: Glyphs) -> str:
    """Return what the signs mean, in six lines."""
    g = glyphs
    sure, likely, hint = (badge_text(badge, g) for badge in (3, 2, 1))
    lines = (
        f"Ranges  {g.low} {g.high} ends  {g.bars[3]}{g.bars[7]} best score there  {g.diverged} "
        f"diverged  {g.running} runs  {g.selected} keys act here",
        "        green: the better half  blue: given up  grey: outside  red: failed",
        f"Advice  {sure} sure  {likely} likely  {hint} a hint; else nothing is proposed",
        f"Trials  {g.done} done  {g.running} runs  {g.queued} waits  {g.pruned} given up  "
        f"{g.failed} failed  {g.stopped} stopped  {g.interrupted} cut off",
        f"        {g.star} chosen  {g.pin} pinned  {g.note} note  {g.tag} tags  "
        f"{g.note_and_tag} both  {g.mark} to compare; shorter below a line",
        f"Curves  {g.solid} validation  {g.dashed} training  {' '.join(g.markers)} which trial",
    )
    return "".join(f"{line}\n" for line in lines)


def help_text(pane: str, keys: dict[str, str], glyphs: Glyphs) -> Text:
    """Return the help of a pane; `keys` are a person's own keys by binding id."""
    text = Text()
    text.append(legend(glyphs) + "\n")
    text.append(STORY + "\n")
    for group in _groups(pane):
        text.append(f"{group}\n", "bold")
        for binding in GROUPS[group]:
            if binding.system:
                continue
            key = display_keys(keys.get(binding.id or "", binding.key))
            text.append(f"  {key:<12}", "bold")
            text.append(f" {binding.tooltip or binding.description}")
            text.append(f"  {binding.id}\n", "dim")
    return text


def _groups(pane: str) -> Iterable[str]:
    first = [pane] if pane in GROUPS else []
    return (*first, "everywhere", *(g for g in GROUPS if g not in (pane, "everywhere")))
