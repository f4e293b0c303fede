"""Reading by a person's pattern."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.errors import UsageError
from tuitune.trainers.program.pattern import PatternReader, compile_pattern

README = r"acc=(?P<acc>[0-9.]+)"


def read(pattern: str, data: bytes, metric: str = "acc") -> list[dict[str, float]]:
    reader = PatternReader(pattern, metric)
    return [*reader.feed("out", data), *reader.end()]


def test_a_pattern_needs_a_group_for_the_metric() -> None:
    assert compile_pattern(r"acc (?P<acc>\S+)", "acc")
    for pattern in (r"(?P<loss>\S+)", r"(?P<acc"):
        with pytest.raises(UsageError, match=re.escape("Write for example 'acc=(?P<acc>")):
            compile_pattern(pattern, "acc")


@pytest.mark.parametrize("metric", ["val/acc", "valid_0's auc", "Dev UAR (%)", "top-1", "5-shot"])
def test_a_group_can_stand_for_any_name_and_the_example_is_one(metric: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_pattern("x", metric)
    example = re.search(r"example '(.*)'\.$", str(caught.value))
    assert example is not None
    assert read(example[1], f"{metric}=0.75 loss=1\n".encode(), metric) == [{metric: 0.75}]


def test_several_numbers_of_a_line_and_of_several_lines() -> None:
    assert read(r"(?P<loss>[\d.]+) (?P<acc>\S+)", b"epoch: 0.3 0.5\n") == [
        {"loss": 0.3, "acc": 0.5}
    ]
    text = b"loss=0.5 x\nacc=0.7 (best)\nloss=9\nacc=none\n"
    pattern = r"loss=(?P<loss>[0-9.]+)|acc=(?P<acc>\S+)"
    assert read(pattern, text) == [{"loss": 0.5, "acc": 0.7}]


@given(st.floats(allow_nan=False))
def test_a_number_is_never_cut(value: float) -> None:
    (report,) = read(README, f"epoch 3 acc={value!r} lr=1e-3\n".encode())
    assert report == {"acc": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [("9.8e-05", 9.8e-05), ("-0.5", -0.5), ("1,234.5", 1234.5), ("+1", 1.0), ("87.5%", 87.5)],
)
def test_a_simple_pattern_reads_any_number(text: str, value: float) -> None:
    assert read(README, f"acc={text}, loss=1\n".encode()) == [{"acc": value}]


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-inf"])
def test_what_is_not_finite_is_read_where_a_number_would_be(text: str) -> None:
    (report,) = read(README, f"epoch 2 acc={text}\n".encode())
    assert not math.isfinite(report["acc"])


def test_colours_and_rewritten_lines() -> None:
    assert read(README, b"\x1b[32mepoch\x1b[0m acc=\x1b[1m0.5\x1b[0m\n") == [{"acc": 0.5}]
    data = b"acc=0.5\racc=0.6\racc=0.7\r\n"
    assert [r["acc"] for r in read(README, data)] == [0.5, 0.6, 0.7]


def test_both_outputs_are_read() -> None:
    reader = PatternReader(README, "acc")
    assert list(reader.feed("err", b"acc=0.5\nac")) == [{"acc": 0.5}]
    assert list(reader.feed("out", b"acc=0.6\n")) == [{"acc": 0.6}]
    assert list(reader.feed("err", b"c=0.7")) == []
    assert list(reader.end()) == [{"acc": 0.7}]
