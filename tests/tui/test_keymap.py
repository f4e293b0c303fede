"""The table of keys: whole, without collisions, and a person's own file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from tuitune.errors import UsageError
from tuitune.tui.keymap import GROUPS, read_key_file

AVOIDED = {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}
"""Keys that screen and tmux take, or that a terminal can't tell from others."""


def keys_of(bindings: list[Binding]) -> list[str]:
    return [key for binding in bindings for key in binding.key.split(",")]


@pytest.mark.parametrize("group", GROUPS)
def test_no_key_means_two_things_in_one_place(group: str) -> None:
    keys = keys_of(GROUPS[group])
    assert sorted(keys) == sorted(set(keys))
    assert not AVOIDED & set(keys)
    assert not [key for key in keys if key.startswith("alt+")]


def test_every_binding_has_an_id_of_its_own_and_a_help() -> None:
    bindings = [binding for group in GROUPS.values() for binding in group]
    ids = [binding.id for binding in bindings]
    assert None not in ids
    assert len(set(ids)) == len(ids)
    assert all(b.tooltip and b.description for b in bindings if not b.system)


def test_own_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    assert read_key_file(path) == {}
    path.write_text('run = "f5"\nundo = "ctrl+y,u"\n')
    assert read_key_file(path) == {"run": "f5", "undo": "ctrl+y,u"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run = ", "can't be read"),
        ('launch = "f5"', "'launch', which is no binding"),
        ("run = 5", "The key of run is a text"),
        ("\udcff", "can't be read"),
    ],
)
def test_a_wrong_key_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=said) as caught:
        read_key_file(path)
    assert "\n" not in str(caught.value)
