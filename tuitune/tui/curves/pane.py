"""The learning curves of the selected, the pinned and the best trials, in one chart or in many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tuitune.model import Session
from tuitune.model.trial import Trial
from tuitune.tui.curves.figure import FIGURE_TRIALS, Page, draw_figure, figure_panels, page_of
from tuitune.tui.curves.series import (
    MOST_CURVES,
    Markers,
    MetricPair,
    Shown,
    choose_trials,
    is_accuracy,
    make_chart,
    metric_pairs,
)
from tuitune.tui.formatting import UNICODE, Glyphs, safe_text
from tuitune.tui.frame.arrange import TITLES
from tuitune.tui.frame.rule import Tabbed, title_rule
from tuitune.tui.keymap import CURVES
from tuitune.tui.painting import changed_regions, inked_strip, text_strip
from tuitune.tui.plotting import SMALLEST, ChartError, Line, draw_curves
from tuitune.tui.trials.ranking import Leaders

TICK_SECONDS = 0.25
"""The chart is drawn at most this often, however much happens."""

USUAL_CURVES = 3
"""How many of the best are drawn until a person asks for more or fewer."""

_NO_ROOM = "z gives the curves room"
_SIDES: tuple[Shown, ...] = ("both", "validation", "training")


class Curves(Tabbed, can_focus=True):
    """Solid lines for validation, dashed ones for training; markers and colours name the trials."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    BINDINGS: ClassVar[list[BindingType]] = [*CURVES]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curves--frame",
        *(f"curves--curve-{slot}" for slot in range(1, MOST_CURVES + 1)),
    }

    @dataclass
    class Drawn(Message):
        """Other trials have a curve now, or another marker."""

        slots: dict[int, int]
        """Trial number to marker and colour, 0 to 5."""

    def __init__(
        self,
        session: Session | None = None,
        *,
        glyphs: Glyphs = UNICODE,
        only: Sequence[int] = (),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`only`: the trials to draw, in place of the selected, the pinned and the best."""
        super().__init__(id=id, classes=classes)
        self._only = list(only)[:MOST_CURVES]
        self._title = "Curves" if only else TITLES["curves"]
        self._glyphs = glyphs
        self._session: Session | None = None
        self._selected: int | None = None
        self._pinned: set[int] = set()
        self._leaders = Leaders(FIGURE_TRIALS)
        self._markers = Markers()
        self._count = USUAL_CURVES
        self._side = 0
        self._metric = 0
        self._smooth = False
        self._figure = False
        self._page = 0
        self._strips: list[Strip] = []
        self._stale = False
        self._drawn_at = 0.0
        if session is not None:
            self.show_session(session)

    # -- what it shows -----------------------------------------------------------------------

    @property
    def slots(self) -> dict[int, int]:
        """The trials that are drawn and their markers, 0 to 5."""
        return dict(self._markers.slots)

    def show_session(self, session: Session) -> None:
        """Show a session: a new one, or one that may have changed anywhere."""
        self._session = session
        self._leaders.load(session.trials, session.criterion)
        self._pinned = {trial.number for trial in session.trials if trial.pinned}
        if self._selected is not None and self._selected > len(session.trials):
            self._selected = None
        self._ask()

    def show(self, session: Session, selected: int | None) -> None:
        """Show a session with one trial selected; its curve is always drawn, in front."""
        if session is not self._session:
            self.show_session(session)
        if selected != self._selected:
            self._selected = selected
            self._ask()

    def update(self, numbers: Iterable[int] | None = None) -> None:
        """Show the changes of these trials; None: of any trial, which takes a look at all."""
        session = self._session
        if session is None:
            return
        if numbers is None:
            self.show_session(session)
            return
        drawn = self._drawn()
        changed = False
        for number in numbers:
            trial = session.trial(number)
            self._leaders.update(trial, session.trials)
            changed |= number in drawn
            changed |= trial.pinned != (number in self._pinned)
            (self._pinned.add if trial.pinned else self._pinned.discard)(number)
        if changed or drawn != self._drawn():
            self._ask()

    # -- which curves ------------------------------------------------------------------------

    def _best(self) -> list[int]:
        """Return the best trials, the first of them first; running ones compete as well."""
        session = self._session
        if session is None:
            return []
        by = session.criterion
        rivals = {number: session.trial(number) for number in self._leaders.numbers}
        rivals.update(session.running)
        best = sorted((t for t in rivals.values() if by.score(t) is not None), key=by.key)
        return [trial.number for trial in best[:FIGURE_TRIALS]]

    def _chosen(self) -> list[int]:
        """Return the trials of the common chart, the one in front first."""
        if self._only:
            return self._only
        return choose_trials(self._selected, sorted(self._pinned), self._best(), self._count)

    def _drawn(self) -> list[int]:
        """Return the trials that have a curve, in the figure or in the common chart."""
        return self._best() if self._figure else self._chosen()

    def _pair(self, trials: list[Trial]) -> tuple[MetricPair, int]:
        """Return the metric in sight and how many there are."""
        assert self._session is not None
        pairs = metric_pairs(self._session.problem, trials)
        return pairs[self._metric % len(pairs)], len(pairs)

    # -- drawing -----------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Begin to look for changes."""
        self.set_interval(TICK_SECONDS, self.draw_stale)

    def _ask(self) -> None:
        """Draw now if the last drawing is a while ago, else at the next tick."""
        self._stale = True
        if self.is_attached and monotonic() - self._drawn_at >= TICK_SECONDS:
            self.draw_stale()

    def draw_stale(self) -> None:
        """Draw what has changed since the last drawing; nothing where nothing has."""
        if self._stale and self.is_attached and self.size.area and self.display:
            self._draw()

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the pane."""
        if len(self._strips) != self.size.height:
            self._draw()
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        """Draw in the new size."""
        self._redraw()

    def on_focus(self) -> None:
        """Show that the keys go here."""
        self._redraw()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self._redraw()

    def on_show(self) -> None:
        """Draw what happened while it was hidden."""
        self.draw_stale()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._strips = []

    def _redraw(self) -> None:
        self._stale = True
        self.draw_stale()

    def _draw(self) -> None:
        width, height = self.size
        self._stale = False
        self._drawn_at = monotonic()
        old, self._strips = self._strips, self._draw_strips(width, height)
        if len(old) == height and all(strip.cell_length == width for strip in old):
            regions = changed_regions(old, self._strips)
            if regions:
                self.refresh(*regions)
        else:
            self.refresh()

    def _draw_strips(self, width: int, height: int) -> list[Strip]:
        session = self._session
        numbers = self._drawn()
        before = self._markers.slots
        # The panels of the figure have titles in place of markers.
        slots = self._markers.assign([] if self._figure else numbers)
        if slots != before:
            self.post_message(self.Drawn(slots))
        if session is None or not numbers:
            lines = _said("no curves yet", height - 1)
            return [self._title_strip({}, "", width), *self._inked(lines, width)][:height]
        trials = [session.trial(number) for number in numbers]
        pair, metrics = self._pair(trials)
        notes = self._notes(pair, metrics)
        try:
            if self._figure:
                page, lines = self._draw_figure(session, trials, pair, width, height - 1)
                notes = "  ".join(filter(None, [_place(page, len(trials)), notes]))
            else:
                lines = self._draw_common(session, trials, pair, width, height - 1)
        except ChartError as error:
            lines = _said(str(error), height - 1)
        return [self._title_strip(slots, notes, width), *self._inked(lines, width)][:height]

    def _draw_common(
        self, session: Session, trials: list[Trial], pair: MetricPair, width: int, height: int
    ) -> list[Line]:
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return _said(_NO_ROOM, height)
        chart = make_chart(
            trials,
            self._markers.slots,
            pair,
            shown=_SIDES[self._side],
            smoothed=self._smooth,
            accuracy=is_accuracy(session.problem, pair),
            width=width,
            height=height,
        )
        return draw_curves(chart, width, height, self._glyphs)

    def _draw_figure(
        self, session: Session, trials: list[Trial], pair: MetricPair, width: int, height: int
    ) -> tuple[Page, list[Line]]:
        page = page_of(len(trials), self._page, width, height)
        if not page.pages:
            return page, _said(_NO_ROOM, height)
        self._page = page.number
        panels = figure_panels(
            trials,
            pair,
            page,
            shown=_SIDES[self._side],
            smoothed=self._smooth,
            accuracy=is_accuracy(session.problem, pair),
            width=width,
            height=height,
        )
        return page, draw_figure(panels, page, width, height, self._glyphs)

    def _inked(self, lines: list[Line], width: int) -> list[Strip]:
        inks: dict[int, Style] = {0: self.get_component_rich_style("curves--frame")}
        for slot in range(1, MOST_CURVES + 1):
            inks[slot] = self.get_component_rich_style(f"curves--curve-{slot}")
        return [inked_strip(line, inks, width) for line in lines]

    def _notes(self, pair: MetricPair, metrics: int) -> str:
        """Return what is drawn how: `val ━ train ┅`."""
        glyphs, side = self._glyphs, _SIDES[self._side]
        parts = []
        if side != "training" and pair.validation:
            name = "val" if pair.validation == "val_acc" else safe_text(pair.validation)
            parts.append(f"{name} {glyphs.solid}")
        if side != "validation" and pair.training:
            name = "train" if pair.training == "train_acc" else safe_text(pair.training)
            parts.append(f"{name} {glyphs.dashed}")
        if metrics > 1:
            parts.append(f"m {self._metric % metrics + 1}/{metrics}")
        if self._smooth:
            parts.append("~")
        return " ".join(parts)

    def draw_title(self) -> None:
        """Draw the title anew."""
        self._ask()

    def _title_strip(self, slots: dict[int, int], notes: str, width: int) -> Strip:
        """Return the title rule with the legend: as many markers and numbers as fit."""
        glyphs = self._glyphs
        room = width - len(self._title) - len(notes) - 12
        legend: list[tuple[str, int]] = []
        for number, slot in slots.items():
            entry = f"{glyphs.markers[slot]} #{number}"
            room -= len(entry) + 1
            if room < 0:
                break
            legend.append((entry, slot))
        detail = "  ".join(filter(None, [notes, " ".join(entry for entry, _ in legend)]))
        text = title_rule(
            self._title, detail, width, glyphs, focused=self.has_focus, tabs=self.tabs
        )
        for entry, slot in legend:
            start = text.plain.find(entry, len(self._title) + len(notes))
            if start >= 0:
                color = self.get_component_rich_style(f"curves--curve-{slot + 1}").color
                text.stylize(Style(color=color, bold=True, dim=False), start, start + len(entry))
        return text_strip(text, width, self.rich_style)

    # -- actions -----------------------------------------------------------------------------

    def action_cycle_sides(self) -> None:
        """Draw validation and training, or one of them."""
        self._side = (self._side + 1) % len(_SIDES)
        self._ask()

    def action_cycle_metric(self) -> None:
        """Draw the next metric that was reported."""
        self._metric += 1
        self._ask()

    def action_more_curves(self) -> None:
        """Draw one more of the best."""
        self._count = min(self._count + 1, MOST_CURVES)
        self._ask()

    def action_fewer_curves(self) -> None:
        """Draw one fewer of the best."""
        self._count = max(self._count - 1, 0)
        self._ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key means something now: the figure has pages, the chart a count."""
        if action in ("next_page", "previous_page"):
            return self._figure
        if action in ("more_curves", "fewer_curves"):
            return not self._figure and not self._only
        if action == "toggle_figure":
            return not self._only
        return super().check_action(action, parameters)

    def action_toggle_figure(self) -> None:
        """Draw the best trials in a panel each, or all curves in one chart again."""
        self._figure = not self._figure
        self._page = 0
        self.refresh_bindings()
        self._ask()

    def action_next_page(self) -> None:
        """Draw the next panels of the figure."""
        self._page += 1
        self._ask()

    def action_previous_page(self) -> None:
        """Draw the panels before."""
        self._page = max(self._page - 1, 0)
        self._ask()

    def action_toggle_smoothing(self) -> None:
        """Smooth the curves, or draw them as reported."""
        self._smooth = not self._smooth
        self._ask()


def _place(page: Page, trials: int) -> str:
    """Return which panels are in sight: `best 1-6 of 20`."""
    last = f"-{page.last}" if page.last > page.first + 1 else ""
    return f"best {page.first + 1}{last} of {trials}" if page.pages else ""


def _said(text: str, height: int) -> list[Line]:
    """Return lines that say something in place of a chart."""
    return [[(f" {text}" if y == 0 else "", 0)] for y in range(height)]
