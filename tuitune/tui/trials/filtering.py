"""The filter language of the trial table: `lr<1e-3 val>.7 state=done round=2 #pin note:text`.

Pure. Terms stand beside each other and must all hold. A term is a comparison
(`name op value`, several values with commas for `=` and `!=`), a flag (`#pin`, `#note`, or `#`
and a tag), or a search (`tag:word`, `note:text`, `reason:text`, `origin:text`).
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tuitune.errors import UsageError, quote
from tuitune.model.trial import Trial, TrialState

EXAMPLE = "lr<1e-3 val>.7 state=done round=2 #pin note:text"

Test = Callable[[Trial], bool]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TERM = re.compile(r"(?P<name>[^<>=!:]+)(?P<op><=|>=|!=|<|>|=|:)(?P<value>.*)", re.DOTALL)

_FIELDS: dict[str, Callable[[Trial], object]] = {
    "val": lambda trial: trial.score,
    "score": lambda trial: trial.score,
    "train": lambda trial: trial.train_score,
    "trial": lambda trial: trial.number,
    "round": lambda trial: trial.round,
    "revision": lambda trial: trial.revision,
    "epochs": lambda trial: trial.epochs_done,
    "seconds": lambda trial: trial.seconds,
    "state": lambda trial: trial.state.value,
}
_TEXTS: dict[str, Callable[[Trial], str]] = {
    "note": lambda trial: trial.note,
    "reason": lambda trial: trial.reason,
    "origin": lambda trial: trial.origin,
}


@dataclass(frozen=True)
class Filter:
    """A filter that was understood; one without terms lets everything through."""

    text: str = ""
    tests: tuple[Test, ...] = ()

    def matches(self, trial: Trial) -> bool:
        """Whether every term holds for a trial."""
        return all(test(trial) for test in self.tests)


def parse_filter(text: str, parameters: Collection[str] = ()) -> Filter:
    """Return the filter that `text` says; `parameters` are the names of the space.

    A parameter hides a field of the same name. Raises `UsageError`, one sentence with an example,
    for a term that can't be understood.
    """
    try:
        words = shlex.split(text, posix=True)
    except ValueError:
        raise UsageError(f"A quote in the filter {quote(text)} is not closed{_example()}") from None
    tests = tuple(_parse_term(word, parameters) for word in words)
    return Filter(" ".join(text.split()), tests)


def _example(example: str = EXAMPLE) -> str:
    return f"; for example {example}"


def _parse_term(word: str, parameters: Collection[str]) -> Test:
    if word.startswith("#"):
        return _flag(word[1:])
    match = _TERM.fullmatch(word)
    if match is None:
        raise UsageError(
            f"A filter term compares, as in val>.7, or flags, as in #pin; "
            f"{quote(word)} does neither{_example()}"
        )
    name, op, value = match["name"], match["op"], match["value"]
    if op == ":" and name == "tag":
        return _tagged(value)
    if op == ":":
        return _search(name, value)
    if name in parameters:
        read: Callable[[Trial], object] = lambda trial: trial.params.get(name)  # noqa: E731
    elif name in _FIELDS:
        read = _FIELDS[name]
    else:
        known = ", ".join(dict.fromkeys([*parameters, *_FIELDS]))
        raise UsageError(
            f"A filter compares one of {known}; there is no {quote(name)}{_example('val>.7')}"
        )
    if value == "":
        raise UsageError(f"{quote(word)} has no value to compare with{_example(f'{name}{op}1')}")
    if name == "state" and read is _FIELDS["state"]:
        _check_states(op, value)
    if op in _COMPARE:
        return _comparison(name, read, op, value)
    wanted = [_wanted(part) for part in value.split(",") if part]
    if op == "=":
        return lambda trial: _equals_any(read(trial), wanted)
    return lambda trial: not _equals_any(read(trial), wanted)


def _flag(name: str) -> Test:
    if name == "":
        raise UsageError(f"# stands before pin, note or a tag{_example('#pin')}")
    if name == "pin":
        return lambda trial: trial.pinned
    if name == "note":
        return lambda trial: bool(trial.note)
    return lambda trial: name in trial.tags


def _tagged(word: str) -> Test:
    """Tags are whole words; their case does not matter."""
    wanted = word.casefold()
    return lambda trial: any(tag.casefold() == wanted for tag in trial.tags)


def _search(name: str, text: str) -> Test:
    read = _TEXTS.get(name)
    if read is None:
        raise UsageError(
            f"A colon searches in tag, {', '.join(_TEXTS)}; {quote(name)} is none of them"
            f"{_example('note:plateau')}"
        )
    wanted = text.casefold()
    return lambda trial: wanted in read(trial).casefold() and bool(read(trial))


def _check_states(op: str, value: str) -> None:
    states = [state.value for state in TrialState]
    unknown = [part for part in value.split(",") if part not in states]
    if op in _COMPARE or unknown:
        shown = quote(unknown[0] if unknown else op + value)
        raise UsageError(
            f"A state is one of {', '.join(states)}, compared with = or !=; "
            f"{shown} is not{_example('state=done,running')}"
        )


def _comparison(name: str, read: Callable[[Trial], object], op: str, value: str) -> Test:
    limit = _number(value)
    if limit is None:
        raise UsageError(
            f"{op} compares with a number; {quote(value)} is none{_example(f'{name}{op}1e-3')}"
        )
    compare = _COMPARE[op]

    def test(trial: Trial) -> bool:
        found = read(trial)
        return isinstance(found, (int, float)) and compare(found, limit)

    return test


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if value != value else value


def _wanted(text: str) -> tuple[str, float | None]:
    return text.casefold(), _number(text)


def _equals_any(found: object, wanted: list[tuple[str, float | None]]) -> bool:
    """Compare numbers to a relative millionth, as they are printed with few digits; text exactly.

    A name of an option ignores upper and lower case.
    """
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        shown = str(found).casefold()
        return found is not None and any(shown == text for text, _ in wanted)
    return any(
        number is not None and (found == number or abs(found - number) <= 1e-6 * abs(number))
        for _, number in wanted
    )
