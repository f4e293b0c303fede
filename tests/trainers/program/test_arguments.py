"""Argument templates."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.errors import TrainerError, UsageError
from tuitune.trainers.program.arguments import ArgumentTemplate, FileTemplate


def test_values_are_filled_in_without_a_shell() -> None:
    template = ArgumentTemplate(
        ["prog", "--lr={lr}", "{opt}", "{{literal}}", "{seed}/{trial}", "--flag", "{on}"],
        ["lr", "opt", "on"],
    )
    values = {"lr": 1e-05, "opt": "a; rm -rf $HOME", "on": True, "seed": 3, "trial": 17}
    assert template.fill(values) == [
        "prog",
        "--lr=1e-05",
        "a; rm -rf $HOME",
        "{literal}",
        "3/17",
        "--flag",
        "true",
    ]


def test_numbers_read_back_as_themselves() -> None:
    template = ArgumentTemplate(["{x}"], ["x"])
    for value in (0.1, 1 / 3, 1e-300, 5e22, 128):
        assert float(template.fill({"x": value})[0]) == value


def test_a_hyperparameter_may_have_a_name_of_any_form() -> None:
    template = ArgumentTemplate(["{model.lr}-{a[0]}"], ["model.lr", "a[0]"])
    assert template.fill({"model.lr": 1, "a[0]": 2}) == ["1-2"]


@pytest.mark.parametrize(
    "argv",
    [
        ["p", "{momentum}"],
        ["p", "{lr:}"],
        ["p", "{lr!r}"],
        ["p", "{}"],
        ["p", "{lr"],
        [],
        [""],
        ["p", "x{args}"],
        ["p", "{lr:.9999f}"],
        ["p", "{lr:yes}"],
        ["p", "{momentum:--m}"],
    ],
)
def test_a_wrong_template_is_refused(argv: list[str]) -> None:
    with pytest.raises(UsageError, match="Write for example"):
        ArgumentTemplate(argv, ["lr"])


def test_a_name_may_hold_the_marks_of_a_format() -> None:
    names = ["optim:lr", "a!b", "c:", "!"]
    template = ArgumentTemplate(["{optim:lr}-{a!b}{{{c:}}}", "}}{!}"], names)
    assert template.fill({"optim:lr": 1, "a!b": 2, "c:": 3, "!": 4}) == ["1-2{3}", "}4"]


@pytest.mark.parametrize(
    ("argv", "values", "filled"),
    [
        (["{a:--augment}"], {"a": True}, ["--augment"]),
        (["{a:--augment}", "x"], {"a": False}, ["x"]),
        (["{a:--augment}"], {"a": "no"}, []),
        (["{a:--augment}"], {"a": 0}, []),
        (["{a:--aug|--no-aug}"], {"a": True}, ["--aug"]),
        (["{a:--aug|--no-aug}"], {"a": False}, ["--no-aug"]),
        (["{a:-v}{b:-w}"], {"a": True, "b": True}, ["-v-w"]),
        (["lr={a:.4f}"], {"a": 0.00123}, ["lr=0.0012"]),
        (["{a:05d}", "{a:.2e}"], {"a": 42}, ["00042", "4.20e+01"]),
        (["{a:.4f}"], {"a": "adam"}, ["adam"]),
        (["{args}"], {"b": 0.5, "a": 1}, ["--a", "1", "--b", "0.5"]),
        (["{args}"], {"b": True}, ["--b", "true"]),
        (["--m", "{b}", "--lr", "{a}"], {"a": 1}, ["--lr", "1"]),
        (["--m={b}", "--lr={a}"], {"a": 1}, ["--lr=1"]),
        (["m", "{b}", "x"], {"a": 1}, ["m", "x"]),
        (["{b:--b}", ""], {"a": 1}, [""]),
    ],
)
def test_forms(argv: list[str], values: dict[str, object], filled: list[str]) -> None:
    template = ArgumentTemplate(["p", *argv], ["a", "b"])
    assert template.fill({**values, "seed": 0}) == ["p", *filled]


def test_which_names_are_used() -> None:
    assert ArgumentTemplate(["p", "{a:--x}"], ["a", "b"]).used == {"a"}
    assert ArgumentTemplate(["p", "{args}"], ["a", "b"]).used == {"a", "b"}
    assert ArgumentTemplate(["p", "{args}"], ["args", "b"]).used == {"args"}


def test_a_number_that_has_no_such_form_fails_its_trial() -> None:
    template = ArgumentTemplate(["p", "{a:d}"], ["a"])
    with pytest.raises(TrainerError, match=r"'a' is 0\.5 and can't be written as :d"):
        template.fill({"a": 0.5})


NAMES = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(NAMES, st.floats(allow_nan=False), min_size=1, max_size=4))
def test_names_with_any_sign(values: dict[str, float]) -> None:
    template = ArgumentTemplate(["p", *(f"{{{name}}}" for name in values)], list(values))
    assert template.fill(values)[1:] == [repr(value) for value in values.values()]


def test_a_file_keeps_its_own_braces() -> None:
    text = '{"lr": {lr}, "wd": {wd:.1e}, "on": {on}, "gone": {gone}, "it": "{unknown}", "x": {}}'
    template = FileTemplate(text, ["lr", "wd", "on", "gone"])
    filled = template.fill({"lr": 1e-05, "wd": 0.00123, "on": True})
    assert json.loads(filled) == {
        "lr": 1e-05, "wd": 0.0012, "on": True, "gone": None, "it": "{unknown}", "x": {}
    }  # fmt: skip
    with pytest.raises(UsageError, match="has none of lr"):
        FileTemplate("seed: {seed}", ["lr"])
