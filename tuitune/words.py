"""Words that every room says alike: numbers, durations, plurals, and foreign text made safe.

Foreign text is whatever this program did not write itself: names, notes, output and errors of a
person's program, the content of a file. It is data wherever it goes, so that one function, `safe`,
says what of it may reach a terminal, a JSON document, a CSV file or a Markdown page.

The lowest room: imports nothing of this program. Tests in `tests/test_words.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Literal

MOST_MARKS = 4
"""Marks on top of one letter that are kept; no language needs more, and a flood covers lines."""

MISSING = "--"
"""Stands where there is no number."""

Exit = Literal["terminal", "json", "csv", "markdown"]


# -- foreign text ----------------------------------------------------------------------------


def safe(text: str, exit: Exit = "terminal") -> str:
    """Return `text` as one line that is data where it goes, and nothing else.

    - `terminal`: line breaks and tabs become spaces. Removed are control characters (C0, C1),
      format characters (they turn a line round or take no room), halves of surrogate pairs,
      characters that are private or not assigned, and all but `MOST_MARKS` marks on one letter.
    - `csv`: the same, and a spreadsheet takes it for no formula: what begins with one of `= + - @`
      and is no number gets a `'` before it.
    - `markdown`: the same, and no Markdown: emphasis, code, links, tables and HTML are escaped.
      Underscores stay: inside of a word, as in `val_acc`, they mean nothing.
    - `json`: the inside of a string, where nothing is lost: whatever `terminal` removes is escaped.
    """
    match exit:
        case "terminal":
            return plain(text)
        case "csv":
            shown = plain(text)
            return f"'{shown}" if shown[:1] in _FORMULA and not _is_number(shown) else shown
        case "markdown":
            escaped = "".join(f"\\{c}" if c in "*<`|" else c for c in plain(text))
            return escaped.replace("](", "]\\(")
        case "json":
            return json_text(text)[1:-1]


def plain(text: str) -> str:
    """Return `text` as one line that can do nothing to a terminal: see `safe`."""
    spaced = text.translate(_SPACES)
    if spaced.isascii() and spaced.isprintable():
        return spaced
    kept = []
    marks = 0
    for character in spaced:
        category = unicodedata.category(character)
        if category in _UNSAFE:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def quote(text: str, limit: int = 40) -> str:
    """Return `text` made plain, at most `limit` characters of it, in quotes: for error messages."""
    shown = plain(text[: limit * 4])
    if len(shown) > limit or len(text) > limit * 4:
        shown = shown[: limit - 1] + "…"
    return f"'{shown}'"


def json_text(document: Any, indent: int = -1) -> str:
    """Return one strict JSON document, on one line unless `indent` is 0 or more.

    Numbers that are not finite are null. Characters that do something to a terminal are escaped, so
    that the text can be looked at, and says the same to whoever reads it as JSON.
    """
    import msgspec

    data = encode(document)
    text = (msgspec.json.format(data, indent=indent) if indent >= 0 else data).decode()
    return text if text.isascii() and "\x7f" not in text else "".join(_shown_in_json(text))


def ascii_json(text: str) -> str:
    """Return a JSON text with all that is not ASCII escaped: it says the same in any encoding."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[i]:02x}{data[i + 1]:02x}" for i in range(0, len(data), 2))


def encode(record: object) -> bytes:
    """Return `record` as one line of strict JSON; a number that is not finite becomes null.

    Half a surrogate pair (text from the command line or a program may hold one) becomes `?`.
    """
    try:
        return _encoder()(record)
    except UnicodeEncodeError:
        return _encoder()(_with_whole_characters(record))


@cache
def _encoder() -> Callable[[object], bytes]:
    # Imported when something is written: errors and help need no records.
    import msgspec

    return msgspec.json.Encoder().encode


def _shown_in_json(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\n" or (category not in _ESCAPED and marks <= MOST_MARKS):
            yield character
        else:
            yield _escaped(character)


def _with_whole_characters(value: Any) -> Any:
    import msgspec
    from msgspec.structs import replace

    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return replace(value, **_with_whole_characters(fields))
    if isinstance(value, dict):
        return {_with_whole_characters(k): _with_whole_characters(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_with_whole_characters(one) for one in value]
    return value


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None


_FORMULA = ("=", "+", "-", "@")
_SPACES = {ord(c): " " for c in "\t\n\r\v\f\u2028\u2029"}
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ESCAPED = _UNSAFE | {"Zl", "Zp"}


# -- numbers ---------------------------------------------------------------------------------


def plural(count: int, word: str) -> str:
    """Return `1 trial`, `2 trials`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def no_zero(text: str) -> str:
    """Return a number's text without the zero before its point: `.45`, `-.2`; `12.4` as it is."""
    if text.startswith("0."):
        return text[1:]
    return "-" + text[2:] if text.startswith("-0.") else text


def format_count(count: int) -> str:
    """Return a whole number with a comma every three digits: `100,000`."""
    return f"{count:,}"


def format_score(value: float | None, width: int = 6) -> str:
    """Return a score in at most `width` cells (6 or more), as exactly as they allow: `0.5571`."""
    if value is None or not math.isfinite(value):
        return MISSING
    for decimals in range(max(width - 2, 0), -1, -1):
        text = f"{value:.{decimals}f}"
        if len(text) <= width and (float(text) != 0 or value == 0 or abs(value) < 1e-99):
            return text
    for decimals in range(max(width - 5, 0), -1, -1):
        text = short_exponent(value, decimals)
        if len(text) <= width:
            return text
    return short_exponent(value, 0)


def short_exponent(value: float, decimals: int) -> str:
    """Return `1.2e9`, `3e-12`: no plus sign and no leading zero in the exponent."""
    digits, exponent = f"{value:.{decimals}e}".split("e")
    return f"{digits}e{int(exponent)}"


# -- durations -------------------------------------------------------------------------------


def format_duration(seconds: float | None) -> str:
    """Return a time span: `0.3 s`, `41 s`, `3 min`, `2 h 10`, `5 d 3 h`."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02}"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days < 10_000 else "> 27 years"


def format_rate(per_second: float | None, unit: str = "ep") -> str:
    """Return a speed: `41 ep/s`, `2.3 ep/s`, `14 ep/min`, `3 ep/h`."""
    if per_second is None or not math.isfinite(per_second) or per_second <= 0:
        return f"{MISSING} {unit}/s"
    if per_second >= 9.95:
        return f"{format_count(round(per_second))} {unit}/s"
    if per_second >= 0.95:
        return f"{per_second:.1f} {unit}/s"
    if per_second * 60 >= 0.95:
        return f"{per_second * 60:.0f} {unit}/min"
    return f"{per_second * 3600:.0f} {unit}/h"


def format_age(seconds: float | None) -> str:
    """Return how long ago something was: `just now`, `12 s ago`, `3 min ago`."""
    if seconds is None or not math.isfinite(seconds):
        return "never"
    return "just now" if seconds < 1.5 else f"{format_duration(round(seconds))} ago"
