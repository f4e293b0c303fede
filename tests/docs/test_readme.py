"""README and guide: links, made tables, and the tables written by hand against the program."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import (
    KEYS,
    NETWORK,
    PAGES,
    RANGES,
    README,
    ROOT,
    all_text,
    anchors,
    blocks,
    links,
    page_id,
    region,
    table_under,
)
from tests.docs.pages import SAMPLERS as SAMPLERS_PAGE
from tests.docs.tables import keys_table, pruners_table
from tuitune.pruners import PRUNERS, make_pruner
from tuitune.samplers import SAMPLERS, make_sampler
from tuitune.space import (
    Choice,
    FloatRange,
    Parameter,
    format_parameter,
    parse_entry,
    parse_parameter,
)
from tuitune.trainers.mlp.settings import (
    ACTIVATIONS,
    INITS,
    MLP_DEFAULTS,
    NAMES,
    OPTIMIZERS,
    validate_params,
)
from tuitune.tui.keymap import read_key_file
from tuitune.tui.terminal import key_file
from tuitune.tui.trials.filtering import parse_filter


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        assert not target.startswith(("http:", "https:")), "sources are named, not linked"
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_it_links_what_a_reader_needs() -> None:
    assert {"sessions/README.md", ".assets/tuning.svg"} <= set(links(README))


def test_it_is_short() -> None:
    assert README.read_text("utf-8").count("\n") <= 350


def test_it_names_every_page_of_the_guide() -> None:
    pages = {page.name for page in PAGES if page.parent.name == "guide"}
    assert pages == {Path(link).name for link in links(README) if "/guide/" in link}


def test_files_and_folders_that_they_name_exist() -> None:
    for name in re.findall(r"`((?:tests|tuitune|sessions)/[\w./]*)`", all_text()):
        # What a person or the recorder makes is not part of the repository.
        assert (ROOT / name).exists() or name in ("sessions/NAME.json", "sessions/book.json"), name


def test_the_keys_are_those_of_the_app() -> None:
    assert region(KEYS, "keys") == keys_table(), "python -m tests.docs.renew"


def test_the_pruners_save_and_lose_what_the_table_says() -> None:
    assert region(SAMPLERS_PAGE, "pruners") == pruners_table(), "python -m tests.docs.renew"


def test_the_key_file_is_one_that_the_app_takes(tmp_path: Path) -> None:
    (block,) = blocks(KEYS, "toml")
    path = tmp_path / "keys.toml"
    path.write_text(block.text)
    assert set(read_key_file(path)) == {"run", "undo"}
    assert key_file().name == "keys.toml"
    assert key_file().parent.name == "tuitune"


def test_the_filter_is_one_that_the_table_takes() -> None:
    found = re.search(
        r"^The filter takes terms that must all hold: `([^`]+)`", KEYS.read_text("utf-8"), re.M
    )
    assert found is not None
    parse_filter(found[1], ("lr",))


def range_forms() -> list[list[list[str]]]:
    """Return the two tables of the section on ranges, each a list of rows."""
    tables = re.findall(r"(?:^\|.*\n)+", RANGES.read_text("utf-8"), re.M)
    assert len(tables) == 2
    cells = re.compile(r"(?<!\\)\|")
    return [
        [[c.strip().strip("`").replace("\\|", "|") for c in cells.split(line)[1:-1]]
         for line in table.splitlines()[2:]]
        for table in tables
    ]  # fmt: skip


def test_every_range_that_is_shown_is_read_as_shown() -> None:
    written = {text: parse_parameter(text) for text, _ in range_forms()[0]}
    assert len(written) >= 12
    for text, parameter in written.items():
        assert parse_parameter(format_parameter(parameter)) == parameter, text
    steps = written["0..0.5 step 0.1"]
    assert isinstance(steps, FloatRange)
    drawn = {round(steps.from_unit(i / 100), 6) for i in range(101)}
    assert drawn == {0.0, 0.1, 0.2, 0.3, 0.4, 0.5}
    options = written["sgd|(adam)"]
    assert isinstance(options, Choice)
    assert options.on == ("sgd",)
    assert written["1e-6..1e-2 log = 1e-3"].is_frozen
    same = parse_parameter("1e-6 to 1e-2 log")
    assert same == parse_parameter("1e-6…1e-2 log") == parse_parameter("1e-6..1e-2 log")


def test_every_entry_that_is_shown_is_taken() -> None:
    first = parse_parameter("1e-6..1e-2 log")
    now = parse_parameter("1e-4..1e-2 log")
    entries: dict[str, Parameter] = {
        text: parse_entry(text, now, first) for text, _ in range_forms()[1]
    }
    assert {text: format_parameter(parameter) for text, parameter in entries.items()} == {
        "3e-4..2e-2": "3e-4..2e-2 log",
        "3e-4..": "3e-4..1e-2 log",
        "..2e-2": "1e-4..2e-2 log",
        "3e-3": "1e-4..1e-2 log = 3e-3",
        "x2": "1e-5..0.1 log",
        "/10": format_parameter(parse_entry("/10", now, first)),
        "~": "1e-6..1e-2 log",
    }


def test_the_networks_parameters_are_all_there_with_their_defaults() -> None:
    rows = table_under(NETWORK, "# The built-in network")
    assert [name.strip("`") for name, *_ in rows] == list(NAMES)
    for name, default, allowed in rows:
        name, default = name.strip("`"), default.strip("`")
        if name == "hidden":
            assert default == "none"
            for text in re.findall(r'`"([\d,-]+)"`', allowed):
                validate_params({"hidden": text})
            continue
        shown = str(MLP_DEFAULTS[name])
        assert default == (shown.lower() if shown in ("True", "False") else shown)
        validate_params({name: default})
        options = re.findall(r"`(\w+)`", allowed)
        known = {"optimizer": OPTIMIZERS, "activation": ACTIVATIONS, "init": INITS}
        if name in known:
            assert tuple(options) == known[name]


@pytest.mark.parametrize(
    ("make", "known", "head"),
    [(make_sampler, SAMPLERS, "sampler"), (make_pruner, PRUNERS, "pruner")],
    ids=["samplers", "pruners"],
)
def test_samplers_and_pruners_are_all_there_with_their_defaults(
    make: Any, known: dict[str, type[Any]], head: str
) -> None:
    found = re.search(
        rf"^\| {head} \|.*\n\|.*\n((?:\|.*\n)+)", SAMPLERS_PAGE.read_text("utf-8"), re.M
    )
    assert found is not None
    texts = [line.split("|")[1].strip().strip("`") for line in found[1].splitlines()]
    assert [text.split()[0] for text in texts] == list(known)
    for text in texts:
        part = make(text)
        options = [field for field in fields(type(part)) if field.init]
        assert [word.partition("=")[0] for word in text.split()[1:]] == [f.name for f in options]
        for field in options:
            if field.default is not MISSING:
                assert getattr(part, field.name) == field.default


def test_every_command_in_the_text_is_one() -> None:
    """Those in shell blocks are run; those within sentences must at least name a verb."""
    from tuitune.cli.program import VERBS

    verbs = re.findall(r"`(?:nohup )?tuitune ([a-z]+)[^`]*`", all_text())
    assert verbs
    assert set(verbs) <= set(VERBS)
