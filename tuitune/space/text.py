"""The text form of a parameter: read and written here alone, for command line, app and README.

    1e-6..1e-2 log                 0..0.5                 0..0.5 step 0.1
    16..256 int step 16            16..256 log int        0|1e-8..1e-4 log
    1e-6..1e-2 log in 1e-8..1      1e-6..1e-2 log = 1e-3  sgd|(adam)|"two words" = sgd

    0..0.99 if optimizer=sgd|nesterov                     relu|tanh if layers>=3

The words after the bounds come in any order; `…` and ` to ` mean `..`. Options in parentheses are
switched off. `16..256` is a range of real numbers: whole numbers are asked for with `int`.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

import msgspec
from msgspec.structs import replace

from tuitune.errors import SpaceError, quote
from tuitune.space.checks import number, whole
from tuitune.space.conditions import Condition, span_of, split_condition, split_test
from tuitune.space.kinds import Choice, FloatRange, IntRange, Parameter
from tuitune.space.numbers import Value, format_value
from tuitune.space.space import check_name

LONGEST_TEXT: Final = 20_000  # characters; the longest choice that is valid fits

_NUM: Final = r"[+-]?(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER: Final = re.compile(_NUM, re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_ZERO: Final = re.compile(rf"[+-]?0(?:\.0*)?\s*\|\s*(?={_NUM}\s*\.\.)", re.ASCII)
_BOUNDS: Final = re.compile(rf"(?P<low>{_NUM})?\s*\.\.\s*(?P<high>{_NUM})?(?![^\s=])", re.ASCII)
_WORD: Final = re.compile(
    r"\s*(?:(?P<log>log\b)|(?P<lin>lin(?:ear)?\b)|(?P<int>int\b)"
    rf"|step\s*(?P<step>{_NUM})"
    rf"|(?P<limits>in\s*(?P<hard_low>{_NUM})?\s*\.\.\s*(?P<hard_high>{_NUM})?)"
    rf"|=\s*(?P<frozen>{_NUM}))(?![^\s=])",
    re.ASCII | re.IGNORECASE,
)
_OPTION: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s|()="]+|[|()=])')
_MARKS: Final = frozenset("|()=")
_NOT_FINITE: Final = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


class RangeText(msgspec.Struct, frozen=True):
    """A range as it was written: None where nothing was."""

    low: float | None
    high: float | None
    zero: bool
    scale: str | None
    """`log`, `lin` or None."""
    integer: bool
    step: float | None
    limits: tuple[float | None, float | None] | None
    frozen: float | None


def parse_value(text: str) -> Value:
    """Return the value that `text` means: a whole number, a real one, true, false, else text.

    Text in double quotes is text whatever is in it. SpaceError for nan and infinite numbers.
    """
    text = text.strip()
    if text.startswith('"'):
        try:
            return msgspec.json.decode(text.encode(), type=str)
        except (msgspec.DecodeError, UnicodeEncodeError):
            _refuse(f"quoted text ends with its quote, unlike {quote(text)}", '"two words"')
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _NOT_FINITE.fullmatch(text):
        _refuse(f"a value is finite, {quote(text)} is not (as a word it needs quotes)", "1e-3")
    plain_text = text.replace("−", "-")
    if len(plain_text) <= 400 and _INTEGER.fullmatch(plain_text):
        return whole(int(plain_text))
    if len(plain_text) <= 400 and _NUMBER.fullmatch(plain_text):
        return number(float(plain_text))
    return text


def parse_parameter(text: str) -> Parameter:
    """Return the parameter that `text` describes; SpaceError says what is wrong with it.

    `16..256` is a range of real numbers, `16..256 int` one of whole numbers.
    """
    _check_length(text)
    text, condition = split_condition(text)
    if condition is not None:
        return replace(parse_parameter(text), when=parse_condition(condition))
    if is_choice_text(text):
        if "None" in _option_tokens(text):
            _refuse("None is a word here, which a trainer gets as text", '"None"|1.0|5.0')
        return parse_choice(text)
    written = parse_range(text)
    if written.low is None or written.high is None:
        _refuse(f"a range has both ends, unlike {quote(text.strip())}", "1e-6..1e-2 log")
    log = written.scale == "log"
    hard_low, hard_high = written.limits or (None, None)
    if not written.integer:
        return FloatRange(
            written.low, written.high, log=log, step=written.step,
            hard_low=hard_low, hard_high=hard_high, zero=written.zero, frozen=written.frozen,
        )  # fmt: skip
    if written.zero:
        _refuse("an integer range with 0 simply starts at 0, without 0|", "0..256 int")
    return IntRange(
        whole(written.low), whole(written.high), log=log, step=_whole(written.step),
        hard_low=_whole(hard_low), hard_high=_whole(hard_high), frozen=_whole(written.frozen),
    )  # fmt: skip


def parse_condition(text: str) -> Condition:
    """Return the condition that stands behind `if`: `optimizer=sgd|nesterov`, `layers>=3`."""
    name, sign, rest = split_test(text)
    check_name(name)
    span = span_of(sign, rest)
    if span is not None:
        return Condition(name, low=span[0], high=span[1])
    tokens = _option_tokens(rest)[::-1]
    options, marks = tokens[::2], tokens[1::2]
    if any(option in _MARKS for option in options) or set(marks) - {"|"} or not len(tokens) % 2:
        _refuse(
            f"behind if stand options with | between them, unlike {quote(rest.strip())}",
            "momentum=0..0.99 if optimizer=sgd|nesterov",
        )
    return Condition(name, tuple(map(parse_value, options)))


def format_condition(condition: Condition) -> str:
    """Return the text form, which `parse_condition` reads back as an equal record."""
    name, low, high = condition.parameter, condition.low, condition.high
    if condition.options:
        return f"{name}={'|'.join(map(option_text, condition.options))}"
    if low is not None and high is not None:
        return f"{name}={low}..{high}"
    return f"{name}>={low}" if low is not None else f"{name}<={high}"


def split_assignment(text: str) -> tuple[str, str]:
    """Return name and rest of `name=rest`; SpaceError without a good name or a rest."""
    name, equals, rest = text.partition("=")
    if not equals or not rest.strip():
        _refuse(
            f"a parameter is written as a name, = and what it may be, unlike {quote(text)}",
            "lr=1e-6..1e-2 log",
        )
    check_name(name.strip())
    return name.strip(), rest.strip()


def parse_assignment(text: str) -> tuple[str, Parameter]:
    """Return name and parameter of `lr=1e-6..1e-2 log`; errors start with the name."""
    name, rest = split_assignment(text)
    try:
        return name, parse_parameter(rest)
    except SpaceError as error:
        raise SpaceError(f"{name}: {error}") from None


def format_parameter(p: Parameter) -> str:
    """Return the text form of `p`, which `parse_parameter` reads back as an equal record."""
    text = _format_values(p)
    return text if p.when is None else f"{text} if {format_condition(p.when)}"


def _format_values(p: Parameter) -> str:
    if isinstance(p, Choice):
        off = {option_text(o) for o in p.off}
        text = "|".join(f"({o})" if o in off else o for o in map(option_text, p.options))
        return text if p.frozen is None else f"{text} = {option_text(p.frozen)}"
    words = [f"{format_value(p.low, log=p.log)}..{format_value(p.high, log=p.log)}"]
    if isinstance(p, FloatRange) and p.zero:
        words[0] = f"0|{words[0]}"
    if p.log:
        words.append("log")
    if isinstance(p, IntRange):
        words.append("int")
    if p.step is not None:
        words.append(f"step {format_value(p.step)}")
    if p.hard_low is not None or p.hard_high is not None:
        low, high = (
            "" if v is None else format_value(v, log=p.log) for v in (p.hard_low, p.hard_high)
        )
        words.append(f"in {low}..{high}")
    if p.frozen is not None:
        words.append(f"= {format_value(p.frozen, log=p.log)}")
    return " ".join(words)


def format_range(p: Parameter, digits: int | None = 3) -> str:
    """Return the part of `p` that is in use: `3e-4..3e-2`, `sgd|adam`, `= 1e-3`.

    `digits` significant ones, as for display; None: as many as tell the number from all others.
    """
    if isinstance(p, Choice):
        return (
            "|".join(map(option_text, p.on)) if p.frozen is None else f"= {option_text(p.frozen)}"
        )
    if p.frozen is not None:
        return f"= {format_value(p.frozen, digits, log=p.log)}"
    low, high = (format_value(v, digits, log=p.log) for v in (p.low, p.high))
    if low == high:
        low, high = (format_value(v, log=p.log) for v in (p.low, p.high))
    zero = isinstance(p, FloatRange) and p.zero
    return f"{'0|' if zero else ''}{low}..{high}"


def is_choice_text(text: str) -> bool:
    """Say whether `text` lists options: it has a `|` that is not the `0|` of a log range."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    return "|" in bare and not _ZERO.match(_unify(text))


