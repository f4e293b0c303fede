"""The commands of all pages are run, in their order; shapes and exit codes are compared."""

from __future__ import annotations

import json
import re
import shlex
import signal
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.support import Command, start_program
from tests.docs.pages import COMMANDS, PAGES, all_text, blocks, page_id, table_under
from tests.tui.terminal import Terminal
from tuitune.cli.bench import figure_record
from tuitune.cli.program import VERBS, program

SET_UP = "python3 -m venv"
FREE = {"params", "settings", "numbers", "pins", "set", "space"}
"""Objects whose keys are names of the session's own."""

SHAPES = {
    "run": "run wide --new-round --json",
    "advise": "advise wide --json",
    "narrow": "narrow wide lr=/2 --dry-run --json",
    "top": "top wide --json",
    "best": "best wide --json",
    "show": "show wide --json",
    "finish": "finish wide --repeats 3 --json",
}


def documented_commands(page: Path) -> list[tuple[int, list[str]]]:
    """Return line and words of each command in the shell blocks of a page, but for the set-up."""
    commands = []
    for block in blocks(page, "sh"):
        if block.text.startswith(SET_UP):
            continue
        for offset, line in enumerate(block.text.splitlines()):
            words = shlex.split(line, comments=True)
            assert words[0] == "tuitune", f"{page.name}:{block.line + offset}: {line}"
            commands.append((block.line + offset, words[1:]))
    return commands


@pytest.mark.parametrize("page", [p for p in PAGES if documented_commands(p)], ids=page_id)
def test_the_commands_work_in_the_order_in_which_they_stand(
    page: Path, tuitune: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where TuiTune is installed: a script of the reader's imports it.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    commands = documented_commands(page)
    for name in (
        "train.py",
        "train.sh",
        "config.sh",
        "conf.yaml",
        "study.py",
        "plants.csv",
        "runs.csv",
    ):
        for block in blocks(page, f"{Path(name).suffix[1:].replace('py', 'python')} {name}"):
            (tmp_path / name).write_text(block.text, "utf-8")
    for line, words in commands:
        if words[0] == "open":
            open_and_quit(words, tmp_path)
            continue
        outcome = tuitune(*words)
        assert outcome.code == 0, f"{page.name}:{line}: {shlex.join(words)}: {outcome.err}"
        assert outcome.err == ""


def open_and_quit(arguments: list[str], folder: Path) -> None:
    """Open the app in a terminal, wait until it stands, and leave it."""
    with Terminal(arguments, size=(120, 40), folder=folder) as terminal:
        terminal.wait_for("1 Ranges")
        terminal.wait_for("quit")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored


@pytest.mark.parametrize("verb", SHAPES)
def test_a_json_document_has_the_shape_that_is_shown(verb: str, wide: Command) -> None:
    (block,) = blocks(COMMANDS, f"json {verb}")
    outcome = wide(*SHAPES[verb].split())
    assert outcome.code == 0, outcome.err
    assert_same_shape(json.loads(block.text), outcome.json, verb)


def assert_same_shape(shown: Any, found: Any, place: str) -> None:
    """Check that two documents have the same keys, wherever both have something."""
    if isinstance(shown, dict) and isinstance(found, dict):
        if place.rpartition(".")[2] not in FREE:
            assert list(shown) == list(found), place
        for key in shown.keys() & found.keys():
            assert_same_shape(shown[key], found[key], f"{place}.{key}")
    elif isinstance(shown, list) and isinstance(found, list):
        if shown and found:
            assert_same_shape(shown[0], found[0], f"{place}[0]")
    else:
        kinds = {_kind(shown), _kind(found)}
        assert len(kinds) == 1 or None in kinds, f"{place}: {shown!r} and {found!r}"


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    return "number" if type(value) in (int, float) else type(value).__name__


def test_exports_have_the_columns_and_keys_that_are_shown(wide: Command) -> None:
    (head,) = blocks(COMMANDS, "csv export")
    assert wide("export", "wide").out.splitlines()[0] == head.text.strip()
    (line,) = blocks(COMMANDS, "json export")
    first = wide("export", "wide", "--format", "jsonl").out.splitlines()[0]
    assert list(json.loads(first)) == list(json.loads(line.text))


def test_a_run_is_reached_from_another_terminal(tuitune: Command, tmp_path: Path) -> None:
    (block,) = blocks(COMMANDS, "sh outside")
    run, narrow = block.text.splitlines()
    assert run.startswith("nohup tuitune ")
    assert run.endswith(" &")
    assert tuitune("new", "wide").code == 0
    process = start_program(tmp_path, *shlex.split(run)[2:-1])
    assert process.stdout is not None
    for _ in range(2):
        process.stdout.readline()
    outcome = tuitune(*shlex.split(narrow)[1:])
    assert outcome.code == 0, outcome.err
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    rounds = tuitune("show", "wide", "--json").json["rounds"]
    assert [r["trials"] for r in rounds] == [500, 64]


def exit_codes() -> dict[int, str]:
    return {
        int(code): example.strip("`") for code, _, example in table_under(COMMANDS, "## Exit codes")
    }


def test_the_exit_codes_are_those_of_the_table(wide: Command) -> None:
    codes = exit_codes()
    assert list(codes) == [0, 1, 2, 130]
    for code in (0, 1, 2):
        program_name, *words = codes[code].split()
        assert program_name == "tuitune"
        outcome = wide(*words)
        assert outcome.code == code
        assert outcome.err.count("\n") == (code != 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_exits_as_the_page_says(
    number: signal.Signals, tuitune: Command, tmp_path: Path
) -> None:
    assert tuitune("new", "wide").code == 0
    process = start_program(tmp_path, *exit_codes()[130].split()[1:], "--trials", "100000")
    assert process.stdout is not None
    for _ in range(2):
        process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number
    if number is not signal.SIGINT:
        text = COMMANDS.read_text("utf-8")
        assert f"{128 + number} for {number.name}" in text
    shown = tuitune("show", "wide", "--json").json["trials"]
    assert shown["running"] == 0
    assert shown["done"] >= 1


def test_every_verb_and_every_option_is_described() -> None:
    text = COMMANDS.read_text("utf-8")
    headings = " ".join(re.findall(r"^## (.+)$", text, re.MULTILINE)).replace(",", "").split()
    described = all_text()
    context = click.Context(program)
    for verb in VERBS:
        assert verb in headings, verb
        command = program.get_command(context, verb)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                names = [*parameter.opts, *parameter.secondary_opts]
                assert any(name in described for name in names), (verb, names)


def test_a_figure_has_the_fields_that_are_shown() -> None:
    from tuitune.bench.figures import MEASUREMENTS, Figure

    (block,) = blocks(COMMANDS, "json bench")
    figure = Figure("help", "tuitune --help", 0.1, "s", 0.25)
    assert_same_shape(json.loads(block.text), [figure_record(figure)], "bench")
    text = all_text()
    for words in re.findall(r"`tuitune bench ([a-z\s]+)`", text):
        assert set(words.split()) <= set(MEASUREMENTS)
