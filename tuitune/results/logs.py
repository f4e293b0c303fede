"""What a trial of a person's own trainer printed, as its executor keeps it."""

from __future__ import annotations

import re
from pathlib import Path

from tuitune.errors import plain
from tuitune.executors.commands import CommandExecutor
from tuitune.executors.groups import read_tail
from tuitune.executors.supervisor import LOG_NAME
from tuitune.store.files import files_of

KEPT_BYTES = 8000
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
"""A whole sequence: without its first character the rest of a colour would be left as text."""


def output_lines(path: Path, trial: int, most: int) -> dict[str, list[str]]:
    """Return the last lines of what a trial of the session file `path` printed, by file name.

    Lines are plain text. Empty where it printed nothing, or nothing is kept.
    """
    folder = files_of(path) / f"trial-{trial}"
    found = {}
    for name in (LOG_NAME, CommandExecutor.errors_name):
        lines = _lines(read_tail(folder / name, 0, KEPT_BYTES))[-most:]
        if lines:
            found[name] = lines
    return found


def _lines(text: str) -> list[str]:
    shown = []
    for line in text.split("\n"):
        # A progress bar writes its line again and again: the last state of it counts.
        last = line.rstrip("\r").rpartition("\r")[2]
        shown.append(plain(_ESCAPE.sub("", last)).rstrip())
    while shown and not shown[-1]:
        shown.pop()
    return shown
