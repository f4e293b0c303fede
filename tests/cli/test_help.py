"""Help, and what starting the program imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.support import Command
from tuitune import __version__
from tuitune.cli.program import VERBS, program


def test_help_names_every_verb(tuitune: Command) -> None:
    outcome = tuitune("--help")
    assert outcome.code == 0
    for verb, (_, line) in VERBS.items():
        assert f"  {verb} " in outcome.out
        assert line in outcome.out


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help_of_its_own(tuitune: Command, verb: str) -> None:
    outcome = tuitune(verb, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: tuitune {verb} [OPTIONS]")
    if verb not in ("bench", "guide", "completion"):
        assert "--dir FOLDER" in outcome.out
    command = program.get_command(None, verb)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == verb


def test_version(tuitune: Command) -> None:
    assert tuitune("--version").out == f"tuitune {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["nonsense"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from tuitune.cli.problems import exit_code_of\n"
        "from tuitune.cli.program import program\n"
        f"exit_code_of(program, {words!r})\n"
        "heavy = {'numpy', 'scipy', 'textual', 'rich', 'plotext', 'msgspec'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "heavy: []"


def test_a_verb_that_only_looks_starts_no_engine(tuitune: Command) -> None:
    assert tuitune("new", "tiny").code == 0
    code = (
        "import sys\n"
        "from tuitune.cli.problems import exit_code_of\n"
        "from tuitune.cli.program import program\n"
        "assert exit_code_of(program, ['show', 'tiny']) == 0\n"
        "print('engine:', 'tuitune.engine' in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "engine: False"


def test_the_app_refuses_to_draw_where_there_is_no_terminal(tuitune: Command) -> None:
    tuitune("new", "tiny")
    for words in ((), ("open", "tiny")):
        outcome = tuitune(*words)
        assert outcome.code == 2
        assert "no terminal" in outcome.err
        assert outcome.err.count("\n") == 1
