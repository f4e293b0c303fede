"""The ranges as edited on the screen, with an undo of their own. Pure: told the time."""

from __future__ import annotations

from collections.abc import Mapping

from tuitune.space import Parameter, Space

SAME_STEP_SECONDS = 1.0
"""Repeated presses of one key within so long are one undo step."""


class Draft:
    """A space on its way to be the next revision.

    `base` is the space of the revision that it starts from; `undo` leads back to it and no further
    (steps between revisions are the session's).
    """

    def __init__(self, base: Space, edited: Space | None = None) -> None:
        """`edited`: the ranges that were on the screen before, as one undo step."""
        self._undo: list[Space] = []
        self._redo: list[Space] = []
        self._start(base, edited)

    def _start(self, base: Space, edited: Space | None) -> None:
        self._base = self._space = base
        self._last: tuple[str, frozenset[str], float] | None = None
        self._undo.clear()
        self._redo.clear()
        if edited is not None and edited.names == base.names and edited != base:
            self._undo.append(base)
            self._space = edited

    @property
    def base(self) -> Space:
        """The space of the revision."""
        return self._base

    @property
    def space(self) -> Space:
        """The space as edited."""
        return self._space

    @property
    def steps(self) -> int:
        """How many steps `undo` can take."""
        return len(self._undo)

    @property
    def redo_steps(self) -> int:
        """How many steps `redo` can take."""
        return len(self._redo)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the revision."""
        return self._space != self._base

    @property
    def changed_names(self) -> tuple[str, ...]:
        """The parameters that differ from the revision, in order."""
        base = self._base.parameters
        return tuple(name for name, p in self._space.parameters.items() if p != base[name])

    def change(self, name: str, parameter: Parameter, *, key: str, now: float) -> bool:
        """Replace one parameter; return whether anything changed.

        `key` says what changed it and `now` when, in seconds of any clock: the same key on the
        same parameter within a second of its last change goes on with that undo step.
        """
        return self.change_all({name: parameter}, key=key, now=now)

    def change_all(self, parameters: Mapping[str, Parameter], *, key: str, now: float) -> bool:
        """Replace several parameters in one undo step; return whether anything changed."""
        space = self._space
        for name, parameter in parameters.items():
            space = space.replace(name, parameter)
        if space == self._space:
            return False
        names = frozenset(parameters)
        last = self._last
        goes_on = last is not None and last[:2] == (key, names)
        if not (goes_on and last is not None and 0 <= now - last[2] <= SAME_STEP_SECONDS):
            self._undo.append(self._space)
        self._space = space
        self._redo.clear()
        self._last = (key, names, now)
        if self._undo and self._undo[-1] == space:
            # The step came back to where it began: it is none.
            self._undo.pop()
            self._last = None
        return True

    def undo(self) -> bool:
        """Take the last step back; return whether there was one."""
        if not self._undo:
            return False
        self._redo.append(self._space)
        self._space = self._undo.pop()
        self._last = None
        return True

    def redo(self) -> bool:
        """Do the step again that was undone last; return whether there was one."""
        if not self._redo:
            return False
        self._undo.append(self._space)
        self._space = self._redo.pop()
        self._last = None
        return True

    def reset(self, name: str) -> bool:
        """Give one parameter the revision's range back, as a step; return whether it differed."""
        self._last = None
        changed = self.change(name, self._base[name], key="reset", now=0.0)
        self._last = None
        return changed

    def rebase(self, space: Space, *, keep: bool = True) -> None:
        """Start from another revision, whose space is `space`.

        With `keep`, parameters that differ from the old revision stay as they are (one undo step):
        what was edited while a revision was on its way is not lost. Without, it is `space` alone.
        """
        edited = space
        if keep and space.names == self._base.names:
            for name in self.changed_names:
                edited = edited.replace(name, self._space[name])
        self._start(space, edited)