def parse_choice(text: str) -> Choice:
    """Return the choice that a list of options describes."""
    _check_length(text)
    options: list[Value] = []
    off: list[Value] = []
    frozen: Value | None = None
    tokens = _option_tokens(text)
    example = "sgd|(adam)|momentum"
    while tokens:
        hidden = tokens[-1] == "("
        if hidden:
            tokens.pop()
        if not tokens or tokens[-1] in ("|", "(", ")", "="):
            _refuse(f"an option is missing in {quote(text.strip())}", example)
        options.append(parse_value(tokens.pop()))
        if hidden:
            off.append(options[-1])
            if not tokens or tokens.pop() != ")":
                _refuse("an option that is off stands between ( and )", example)
        if not tokens:
            break
        mark = tokens.pop()
        if mark == "=" and len(tokens) == 1 and tokens[0] not in ("|", "(", ")", "="):
            frozen = parse_value(tokens.pop())
        elif mark != "|" or not tokens:
            _refuse(
                f"options have one | between them, and quotes where they hold spaces or marks, "
                f"unlike {quote(text.strip())}",
                'sgd|"two words"',
            )
    return Choice(tuple(options), tuple(off), frozen)


def parse_range(text: str) -> RangeText:
    """Return what is written in a range; bounds that are left out are None."""
    _check_length(text)
    unified = _unify(text)
    zero = _ZERO.match(unified)
    rest = unified[zero.end() if zero else 0 :]
    bounds = _BOUNDS.match(rest)
    if bounds is None or bounds.group("low") is bounds.group("high") is None:
        _refuse(
            f"a range is two numbers with .. between them, unlike {quote(text.strip())}",
            "1e-6..1e-2 log, or sgd|adam for options",
        )
    found: dict[str, str] = {}
    place = bounds.end()
    while rest[place:].strip():
        word = _WORD.match(rest, place)
        if word is None:
            _refuse(
                "after the bounds come log, int, step, in and = with their numbers, not "
                f"{quote(rest[place:].strip())}",
                "1e-6..1e-2 log in 1e-8..1",
            )
        for key, value in word.groupdict().items():
            if value is None:
                continue
            if key in found:
                shown = {"frozen": "=", "limits": "in"}.get(key, key)
                _refuse(f"each word is said once, {shown} was said twice", "1e-6..1e-2 log")
            found[key] = value
        place = word.end()
    if "log" in found and "lin" in found:
        _refuse("a scale is log or lin, not both", "1e-6..1e-2 log")

    def read(key: str) -> float | None:
        return _read_number(found[key]) if key in found else None

    return RangeText(
        low=_bound(bounds.group("low")),
        high=_bound(bounds.group("high")),
        zero=zero is not None,
        scale="log" if "log" in found else "lin" if "lin" in found else None,
        integer="int" in found,
        step=read("step"),
        limits=(read("hard_low"), read("hard_high")) if "limits" in found else None,
        frozen=read("frozen"),
    )


