"""Logs that are capped: the first and the last part stay."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitune.executors.groups import read_tail
from tuitune.executors.logs import CappedLog, trim_log

LIMIT = 4096


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=60))
def test_the_first_and_the_last_lines_are_kept(sizes: list[int]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "log")
        lines = [f"{i} ".encode() + b"x" * size + b"\n" for i, size in enumerate(sizes)]
        with CappedLog(path, LIMIT) as log:
            for line in lines:
                log.write(line)
        kept = path.read_bytes()
    whole = b"".join(lines)
    if len(whole) <= LIMIT:
        assert kept == whole
        return
    assert len(kept) <= LIMIT
    assert kept[: LIMIT // 4] == whole[: LIMIT // 4]
    assert kept.count(b"[... the middle of this log is left out") == 1
    assert kept[-400:] == whole[-400:] or len(lines[-1]) < 400
    assert kept.endswith(lines[-1][-400:])


def test_what_others_append_after_a_cut_stays(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"first\n" + b"middle\n" * 10_000 + b"last\n")
    with path.open("ab", buffering=0) as other:
        assert trim_log(path, LIMIT) < LIMIT
        other.write(b"more\n")
    text = path.read_text()
    assert text.startswith("first\n")
    assert text.endswith("last\nmore\n")
    assert trim_log(path, LIMIT) == path.stat().st_size
    assert read_tail(path, start=1 << 20, limit=10) == "last\nmore\n"


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        trim_log(tmp_path / "log", LIMIT)
