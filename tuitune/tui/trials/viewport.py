"""Which rows of an order are in sight, and which trial the cursor is on.

Pure. Once somebody moved it, the cursor belongs to a trial, not to a row: it follows the trial when
the order changes, and stays nearby where the trial is shown no longer. Rows in sight keep their
place while trials come and go above them, unless the top of the list is in sight.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuitune.model.trial import Trial
from tuitune.tui.trials.ranking import TrialOrder


class Viewport:
    """A window of `page` rows onto a `TrialOrder`, with a cursor that is always inside."""

    def __init__(self, order: TrialOrder) -> None:
        self.order = order
        self.selected: int | None = None
        """Number of the trial under the cursor; None where there is none."""
        self.top = 0
        """The first row in sight."""
        self.page = 1
        """How many rows there is room for, at least 1."""
        self.rests = True
        """Whether nobody moved the cursor yet: it is on the first row, whichever trial is there."""

    @property
    def row(self) -> int:
        """The cursor's row; 0 where there is none."""
        row = None if self.selected is None else self.order.row_of(self.selected)
        return row or 0

    def show(self, order: TrialOrder, trials: Iterable[Trial]) -> None:
        """Show another order of these trials, from its top or where the cursor's trial is."""
        order.load(trials)
        self.order = order
        self.top = 0
        self._settle(0)

    def resize(self, page: int) -> None:
        """Have room for `page` rows."""
        self.page = max(page, 1)
        self._settle(self.row)

    def update(self, trials: Iterable[Trial]) -> None:
        """Put changed trials where they belong now."""
        row = self.row
        for trial in trials:
            before, after = self.order.update(trial)
            if self.top and before is not None and before < self.top:
                self.top -= 1
            if self.top and after is not None and after < self.top:
                self.top += 1
        if self.rests:
            self.selected = None
            row = 0
        self._settle(row)

    def select(self, number: int) -> bool:
        """Put the cursor on a trial; return False where it isn't shown."""
        if self.order.row_of(number) is None:
            return False
        self.rests = False
        self.selected = number
        self._settle(0)
        return True

    def go(self, row: int) -> None:
        """Put the cursor on a row, or on the nearest there is."""
        if len(self.order):
            self.rests = False
            self.selected = self.order.number_at(min(max(row, 0), len(self.order) - 1))
            self._settle(0)

    def number_on(self, line: int) -> int | None:
        """Return the trial on line 0 to `page` - 1 of the window; None on an empty one."""
        row = self.top + line
        return self.order.number_at(row) if line >= 0 and row < len(self.order) else None

    def _settle(self, row: int) -> None:
        """Keep the cursor on its trial, or near `row` where that is gone, and in sight."""
        count = len(self.order)
        if self.selected is None or self.order.row_of(self.selected) is None:
            self.selected = self.order.number_at(min(row, count - 1)) if count else None
        here = self.row
        self.top = min(max(self.top, here - self.page + 1), here)
        self.top = max(min(self.top, count - self.page), 0)
