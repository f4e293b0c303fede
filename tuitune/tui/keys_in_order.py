"""Keys take effect in the order in which they were typed, also when they arrive in one piece.

Textual hands each key to the widget that has the focus when the key arrives, before the key typed
ahead of it has moved the focus or opened a question: on a slow link, where keys come in bursts,
`R7` would give the 7 to the wrong widget. Here the app waits until a key was taken or came back.
"""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.events import Event, Key
from textual.message import Message

TURNS = 200
"""Turns of the event loop that a key may take; a widget that is busy for longer is left alone."""
SCREEN_SECONDS = 0.5
"""How long a key waits for a question that is about to open: a screen that names an AUTO_FOCUS."""


class KeysInOrder(App[int]):
    """An app that finishes one key before it looks at the next."""

    _key_under_way: Key | None = None
    _came_back = False

    def post_message(self, message: Message) -> bool:
        """Take a key that nobody wanted straight to the bindings, ahead of later keys."""
        if message is self._key_under_way:
            self._came_back = True
            return True
        return super().post_message(message)

    async def on_event(self, event: Event) -> None:
        """Deal with one event; with a key until it had its effect."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
            return
        await self._screen_is_there()
        await super().on_event(event)
        self._key_under_way, self._came_back = event, False
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
                if self._came_back:
                    await super().on_event(event)
                    return
                if event._stop_propagation:
                    return
        finally:
            self._key_under_way = None

    async def _screen_is_there(self) -> None:
        waited = 0.0
        while waited < SCREEN_SECONDS and self.screen.focused is None and self.screen.AUTO_FOCUS:
            await asyncio.sleep(0.005)
            waited += 0.005
