"""The argument list of a program, with the values of a trial filled in. Never a shell.

    {lr}                the value, with all its digits
    {lr:.4f}            the value in a form of Python's
    {augment:--augment} an argument that is there where the value is true
    {nesterov:--a|--b}  one where it is true, the other where it is not
    {args}              an argument of its own: all parameters as `--name value`

An argument of a parameter that a trial doesn't have is left out, with the flag before it. The same
forms fill in a file: of it nothing but known names in braces is changed, braces of JSON stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuitune.errors import TrainerError, UsageError, quote

BUILT_IN = ("seed", "epochs", "trial", "checkpoint_dir", "params_file", "template", "final")
"""Names that an argument may use besides those of the hyperparameters."""
ALL = "args"
"""Name of an argument that stands for all parameters."""

_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_FALSE = frozenset({"false", "no", "off", "0", "none", ""})


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place for a value."""

    name: str
    spec: str = ""
    """Form of a number; empty: all its digits."""
    flags: tuple[str, ...] = ()
    """What stands here where the value is true, and where it is not; empty: the value itself."""

    def fill(self, values: Mapping[str, Any]) -> str | None:
        """Return the text; None: a flag that isn't there. Raises `KeyError`."""
        value = values[self.name]
        if self.flags:
            return next(iter(self.flags[not _is_true(value) :]), None)
        if not self.spec or isinstance(value, bool | str):
            return format_argument(value)
        try:
            return format(value, self.spec)
        except ValueError as error:
            raise TrainerError(
                f"{quote(self.name)} is {value!r} and can't be written as :{self.spec} ({error})"
            ) from None


_Piece = str | _Slot


class ArgumentTemplate:
    """An argument list with `{lr}` in it; `{{` and `}}` are braces."""

    def __init__(self, argv: Sequence[str], names: Iterable[str]) -> None:
        """`names` are those of the hyperparameters. Raises `UsageError` for any other name."""
        if not argv or not argv[0]:
            raise UsageError(
                "A command has at least the name of a program. "
                "Write for example: python train.py --lr {lr}"
            )
        self._names = tuple(names)
        self._arguments = [
            None if argument == f"{{{ALL}}}" and ALL not in self._names
            else tuple(_parse(argument, self._names))
            for argument in argv
        ]  # fmt: skip

    @property
    def used(self) -> frozenset[str]:
        """The names that the arguments hold."""
        if None in self._arguments:
            return frozenset(self._names)
        return frozenset(
            piece.name
            for pieces in self._arguments
            for piece in pieces or ()
            if isinstance(piece, _Slot)
        )

    def fill(self, values: Mapping[str, Any]) -> list[str]:
        """Return the argument list for one trial; `values` has the built-in names too.

        A parameter that is not in `values` is one that the trial doesn't have. Raises
        `TrainerError` where a value can't be written as it should be.
        """
        filled: list[str] = []
        flag_before = False
        for pieces in self._arguments:
            if pieces is None:
                for name in self._names:
                    if name in values:
                        filled += [f"--{name}", format_argument(values[name])]
                flag_before = False
                continue
            try:
                texts = [p if isinstance(p, str) else p.fill(values) for p in pieces]
            except KeyError:
                if flag_before and len(pieces) == 1:
                    filled.pop()
                flag_before = False
                continue
            argument = "".join(text for text in texts if text is not None)
            if argument or None not in texts:
                filled.append(argument)
            flag_before = bool(
                len(pieces) == 1 and isinstance(pieces[0], str)
                and argument.startswith("-") and "=" not in argument
            )  # fmt: skip
        return filled


class FileTemplate:
    """The text of a file with `{lr}` in it; all other braces are the file's own."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        """`names` are those of the hyperparameters. Raises `UsageError` where none is in it."""
        known = tuple(names)
        self._pieces: list[_Piece] = []
        place = 0
        for match in re.finditer(r"\{([^{}\n]*)\}", text):
            slot = _slot(match[1], known)
            if slot is not None:
                self._pieces += [text[place : match.start()], slot]
                place = match.end()
        self._pieces.append(text[place:])
        if not self.used.intersection(known):
            raise UsageError(
                "A template holds a parameter in braces, and this one has none of "
                f"{', '.join(known)}. Write for example 'lr: {{{known[0] if known else 'lr'}}}'."
            )

    @property
    def used(self) -> frozenset[str]:
        """The names that it holds."""
        return frozenset(piece.name for piece in self._pieces if isinstance(piece, _Slot))

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text for one trial; `null` stands for a parameter that it doesn't have."""
        return "".join(
            piece if isinstance(piece, str)
            else (piece.fill(values) or "") if piece.name in values
            else "null"
            for piece in self._pieces
        )  # fmt: skip


def format_argument(value: Any) -> str:
    """Return a value as an argument, e.g. `true`, `3`, `1e-05`: the number with all its digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _is_true(value: Any) -> bool:
    return value.lower() not in _FALSE if isinstance(value, str) else bool(value)


def _slot(inside: str, names: Sequence[str]) -> _Slot | None:
    """Return the place that stands in braces; None: it is none.

    A name may hold any sign, so that the longest one that is known counts. Raises `UsageError` for
    a form that no number can be written in.
    """
    if inside in names or inside in BUILT_IN:
        return _Slot(inside)
    known = [name for name in (*names, *BUILT_IN) if inside.startswith(f"{name}:")]
    if not known:
        return None
    name = max(known, key=len)
    form = inside[len(name) + 1 :]
    if form.startswith("-") and not form[1:2].isdigit():
        return _Slot(name, flags=tuple(form.split("|", 1)))
    if form and any(_can_format(example, form) for example in (0.5, 3)):
        return _Slot(name, spec=form)
    raise UsageError(
        f"Behind a name stands the form of a number or a flag, and {quote(inside, 80)} has "
        f"neither. Write for example {{{name}:.4f}} or {{{name}:--{name}}}."
    )


def _can_format(value: float, form: str) -> bool:
    # Not a width of a gigabyte.
    if re.search(r"\d{4}", form):
        return False
    try:
        format(value, form)
    except ValueError:
        return False
    return True


def _parse(argument: str, names: Sequence[str]) -> Iterator[_Piece]:
    """Yield the pieces of one argument: text, and places for values."""
    text, place = "", 0
    for match in _BRACES.finditer(argument):
        text += argument[place : match.start()]
        place = match.end()
        if match.group() in ("{{", "}}"):
            text += match.group()[0]
            continue
        slot = None if match[1] is None else _slot(match[1], names)
        if slot is None:
            known = (*names, *BUILT_IN, ALL)
            raise UsageError(
                f"A name in braces is one of {', '.join(known)}, and a brace itself is doubled; "
                f"{quote(argument, 80)} holds something else. Write for example {{{known[0]}}}."
            )
        if text:
            yield text
        yield slot
        text = ""
    text += argument[place:]
    if text or not argument:
        yield text
