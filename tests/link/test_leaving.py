"""What is said when the screen is left, and on coming back."""

from __future__ import annotations

import getpass
import shlex
from pathlib import Path

import pytest

from tests.engine.support import MakeEngine, rising, run
from tuitune.engine import Run
from tuitune.link import LocalLink, leaving
from tuitune.link.leaving import (
    Left,
    log_file,
    logout_warning,
    meanwhile,
    note_leave,
    session_words,
    stay,
    take_note,
    write_log,
)
from tuitune.model.events import EngineStatus
from tuitune.store import holder, read_session


def test_what_happened_meanwhile_is_said_once(make_engine: MakeEngine, session_file: Path) -> None:
    run(make_engine(rising), Run(trials=4))
    before = read_session(session_file)
    note_leave(session_file, before, "terminal closed")
    run(make_engine(rising), Run(trials=6, new_round=True))
    line = take_note(session_file, read_session(session_file))
    assert line.startswith("since ")
    assert ", terminal closed: 6 ran, round 2 began" in line
    assert line.endswith("round 2 finished")
    assert take_note(session_file, read_session(session_file)) == ""


def test_the_round_that_went_on_is_counted(make_engine: MakeEngine, session_file: Path) -> None:
    def failing(params: object, *, epochs: int, seed: int) -> object:
        raise ValueError("no")

    run(make_engine(failing, max_failures=0), Run(trials=3))
    session = read_session(session_file)
    left = Left(0.0, "screen left", 1, {"done": 0, "pruned": 0, "failed": 1, "stopped": 0})
    assert meanwhile(left, session).partition(", ")[2] == (
        "screen left: 2 of 3 ran, 2 failed: `!`, round 1 finished"
    )


@pytest.mark.parametrize("text", [b"", b"{}", b'{"at": "now"}', b"\xff"])
def test_a_note_that_can_t_be_read_is_no_note(session_file: Path, text: bytes) -> None:
    session = read_session(session_file)
    note_leave(session_file, session, "screen left")
    note = log_file(session_file).parent / leaving.NOTE_NAME
    note.write_bytes(text)
    assert take_note(session_file, session) == ""


def test_a_session_is_named_as_the_next_command_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert session_words(Path("sessions/my try.json")) == "'my try'"
    assert session_words(tmp_path / "sessions" / "try.json") == "try"
    other = tmp_path / "other" / "try.json"
    assert session_words(other) == shlex.quote(str(other))


@pytest.mark.parametrize(
    ("settings", "lingers", "warns"),
    [
        ("", False, False),
        ("#KillUserProcesses=yes\n", False, False),
        ("[Login]\nKillUserProcesses=yes\n", False, True),
        ("[Login]\nKillUserProcesses = yes\nKillUserProcesses=no\n", False, False),
        ("[Login]\nKillUserProcesses=yes\n", True, False),
    ],
)
def test_where_logging_out_ends_everything_it_is_said(
    tmp_path: Path, settings: str, lingers: bool, warns: bool
) -> None:
    (tmp_path / "logind.conf").write_text(settings)
    if lingers:
        (tmp_path / getpass.getuser()).touch()
    assert ("loginctl enable-linger" in logout_warning(tmp_path, tmp_path)) == warns
    assert logout_warning(tmp_path / "none", tmp_path) == ""


def test_the_log_has_lines_with_the_time(session_file: Path) -> None:
    write_log(session_file, "one thing")
    write_log(session_file, "another \udc80")
    lines = log_file(session_file).read_text().splitlines()
    assert [line.partition(": ")[2] for line in lines] == ["one thing", "another ?"]


def test_a_process_whose_work_is_over_ends_when_nobody_looks_for_long(
    make_engine: MakeEngine, session_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "ALONE_SECONDS", 0.2)
    monkeypatch.setattr(leaving, "LOOK_SECONDS", 0.05)
    link = LocalLink(make_engine())
    link.ask(Run(trials=5))
    seen: set[int] = set()
    stay(link, lambda drained: seen.update(drained.trials))
    assert link.state in (EngineStatus.IDLE, EngineStatus.STOPPED)
    assert seen == {1, 2, 3, 4, 5}
    assert holder(session_file) is None
    assert read_session(session_file).rounds[0].ended == "finished"
