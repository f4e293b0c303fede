"""The log of a trial, capped: its first and its last part are kept, the middle is left out."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

LOG_BYTES = 10 << 20
"""How large a log may grow where nobody says otherwise."""

_MARK = b"\n[... the middle of this log is left out: --log-limit ...]\n"


class CappedLog:
    """A log that this process writes. Use it as a context; a disk that is full loses the text."""

    def __init__(self, path: Path, limit: int) -> None:
        """`limit` in bytes."""
        self._path = path
        self._limit = limit
        self._file = path.open("ab", buffering=0)
        self._size = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> CappedLog:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, chunk: bytes) -> None:
        """Append to the log."""
        with suppress(OSError):
            self._file.write(chunk)
            self._size += len(chunk)
            if self._size > self._limit:
                self._size = trim_log(self._path, self._limit)


def trim_log(path: Path, limit: int) -> int:
    """Leave out the middle of a log that is larger than `limit` bytes; return its size now.

    Half of `limit` is kept of the beginning and a quarter of the end, so that it is done again only
    when much has come. Others may append to the file meanwhile. Raises `OSError`.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size <= limit:
            return size
        head, tail = limit // 2, limit // 4
        file.seek(size - tail)
        end = file.read().rpartition(_MARK)[2]
        # At the end of a line, where that costs little.
        whole = end.find(b"\n", 0, tail // 2) + 1
        file.seek(0)
        begin, cut_before, _ = file.read(head + len(_MARK)).partition(_MARK)
        begin = begin[:head]
        kept = len(begin) if cut_before else max(begin.rfind(b"\n") + 1, head // 2)
        file.truncate(kept)
    with path.open("ab", buffering=0) as file:
        file.write(_MARK + end[whole:])
        return file.tell()
