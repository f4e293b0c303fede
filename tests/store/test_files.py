from __future__ import annotations

from pathlib import Path

import pytest

from tuitune.errors import SessionError
from tuitune.store import session_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book", "dir/book.json"),
        ("book.v2", "dir/book.v2.json"),
        ("_A-1", "dir/_A-1.json"),
        ("x" * 100, f"dir/{'x' * 100}.json"),
        ("other.json", "other.json"),
        ("a/b", "a/b.json"),
        ("/a/b.json", "/a/b.json"),
    ],
)
def test_a_name_or_a_path(name: str, expected: str) -> None:
    assert session_path(name, Path("dir")) == Path(expected)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-x", ".x", "a b", "é", "x" * 101, "a\x1b[0m", "a\n"]
)
def test_a_name_that_no_session_has(name: str) -> None:
    with pytest.raises(SessionError, match="1 to 100 letters") as caught:
        session_path(name, Path("dir"))
    assert str(caught.value).isprintable()
