"""What loggers put before a message: dates, levels, names, places, processes; peeled from the left.

Two things of it are kept: the rank of a process, and a part of the data as the logger's name
(`| valid |`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuitune.trainers.metrics import is_split_word, kind_of

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_ZONE = r"(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d\d:?\d\d)"
_DATE = rf"""(?:
    \d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}} | \d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})
  | \d{{2}}/\d{{2}}(?=\s) | \d{{8}}(?=[ ]?[T_-]?\d\d)
  | \d{{1,2}}[ -]{_MONTH}(?:[ -]\d{{4}})? | {_MONTH}[ ]+\d{{1,2}}(?:,?[ ]\d{{4}})?
)"""
_TIME = rf"""(?:
    (?:{_DAY},?\s)?{_DATE}(?:[T ,_-]{{1,3}}(?:{_CLOCK}|\d{{6}}))?
    (?:\s?{_ZONE}(?=[\s\])|,:]))?(?:\s\d{{4}}(?=\s))?(?!\w)
  | {_CLOCK}(?:\s?{_ZONE}(?=[\s\])|,:]))?(?![\w:])
  | \d{{10}}\.\d+(?!\w)
)"""
_LEVEL = r"""(?:
    DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|TRACE|SUCCESS|INF|DBG|WRN|ERR
  | Debug|Info|Warning|Error|debug|info|warning|error
)(?!\w)"""
_PLACE = r"""(?:
    [\w./\\<>-]{1,120}\.\w{1,4}(?::\d+|\(\d+\)|:\w+:\d+) | [\w.]{1,80}:[\w.<>]{1,80}:\d+
)"""
_THREAD = r"""(?:
    (?:Main|Dummy)?Thread(?:Pool\w*)?(?:-\d+)?(?:[ ]\(\w+\))? | MainProcess
  | pid[ =:]\d+ | \w+[ ]pid=\d+(?:,[ ]ip=[\d.]+)?
)"""
_PART = rf"(?:{_TIME}|{_LEVEL}|{_PLACE}|{_THREAD})"
_RANKED = r"(?:[Rr]ank|RANK|default|rank_|local_rank|process|worker)[ =:_]?(\d+)"
_END = r"\s*(?:[:|\]]|[-–](?=\s))?\s?"
"""What parts one thing from the next."""


def _atom(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern}){_END}", re.VERBOSE)


_SIGNS = _atom(r"[│┃║╭╰╮╯├┤▌▐•●█▏┌└]+ | \[\d+\][ ]\" | wandb: | >>> | \$")
_RANK = _atom(
    rf"\[1,(\d+)\]<std(?:out|err)>: | \[{_RANKED}\]:? | \({_RANKED}\):? | {_RANKED}\s*[:|]"
)
_ABSL = _atom(rf"[IWEF]\d{{4}}[ ]{_CLOCK}\s+\d+[ ][\w.-]+:\d+\]")
_BRACKETS = _atom(
    rf"[\[(<]\s*{_PART}(?=[\s,:|/\-\])>])[\w\s.,:|/\-]{{0,120}}[\])>] | \[\s*{_LEVEL}\s"
)
_PARTS = _atom(rf"{_TIME} | {_LEVEL}(?=\s*[:|\]\-–]|\s{{1,8}}\S) | {_PLACE}(?!\w) | {_THREAD}")
_NAMED = _atom(
    rf"([A-Za-z_][\w./-]*)\s*(?:\s[-–|]\s | :(?=\S*\s?{_LEVEL}) | (?=[\[(]{_PLACE}[\])])"
    rf" | \s(?={_LEVEL}\s*:))"
)
_INSIDE = _atom(r"[\[(]([A-Za-z_][\w.:-]*)[\])]")
_AFTER_LEVEL = re.compile(r"\s?([A-Za-z_][\w.]*):(?=\s?\S)")
_LEVEL_AHEAD = re.compile(rf"\s*[\[(]?{_LEVEL}", re.VERBOSE)
_LEVEL_ALONE = re.compile(rf"\s*{_LEVEL}:", re.VERBOSE)
_TIME_AHEAD = re.compile(rf"\s*(?:{_TIME}|\d+\s*[-|:/\]])", re.VERBOSE)
_DIGIT = re.compile(r"\d")
_VALUE_AHEAD = re.compile(r"\s*[=:]?\s*[+-]?\.?\d")

_COUNTER_WORDS = frozenset(
    {"epoch", "epochs", "step", "iter", "iteration", "it", "round", "episode", "e", "ep"}
)


@dataclass(frozen=True, slots=True)
class Peeled:
    """A message without what its logger put before it."""

    text: str
    rank: int | None = None
    """Number of the process that says it, where it is said."""
    section: str = ""
    """The logger's name, where it is one of a part of the data."""


def peel(text: str) -> Peeled:
    """Return what is left of a line when everything that loggers put before it is taken off."""
    stripped = text.lstrip()
    if not stripped or stripped[0] in "|{":
        return Peeled(text)
    start, rank, section, dated = 0, None, "", False
    while True:
        if (found := _RANK.match(text, start)) is not None:
            rank = int(next(group for group in found.groups() if group is not None))
        elif (found := _SIGNS.match(text, start)) is not None:
            pass
        elif (
            (found := _ABSL.match(text, start)) is not None
            or (found := _BRACKETS.match(text, start)) is not None
            or (found := _PARTS.match(text, start)) is not None
        ):
            if not dated and _is_value(text[found.end() :]):
                break
            dated = True
            if _LEVEL_ALONE.fullmatch(found.group().rstrip()) is not None:
                # `INFO:root:epoch 1`, as Python's logging writes.
                after = _AFTER_LEVEL.match(text, found.end())
                if after is not None and is_split_word(after[1]):
                    section, start = after[1], after.end()
                    continue
                if after is not None and _is_logger(after[1], text[after.end() :], dated=True):
                    start = after.end()
                    continue
        elif (found := _NAMED.match(text, start)) is not None:
            if is_split_word(found[1]):
                if _DIGIT.search(text, found.end()) is None:
                    break  # The cells of a heading.
                section = found[1]
            elif not _is_logger(found[1], text[found.end() :], dated=dated):
                break
        elif (found := _INSIDE.match(text, start)) is not None and dated:
            if is_split_word(found[1]):
                section = found[1]
            elif not _is_logger(found[1], text[found.end() :], dated=True):
                break
        else:
            break
        start = found.end()
    return Peeled(text[start:], rank, section)


def _is_logger(name: str, rest: str, *, dated: bool) -> bool:
    """Whether a name before ` - `, ` | ` or in brackets is a logger's and not a metric's."""
    if name.lower() in _COUNTER_WORDS or kind_of(name) is not None or _is_value(rest):
        return False
    if dated:
        return True
    return _LEVEL_AHEAD.match(rest) is not None


def _is_value(rest: str) -> bool:
    return _VALUE_AHEAD.match(rest) is not None and _TIME_AHEAD.match(rest) is None
