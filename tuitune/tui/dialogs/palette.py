"""The command palette: every verb by name, and places by number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.markup import escape
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tuitune.tui.keymap import GROUPS, display_keys

if TYPE_CHECKING:
    from tuitune.tui.frame.screen import TuningScreen

_TRIAL = re.compile(r"(?:go\s*to\s*)?(?:trial\s*)?#?(\d+)$")
_REVISION = re.compile(r"(?:go\s*)?(?:back\s*)?(?:to\s*)?r(?:evision)?\s*(\d+)$")

PLACE_SCORE = 1000.0
"""A place or verb that was named goes before every verb that merely resembles it."""

Entry = tuple[str, str, Callable[[], object]]
"""(what is typed and shown, what it does in words, the call)."""


class Verbs(Provider):
    """What the keys do, by name; `go to trial 118`; `back to revision 2`."""

    async def discover(self) -> Hits:
        """Show all verbs before anything is typed."""
        for name, help_text, call in self._entries():
            yield DiscoveryHit(name, call, help=help_text)

    async def search(self, query: str) -> Hits:
        """Show the verbs and places that match what is typed."""
        for name, help_text, call in self._places(query.strip().lower()):
            yield Hit(PLACE_SCORE, name, call, help=help_text)
        matcher = self.matcher(query)
        for name, help_text, call in self._entries():
            score = matcher.match(f"{name} {help_text}")
            if name.lower() == query.strip().lower():
                score = PLACE_SCORE
            if score > 0:
                yield Hit(score, matcher.highlight(name), call, text=name, help=help_text)

    @property
    def _tuning(self) -> TuningScreen | None:
        from tuitune.tui.frame.screen import TuningScreen

        return self.screen if isinstance(self.screen, TuningScreen) else None

    def _entries(self) -> Iterator[Entry]:
        screen = self._tuning
        if screen is None:
            return
        for group, bindings in GROUPS.items():
            for binding in bindings:
                if binding.system or binding.action == "app.command_palette":
                    continue
                node = screen if group == "everywhere" else screen.query_one(f"#{group}")
                name = binding.description if group == "everywhere" else (
                    f"{group}: {binding.description}"
                )  # fmt: skip
                call = partial(screen.run_verb, group, binding.action, node)
                yield name, escape(f"{binding.tooltip}  ({display_keys(binding.key)})"), call
        yield "theme", "Choose the colours", self.app.action_change_theme
        yield "workers", "How many trials run at once", screen.action_workers
        yield "sampler", "Which points the next round draws", screen.action_sampler
        yield "pruner", "When the next round gives a trial up", screen.action_pruner

    def _places(self, query: str) -> Iterator[Entry]:
        screen = self._tuning
        if screen is None:
            return
        session = screen.link.session
        if (found := _REVISION.match(query)) and int(found[1]) <= len(session.revisions):
            number = int(found[1])
            yield (
                f"back to revision {number}",
                "Its ranges become the current ones; the next commit branches from it",
                partial(screen.go_to_revision, number),
            )
        if (found := _TRIAL.match(query)) and 1 <= int(found[1]) <= len(session.trials):
            number = int(found[1])
            yield f"go to trial {number}", "Select it", partial(screen.go_to_trial, number)
