"""sessions/README.md against the records: field names, types, defaults, and its examples."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tests.docs.pages import SESSIONS, Block, blocks, table_under
from tests.docs.records import CAUSES, EVENTS, RECORDS, field_rows, records_within
from tuitune.model.events import DraftSaved
from tuitune.model.trial import TrialState
from tuitune.store import Holder, SessionStore, read_session
from tuitune.store.files import journal_path
from tuitune.store.restore import decode_snapshot
from tuitune.store.snapshot import FORMAT, VERSION, encode_snapshot


def documented(heading: str) -> list[tuple[str, str, str]]:
    """Return field, type and "if left out" of each row of a record's table."""
    rows = table_under(SESSIONS, heading)
    assert all(meaning for *_, meaning in rows), f"{heading}: each field has a meaning"
    return [(name.strip("`"), kind, left_out) for name, kind, left_out, _ in rows]


def example(info: str) -> Block:
    (block,) = blocks(SESSIONS, info)
    return block


@pytest.mark.parametrize("heading", RECORDS)
def test_a_record_is_described_field_by_field(heading: str) -> None:
    assert documented(f"### {heading}") == field_rows(RECORDS[heading])


@pytest.mark.parametrize("tag", EVENTS)
def test_an_event_is_described_field_by_field(tag: str) -> None:
    assert documented(f"#### event `{tag}`") == field_rows(EVENTS[tag])[1:]


def test_every_record_of_the_files_is_described() -> None:
    described = {*RECORDS.values(), *EVENTS.values()}
    within = records_within(RECORDS["session"]) | records_within(RECORDS["journal line"])
    assert described == within | {Holder}


def test_the_states_and_the_head_are_those_of_the_program() -> None:
    meanings = {name.strip("`"): row[-1] for name, *row in table_under(SESSIONS, "### trial")}
    states = meanings["state"].replace(" or ", ", ").replace("`", "").split(", ")
    assert states == [state.value for state in TrialState]
    assert {row[1].strip("`") for row in table_under(SESSIONS, "### cause")} == CAUSES
    text = SESSIONS.read_text("utf-8")
    assert f"- `version` is {VERSION}." in text
    assert f"always `{FORMAT}`" in text


def test_the_example_is_a_session_as_it_is_written() -> None:
    text = example("json session").text
    session = decode_snapshot(text.encode(), Path("example.json"))
    assert b"".join(encode_snapshot(session)).decode() == text
    assert session.best is not None
    assert session.best.number == 1


def test_the_examples_lines_go_on_where_its_session_ends(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    path.write_text(example("json session").text)
    lines = example("jsonl journal").text
    journal_path(path).write_text(lines.removesuffix("\n"))
    whole = [json.loads(line) for line in lines.splitlines()[:-1]]
    session = read_session(path)
    assert session.events == whole[-1]["n"]
    trial = session.trial(3)
    assert trial.state is TrialState.INTERRUPTED
    assert trial.curve == {"val_acc": [0.2], "train_acc": [0.175], "loss": [None]}
    assert list(session.waiting) == [3]


def test_fields_that_are_not_known_are_ignored_and_lost(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    record = json.loads(example("json session").text)
    record["colour"] = record["trials"][0]["colour"] = "red"
    path.write_text(json.dumps(record))
    store = SessionStore.open(path)
    event = DraftSaved(space=None)
    store.session.apply(event)
    store.append(event)
    store.fold(store.session)
    store.close()
    assert "colour" not in path.read_text()


def test_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    record = json.loads(example("json session").text)
    path.write_text(json.dumps({**record, "version": VERSION + 1}))
    with pytest.raises(Exception, match=r"written by a newer TuiTune"):
        read_session(path)


def test_the_lock_names_its_holder() -> None:
    found = msgspec.json.decode(example("json lock").text, type=Holder)
    assert found == Holder(20964, "train-3", 1795492160.0, "/tmp/tuitune-k3v9/door")
