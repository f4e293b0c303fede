"""The help: what the loop is, the keys of a pane, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from tuitune.tui.keymap import GROUPS, display_keys

STORY = """Press space: the round trains its trials, and the table fills, best on top.
Look where the best trials lie in the ranges above. Move the ends of a range
(h l, after [ or ] to choose the end) or type it (=), and press R: the next
round draws from the new ranges. u takes it back. q quits; all is saved.
"""


def help_text(pane: str, keys: dict[str, str]) -> Text:
    """Return the help of a pane; `keys` are a person's own keys by binding id."""
    text = Text()
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
