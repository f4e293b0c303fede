"""Argument templates, and lines that become reports."""

from __future__ import annotations

import math
import re

import pytest

from tuitune.errors import UsageError
from tuitune.trainers.command import ArgumentTemplate, LineParser, compile_pattern


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


@pytest.mark.parametrize(
    ("line", "report"),
    [
        (b'{"val_acc": 0.5}\n', {"val_acc": 0.5}),
        (b'  {"val_acc": 1, "t": true, "who": "me", "in": {"x": 1}}\n', {"val_acc": 1, "t": True}),
        (b'[tune-metric]: {"val_acc": 0.5, "st_worker_time": 3}\n', {"val_acc": 0.5}),
        (b'50%|###   |\r{"val_acc": 0.5}\r\n', {"val_acc": 0.5}),
        (b'{"loss": 0.5}\n', None),
        (b'{"val_acc": 0.5\n', None),
        (b'["val_acc", 0.5]\n', None),
        (b"val_acc 0.5\n", None),
        (b"\xff\xfe\x00{\n", None),
        (b"{" * 100_000 + b"\n", None),
        (b'{"val_acc": 0.5, "x": "' + b"x" * 1_000_000 + b'"}\n', None),
    ],
)
def test_a_line_is_a_report_or_nothing(line: bytes, report: object) -> None:
    assert LineParser("val_acc").feed(line) == report


def test_what_is_no_finite_number_is_nan_and_text_is_left_to_the_check() -> None:
    parser = LineParser("val_acc")
    for line in (b'{"val_acc": null}', b'{"val_acc": NaN}'):
        report = parser.feed(line)
        assert report is not None
        assert math.isnan(report["val_acc"])
    assert parser.feed(b'{"val_acc": "high"}') == {"val_acc": "high"}


def test_a_program_without_reports_is_told_what_was_seen() -> None:
    parser = LineParser("val_acc")
    assert "no line" in parser.nothing_found()
    parser.feed(b'{"accuracy": 0.5, "stage": "val"}')
    assert "one held 'accuracy':" in parser.nothing_found()


def test_a_pattern_needs_a_group_for_the_metric() -> None:
    assert compile_pattern(r"acc (?P<acc>\S+)", "acc")
    for pattern in (r"(?P<loss>\S+)", r"(?P<acc"):
        with pytest.raises(UsageError, match=re.escape("Write for example 'acc=(?P<acc>")):
            compile_pattern(pattern, "acc")


def test_a_pattern_reads_several_numbers_of_a_line() -> None:
    parser = LineParser("acc", compile_pattern(r"(?P<loss>[\d.]+) (?P<acc>\S+)", "acc"))
    assert parser.feed(b"epoch: 0.3 0.5\n") == {"loss": 0.3, "acc": 0.5}
    assert parser.feed(b"epoch: 0.3 none\n") is None
    report = parser.feed(b"epoch: 0.2 nan\n")
    assert report is not None
    assert math.isnan(report["acc"])


def test_a_report_behind_a_progress_bar_that_has_no_end_is_read() -> None:
    # As Keras leaves it: the bar's line ends after the callbacks.
    line = b'\r1/2 loss: 1.3\x08\x08\r2/2 - loss: 1.29tuitune {"val_acc": 0.5, "loss": NaN}\n'
    found = LineParser("val_acc").feed(line)
    assert found is not None
    assert found["val_acc"] == 0.5
    assert math.isnan(found["loss"])


def test_a_name_may_hold_the_marks_of_a_format() -> None:
    names = ["optim:lr", "a!b", "c:", "!"]
    template = ArgumentTemplate(["{optim:lr}-{a!b}{{{c:}}}", "}}{!}"], names)
    assert template.fill({"optim:lr": 1, "a!b": 2, "c:": 3, "!": 4}) == ["1-2{3}", "}4"]
