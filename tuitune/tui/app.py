"""The app: opens sessions, keeps the terminal's needs, ends cleanly."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from functools import partial
from pathlib import Path
from threading import Thread

from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual.driver import Driver
from textual.screen import Screen

from tuitune.engine import EngineOptions
from tuitune.engine.announcing import AnnounceOptions
from tuitune.engine.example import create_example
from tuitune.errors import TuiTuneError
from tuitune.link import Link, LocalLink, open_link
from tuitune.link.leaving import drop_descriptors
from tuitune.link.standing import standing_of
from tuitune.store import list_sessions, read_session
from tuitune.tui.departure import Departure
from tuitune.tui.dialogs.palette import Verbs
from tuitune.tui.dialogs.sessions import Sessions
from tuitune.tui.formatting import glyphs_for
from tuitune.tui.frame.announcing import Announcer
from tuitune.tui.frame.screen import TuningScreen
from tuitune.tui.keys_in_order import KeysInOrder
from tuitune.tui.theme import THEMES
from tuitune.tui.tight_updates import TightUpdate

END_SECONDS = 0.7
"""How long a signal waits for the screen to be restored before it ends the process."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class TuiTuneApp(KeysInOrder):
    """One session at a time on the tuning screen, and the list of sessions."""

    TITLE = "tuitune"
    CSS = "Screen { background: $background; } ToastRack { align: right top; }"
    COMMANDS = {Verbs}  # noqa: RUF012 - the type that Textual declares

    def __init__(
        self,
        path: Path | None,
        directory: Path,
        *,
        ascii_only: bool = False,
        low_bandwidth: bool = False,
        own_keys: dict[str, str] | None = None,
        engine: EngineOptions | None = None,
        announcing: AnnounceOptions | None = None,
        departure: Departure | None = None,
        shell: int | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """`departure` takes over where the screen is left; without one nobody leaves.

        `shell` is a descriptor that ends with the process that the shell waits for.
        """
        # With native colours Textual takes all colour away, otherwise it turns it into greys.
        super().__init__(
            driver_class=driver_class, ansi_color=True if os.environ.get("NO_COLOR") else None
        )
        self._path = path
        self.directory = directory
        self.glyphs = glyphs_for(ascii_only)
        self.low_bandwidth = low_bandwidth
        self.own_keys = own_keys or {}
        self.engine_options = engine or EngineOptions()
        self.announcer = Announcer(announcing or AnnounceOptions(), self.bell, self._write)
        self.copy_form: str | None = None
        """In which form `y` copies values; None: it asks."""
        self.link: Link | None = None
        self.signalled: int | None = None
        self._ends = False
        self._departure = departure
        self._shell = shell
        if low_bandwidth:
            self.animation_level = "none"

    def on_mount(self) -> None:
        """Take the signals, and open the session or the list."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.set_keymap(self.own_keys)
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            # One that is ignored from the start stays so: `nohup` means it.
            if signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, partial(self._on_signal, number))
        if self._shell is not None:
            loop.add_reader(self._shell, self._on_orphaned)
        if self._path is not None:
            self.open_session(self._path)
        else:
            self.choose_session()

    # -- sessions --------------------------------------------------------------------------

    def open_session(self, path: Path) -> None:
        """Show a session in place of the one that is open."""
        try:
            link = open_link(path, self.engine_options)
        except TuiTuneError as error:
            self._say(str(error))
            if self.link is None:
                self.choose_session()
            return
        if not link.trains_here and self.engine_options != EngineOptions():
            self._say(
                "How trials run is up to the process that trains: --workers and the like are "
                "left out; : workers changes their number."
            )
        self._replace(link)

    def take_over(self) -> None:
        """Open the session whose holder has ended, or attach to who was quicker."""
        shown = [screen for screen in self.screen_stack if isinstance(screen, TuningScreen)]
        if self.link is None or not shown:
            return
        try:
            link = open_link(self.link.path, self.engine_options)
        except TuiTuneError as error:
            self._say(str(error))
            return
        before, self.link = self.link, link
        shown[-1].take_link(link)
        before.close()

    def choose_session(self) -> None:
        """Show the list of sessions; where there is none, begin one on the digits."""
        summaries = list_sessions(self.directory)
        if not summaries and self.link is None:
            self.begin_session()
        else:
            standings = {
                summary.path: standing_of(summary.path, read_session(summary.path))
                for summary in summaries
                if summary.busy and not summary.problem
            }
            self.push_screen(
                Sessions(summaries, self.directory, time.time(), standings), self._chosen
            )

    def _chosen(self, choice: Path | str | None) -> None:
        link = self.link
        if choice is None and link is None:
            self.leave()
        if choice is None or (
            isinstance(choice, Path)
            and link is not None
            and choice.resolve() == link.path.resolve()
        ):
            return
        if link is not None and link.is_busy_here:
            self._say("Trials run here: D leaves them running, then tuitune opens the other one.")
        elif isinstance(choice, Path):
            self.open_session(choice)
        else:
            self.begin_session()

    def begin_session(self) -> None:
        """Create a session of the book's experiment on the embedded digits, and show it."""
        try:
            path = create_example(self.directory)
        except (TuiTuneError, OSError) as error:
            self._say(f"A new session can't be created: {error}")
            return
        self.open_session(path)

    def _replace(self, link: Link) -> None:
        screen = TuningScreen(link, self.glyphs, low_bandwidth=self.low_bandwidth)
        before, self.link = self.link, link
        if before is None:
            self.push_screen(screen)
            return
        if isinstance(self.screen, TuningScreen):
            self.screen.keep_draft()
        self.switch_screen(screen)
        before.close()

    def _write(self, sequence: str) -> None:
        """Send the terminal a sequence that draws nothing, in order with what is drawn."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _say(self, text: str) -> None:
        self.notify(text, severity="error", markup=False, timeout=10)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = TightUpdate.of(renderable)
        super()._display(screen, renderable)

    # -- the end ---------------------------------------------------------------------------

    @property
    def has_left(self) -> bool:
        """Whether the screen was left while the work goes on."""
        return self._departure is not None and self._departure.has_begun

    @property
    def failure(self) -> Exception | None:
        """The error that ended the screen; None where none did."""
        return self._exception

    @property
    def can_leave(self) -> bool:
        """Whether this process trains, so that there is something to leave running."""
        return self._departure is not None and self.link is not None and self.link.is_busy_here

    def leave_running(self, how: str, words: str = "") -> None:
        """Take the screen away; what trains in this process goes on, and `words` are said.

        Called where `can_leave`.
        """
        assert self._departure is not None
        assert isinstance(self.link, LocalLink)
        if self.has_left:
            return
        for shown in self.screen_stack:
            if isinstance(shown, TuningScreen):
                shown.keep_draft()
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        if self._shell is not None:
            loop.remove_reader(self._shell)
        self._departure.begin(self.link, how, words)
        self.exit(0)

    def lose_terminal(self) -> None:
        """Leave a terminal that is gone, or save and end where nothing runs."""
        drop_descriptors()
        if self.can_leave:
            self.leave_running("terminal closed")
        else:
            self._on_signal(signal.SIGHUP)

    @property
    def _is_orphaned(self) -> bool:
        """Whether the process that the shell waits for is gone."""
        return self._shell is not None and bool(select.select([self._shell], [], [], 0)[0])

    def _on_orphaned(self) -> None:
        """End where the process that the shell waits for was killed."""
        assert self._shell is not None
        asyncio.get_running_loop().remove_reader(self._shell)
        self._on_signal(signal.SIGTERM)

    def leave(self, code: int = 0) -> None:
        """End the app, once; the engine saves while the screen is put back."""
        if self._ends:
            return
        self._ends = True
        if self.link is not None:
            self.link.request_end()
        self.exit(code, return_code=code)

    def _on_signal(self, number: int) -> None:
        """Save, put the screen back, and end within a second even where the terminal is stuck."""
        if self.signalled is not None or self.has_left:
            return
        if number == signal.SIGHUP and self.can_leave and not self._is_orphaned:
            self.lose_terminal()
            return
        self.signalled = number
        Thread(target=self._end_hard, args=(number,), daemon=True).start()
        if isinstance(self.screen, TuningScreen):
            self.screen.keep_draft()
        self.leave(128 + number if number != signal.SIGINT else 130)

    def _end_hard(self, number: int) -> None:
        time.sleep(END_SECONDS)
        if self.link is not None:
            self.link.close()
        os._exit(128 + number)
