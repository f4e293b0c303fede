"""Argument templates."""

from __future__ import annotations

import pytest

from tuitune.errors import UsageError
from tuitune.trainers.program.arguments import ArgumentTemplate


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
    [["p", "{momentum}"], ["p", "{lr:.3f}"], ["p", "{lr!r}"], ["p", "{}"], ["p", "{lr"], [], [""]],
)
def test_a_wrong_template_is_refused(argv: list[str]) -> None:
    with pytest.raises(UsageError, match="Write for example"):
        ArgumentTemplate(argv, ["lr"])


def test_a_name_may_hold_the_marks_of_a_format() -> None:
    names = ["optim:lr", "a!b", "c:", "!"]
    template = ArgumentTemplate(["{optim:lr}-{a!b}{{{c:}}}", "}}{!}"], names)
    assert template.fill({"optim:lr": 1, "a!b": 2, "c:": 3, "!": 4}) == ["1-2{3}", "}4"]
