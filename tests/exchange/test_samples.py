"""What people bring, as files: each with what a person reads off it, in `NAME.expected.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Command

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.expected.json")), ids=lambda f: f.name)
def test_a_sample_is_read_as_a_person_reads_it(file: Path, tuitune: Command) -> None:
    expected: dict[str, Any] = json.loads(file.read_text("utf-8"))
    source = SAMPLES / file.name.removesuffix(".expected.json")
    made = tuitune("import", str(source), "x", "--yes", *expected.get("options", []))
    if "refused" in expected:
        assert made.code == 2
        assert made.err.count("\n") == 1
        assert all(word in made.err for word in expected["refused"])
        assert not list(Path("sessions").glob("x*"))
        return
    assert made.code == 0, made.err
    assert all(word in made.out + made.err for word in expected.get("says", []))
    found = tuitune("show", "x", "--json").json
    for key in ("metric", "direction"):
        assert found[key] == expected.get(key, found[key])
    assert set(found["space"]) == set(expected["space"])
    for name, parameter in expected["space"].items():
        same_parameter(found["space"][name], parameter, loose=name in expected.get("loose", []))
    for state, count in expected.get("states", {}).items():
        assert found["trials"][state] == count, state
    if "best" in expected:
        assert found["best"]["score"] == pytest.approx(expected["best"])
        for name, value in expected.get("best_params", {}).items():
            assert found["best"]["params"][name] == pytest.approx(value)
    assert len(found["revisions"]) == expected.get("revisions", len(found["revisions"]))
    for name, value in expected.get("set", {}).items():
        assert found["problem"]["settings"][name] == value
    if "argv" in expected:
        assert found["problem"]["trainer"]["argv"] == expected["argv"]


def same_parameter(found: dict[str, Any], expected: dict[str, Any], *, loose: bool) -> None:
    """Check kind, ends and options; `loose` ends may be rounded outward."""
    if loose:
        assert found["low"] <= expected["low"]
        assert expected["high"] <= found["high"] <= 2.5 * expected["high"]
        return
    for key, value in expected.items():
        if key == "options":
            assert sorted(map(repr, found["options"])) == sorted(map(repr, value))
        else:
            assert found[key] == (pytest.approx(value) if isinstance(value, float) else value)