def _bound(text: str | None) -> float | None:
    return None if text is None else _read_number(text)


def _read_number(text: str) -> float:
    """Return a whole number as an int: a float would round it above 2**53, in silence."""
    if len(text) <= 400 and _INTEGER.fullmatch(text):
        value = int(text)
        number(value)  # refuses what is too long for any range
        return value
    return number(float(text))


def _whole(value: float | None) -> int | None:
    return None if value is None else whole(value)


def _unify(text: str) -> str:
    text = text.strip().replace("…", "..").replace("−", "-")
    return re.sub(r"\s+to\s+", "..", text, flags=re.IGNORECASE)


def _option_tokens(text: str) -> list[str]:
    """Return the options and marks of a choice, the first last."""
    tokens: list[str] = []
    text, place = text.strip(), 0
    while place < len(text):
        token = _OPTION.match(text, place)
        if token is None:
            _refuse(f"quoted text ends with its quote, unlike {quote(text[place:])}", '"a b"|c')
        tokens.append(token.group(1))
        place = token.end()
    return tokens[::-1]


def option_text(option: Value) -> str:
    """Return one option as it is written in a choice: quoted where it would read differently."""
    if isinstance(option, float):
        text = format_value(option)
        return f"{text}.0" if _INTEGER.fullmatch(text) else text
    if not isinstance(option, str):
        return format_value(option)
    bare = re.fullmatch(r"[^\W\d][\w.,:;/+*@%&#-]*", option) is not None and ".." not in option
    misread = option == "None" or option.lower() in ("true", "false")
    if bare and not misread and not _NOT_FINITE.fullmatch(option):
        return option
    return msgspec.json.encode(option).decode()


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        _refuse(f"a range is a short text, not one of {len(text)} characters", "1e-6..1e-2 log")


def _refuse(rule: str, example: str) -> NoReturn:
    raise SpaceError(f"{rule}; write {example}")
