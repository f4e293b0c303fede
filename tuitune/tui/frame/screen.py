"""The tuning screen: the panes around one session."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import DescendantFocus, Resize
from textual.screen import Screen

from tuitune.engine import SaveDraft
from tuitune.link import Answered, Drained, Link
from tuitune.link.leaving import take_note
from tuitune.model.events import (
    BreakerTripped,
    EngineFailed,
    EngineState,
    EngineStatus,
    Event,
    Notice,
    ProblemChanged,
    StorageRecovered,
    StorageTroubled,
    TrainerChanged,
    TrialEnded,
    TrialQueued,
    TrialRequeued,
)
from tuitune.model.remaining import epochs_left
from tuitune.model.trial import TrialState
from tuitune.tui import keymap
from tuitune.tui.curves.pane import Curves
from tuitune.tui.describe import describe_event
from tuitune.tui.finish.actions import FinishActions
from tuitune.tui.formatting import Glyphs
from tuitune.tui.frame.actions import TuningActions
from tuitune.tui.frame.advising import Adviser
from tuitune.tui.frame.arrange import PANES, Box, arrange, tabs_of
from tuitune.tui.frame.header import Header
from tuitune.tui.frame.headline import Facts
from tuitune.tui.frame.hints import next_key
from tuitune.tui.frame.key_line import KeyLine
from tuitune.tui.frame.log import Log
from tuitune.tui.frame.pace import Pace
from tuitune.tui.frame.rule import Tabbed
from tuitune.tui.ranges.pane import Ranges
from tuitune.tui.rounds.pane import Rounds
from tuitune.tui.trials.actions import TrialActions
from tuitune.tui.trials.detail import Detail
from tuitune.tui.trials.pane import TrialTable

if TYPE_CHECKING:
    from tuitune.advice import Advice

TICK_SECONDS = 0.25
"""The screen looks at what has happened four times a second, however much it is."""
PACE_SECONDS = 2.0
"""How often the speed in the header changes: faster than that nobody reads it."""
ADVISING = frozenset({TrialState.DONE, TrialState.PRUNED})
"""How a trial ends that changes what the trials say."""
ADVICE_LINES = 2
"""How many statements about the session as a whole stand in the log; `a` shows all."""
SLOW_TICK_SECONDS = 1.0
"""The same over a slow link."""


class TuningScreen(TuningActions, TrialActions, FinishActions, Screen[None]):
    """Composes the panes, moves events to them, and their wishes to the engine."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.EVERYWHERE,
        Binding("ctrl+c", "leave_now(130)", show=False, system=True),
    ]

    def __init__(self, link: Link, glyphs: Glyphs, *, low_bandwidth: bool = False) -> None:
        super().__init__()
        self.link = link
        self.glyphs = glyphs
        self.tick_seconds = SLOW_TICK_SECONDS if low_bandwidth else TICK_SECONDS
        session = link.session
        self.header_line = Header(session, glyphs)
        self.ranges = Ranges(session, glyphs=glyphs, id="ranges")
        self.trials = TrialTable(session, glyphs=glyphs, id="trials")
        self.curves = Curves(session, glyphs=glyphs, id="curves")
        self.rounds = Rounds(session, glyphs)
        self.rounds.id = "rounds"
        self.detail = Detail(session, glyphs, link.output)
        self.detail.id = "detail"
        self.log_pane = Log(glyphs)
        self.log_pane.id = "log"
        self.key_line = KeyLine()
        self._panes: dict[str, Tabbed] = {
            "ranges": self.ranges,
            "trials": self.trials,
            "curves": self.curves,
            "rounds": self.rounds,
            "detail": self.detail,
        }
        self.zoomed = False
        self.pane = "ranges"
        self.engine_state = link.state
        self.trouble = link.trouble
        self.broken = ""
        """Why the circuit breaker has paused the round; empty where it hasn't."""
        self.unseen: int | None = None
        """The round whose failures are still to be shown."""
        self._has_failed = False
        """The engine met an error of its own; what there is can still be looked at."""
        self.pace = Pace()
        self._rate: float | None = None
        self._paced_at = -PACE_SECONDS
        self.adviser = Adviser()
        self.advice: Advice | None = None
        self._criterion = self.link.session.criterion

    @property
    def tuning(self) -> TuningScreen:
        """This screen."""
        return self

    def compose(self) -> ComposeResult:
        """Header, panes, keys."""
        yield self.header_line
        with Container(id="panes"):
            yield self.ranges
            yield self.trials
            yield self.curves
            yield self.rounds
            yield self.detail
            yield self.log_pane
        yield self.key_line

    def on_mount(self) -> None:
        """Show the session and begin to listen."""
        if not self.link.writable:
            self.say(self.link.why_read_only, 10.0)
        self._listen()
        self._show_session()
        self._tell_meanwhile()
        self.set_interval(self.tick_seconds, self.drain)
        self.set_pane("ranges")

    def _tell_meanwhile(self) -> None:
        """Say what happened since a screen was left."""
        line = take_note(self.link.path, self.link.session)
        if line:
            self.log_pane.say(line)
            self.say(line, 15.0)

    def _listen(self) -> None:
        """Look at once when an answer has come."""
        self.link.wake = self._drain_soon
        self.header_line.set_class(not self.link.writable, "-read-only")

    def _drain_soon(self) -> None:
        with suppress(RuntimeError):  # the app ends just now
            self.call_later(self.drain)

    def take_link(self, link: Link) -> None:
        """Go on with another link to the same session; the draft stays."""
        self.link.wake = None
        self.link = link
        self.engine_state, self.trouble = link.state, link.trouble
        self._listen()
        self._show_session()
        self._arrange()

    # -- what has happened -----------------------------------------------------------------

    def drain(self) -> None:
        """Fold what has happened into the session and draw what changed."""
        if self.app.has_left:
            return  # whoever goes on with the work has the link
        drained = self.link.drain()
        if drained:
            self.pace.note(monotonic(), drained.epochs)
            for notice in drained.notices:
                self._notice(notice)
            if drained.replaced:
                self._show_session()
            self._show_changes(drained)
            for answered in drained.answers:
                self._show_answer(answered)
        told: list[Event | Notice] = [*drained.notices, *drained.happened]
        self.app.announcer.see(
            self.link.session, self.link.path, told, monotonic(), hook=self.link.trains_here
        )
        for problem in self.app.announcer.problems():
            self.say_error(problem)
        self._show_unseen()
        self._poll_advice()
        self._show_facts()

    def _show_answer(self, answered: Answered) -> None:
        """Say why a command was not done; one that came too late goes to who holds it now."""
        if isinstance(answered.command, SaveDraft):
            return
        if answered.answer.ended and not self.link.trains_here:
            self.send(answered.command)
        elif answered.answer.refused:
            self.say_error(answered.answer.refused)

    def _poll_advice(self) -> None:
        try:
            advice = self.adviser.poll(self.link.session, monotonic())
        except Exception as error:
            # Advice is a help: what is wrong with it must not end a session.
            self.say_error(f"The advice failed: {type(error).__name__}: {error}")
        else:
            if advice is not None and advice.space == self.link.session.space:
                self._show_advice(advice)
            elif advice is not None:
                # The ranges changed while it was worked out.
                self.adviser.ask(at_once=True)

    def _show_changes(self, drained: Drained) -> None:
        session = self.link.session
        other_problem = any(isinstance(event, ProblemChanged) for event in drained.happened)
        if other_problem or session.criterion != self._criterion:
            # Scores compare at another length: every pane has another order.
            self._show_session()
        if drained.structure:
            self.ranges.show_session(session)
            if self.advice is not None and self.advice.space != session.space:
                self._forget_advice()
            self._arrange()
        if drained.trials:
            self.trials.update_trials(drained.trials)
            self.ranges.update_trials(drained.trials)
            self.curves.update(drained.trials)
            self.detail.update_trial()
        if drained.structure or drained.happened:
            self.rounds.show_session(session)
        for event in drained.happened:
            line = describe_event(session, event)
            if line:
                self.log_pane.say(line)
                if self.link.writable and _answers_a_key(event):
                    self.say(f"{line}{self._waiting_words()}")
            if isinstance(event, TrialEnded) and event.state in ADVISING:
                self.adviser.ask()

    def _waiting_words(self) -> str:
        """Return what a trial that was asked for waits with, where the round doesn't go on."""
        waits = self.engine_state in ("paused", "pausing") or (
            self.engine_state == "idle" and self.link.session.open_round is not None
        )
        return "; space goes on" if waits and self.link.session.waiting else ""

    def _show_unseen(self) -> None:
        """Show why the breaker tripped, unless the person is in the middle of something else."""
        if self.unseen is not None and self.app.screen is self:
            number, self.unseen = self.unseen, None
            self.show_failures(number, self.broken)

    def _show_advice(self, advice: Advice) -> None:
        self.advice = advice
        self.ranges.show_advice(advice)
        self._arrange()
        general = (s.text for s in advice.statements if s.parameter is None)
        self.log_pane.advise(list(general)[:ADVICE_LINES])

    def _forget_advice(self) -> None:
        """Show no advice until there is one about the ranges that are current now."""
        self.advice = None
        self.ranges.show_advice(None)
        self.log_pane.advise([])
        self.adviser.ask(at_once=True)

    def _notice(self, notice: object) -> None:
        match notice:
            case EngineState():
                self.engine_state = notice.state
                self.header_line.set_class(not self.link.writable, "-read-only")
                if not notice.state.is_busy:
                    self.pace.clear()
                else:
                    self.broken = ""
                if notice.detail and notice.detail != self.broken:
                    self.say_error(notice.detail)
                stopped = notice.state is EngineStatus.STOPPED and self.link.trains_here
                if stopped and not self._has_failed:
                    self.app.leave()  # somebody has ended it from another terminal
            case BreakerTripped():
                self.broken, self.unseen = notice.message, notice.round
            case TrainerChanged():
                self.say(notice.message, 10.0)
            case StorageTroubled():
                self.trouble = notice.message
                self.say_error(notice.message)
            case StorageRecovered():
                self.trouble = ""
                self.say("The disk takes writes again; everything is saved.")
            case EngineFailed():
                self._has_failed = True
                self.say_error(f"the engine stopped: {notice.message}; everything is saved")

    def _show_session(self) -> None:
        session = self.link.session
        self._criterion = session.criterion
        for pane in (self.ranges, self.trials, self.curves, self.rounds):
            pane.show_session(session)
        self.detail.show(session, self.trials.selected)
        self.adviser.ask()

    def _show_facts(self) -> None:
        session = self.link.session
        now = monotonic()
        if now - self._paced_at >= PACE_SECONDS:
            self._paced_at, self._rate = now, self.pace.epochs_per_second
        left = self.seconds_left()
        state = self.engine_state
        if state.is_busy and self.trouble:
            state = EngineStatus.WAITING
        self.header_line.tell(session, Facts(state, self._rate, left, self.trouble))
        changed = self.ranges.draft.is_changed
        nothing_left = self.advice is not None and self.advice.says_stop
        broken = bool(self.broken)
        hint = next_key(session, self.engine_state, changed, nothing_left, broken=broken)
        self.log_pane.hint(hint)

    def seconds_left(self) -> float | None:
        """Return how long the round will take from now; None where that isn't known."""
        return epochs_left(self.link.session) / self._rate if self._rate else None

    # -- where the panes stand -------------------------------------------------------------

    def on_resize(self, _event: Resize) -> None:
        """Place the panes anew."""
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        boxes = arrange(
            width,
            max(height - 2, 3),
            ranges_height=self.ranges.height_for,
            rounds=len(self.link.session.revisions),
            focused=self.pane,
            zoomed=self.zoomed,
        )
        holder, hidden = tabs_of(boxes)
        for name, pane in self._panes.items():
            pane.tabs = hidden if name == holder else ()
        for name in (*PANES, "log"):
            self._place(name, boxes.get(name))
        self.ranges.zoomed = self.zoomed and self.pane == "ranges"
        self.key_line.show(self.pane, self.app.own_keys)

    def _place(self, name: str, box: Box | None) -> None:
        widget = self.query_one(f"#{name}")
        widget.display = box is not None
        if box is not None:
            widget.styles.offset = (box.x, box.y)
            widget.styles.width, widget.styles.height = box.width, box.height

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Remember which pane has the keys."""
        for node in event.widget.ancestors_with_self:
            if node.id in PANES and node.id != self.pane:
                self.pane = node.id
                self._arrange()

    def set_pane(self, name: str) -> None:
        """Give a pane the keys, and a place where it has none."""
        self.pane = name
        self._arrange()
        # Not widget.focus(), which takes effect only after the keys that have arrived already.
        self.set_focus(self.query_one(f"#{name}"))

    # -- what the panes say ----------------------------------------------------------------

    def on_curves_drawn(self, event: Curves.Drawn) -> None:
        """Mark the drawn trials in the table as the chart marks their curves."""
        self.trials.show_markers(event.slots)

    def on_trial_table_opened(self, _event: TrialTable.Opened) -> None:
        """Enter in the table: show all of the trial."""
        self.action_open_trial()

    def on_trial_table_selected(self, event: TrialTable.Selected) -> None:
        """Show the selected trial everywhere."""
        self.detail.show(self.link.session, event.trial)
        self.ranges.selected_trial = event.trial
        self.curves.show(self.link.session, event.trial)

    def on_trial_marks_refused(self, event: TrialTable.Refused) -> None:
        """Say why a key did nothing."""
        self.say_error(event.text)

    def on_ranges_refused(self, event: Ranges.Refused) -> None:
        """Say why a key did nothing."""
        self.say_error(event.text)

    def on_ranges_committed(self, _event: Ranges.Committed) -> None:
        """Enter in the ranges: commit without running."""
        self.commit(self.link.session.current, run=False)

    def on_rounds_chosen(self, event: Rounds.Chosen) -> None:
        """Enter in the rounds: go back to that revision."""
        self.go_to_revision(event.revision)

    def on_rounds_compared(self, event: Rounds.Compared) -> None:
        """Show what differs between that revision and the current one."""
        self.compare_with(event.revision)


def _answers_a_key(event: Event) -> bool:
    """Whether an event is what a person has just asked for, and stands in no place they look at."""
    match event:
        case TrialQueued(draw="person") | TrialEnded(cause="person"):
            return True
    return isinstance(event, TrialRequeued)
