"""Reports become numbers in one place, whatever a trainer gives."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest

from tuitune.errors import TrainerError
from tuitune.trainers.reports import clean_report


class Scalar:
    """Like a tensor of one element: only `float` can read it."""

    def __float__(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.5, 0.5),
        (1, 1.0),
        (True, 1.0),
        (False, 0.0),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
        (np.array(0.5), 0.5),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 2), 0.5),
        (Scalar(), 0.5),
        (float("nan"), None),
        (float("-inf"), None),
        (np.float32("inf"), None),
    ],
)
def test_any_number_will_do(value: object, number: float | None) -> None:
    metrics = clean_report({"acc": value}, "acc")
    assert metrics == {"acc": number}
    assert type(metrics["acc"]) in (float, type(None))


@pytest.mark.parametrize("value", ["0.5", b"1", [0.5], {}, 1 + 2j, np.ones(3), object(), 10**400])
def test_anything_else_is_refused_by_name(value: object) -> None:
    with pytest.raises(TrainerError, match="'loss' must be a number") as caught:
        clean_report({"acc": 1, "loss": value}, "acc")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("raw", [None, 0.5, "acc", [("acc", 0.5)], {"acc"}])
def test_a_report_is_a_mapping(raw: object) -> None:
    with pytest.raises(TrainerError, match=r"a report is a mapping such as \{'acc': 0\.81\}"):
        clean_report(raw, "acc")


def test_the_metric_must_be_there() -> None:
    with pytest.raises(TrainerError, match="must hold 'acc'; this one holds 'loss', 'f1'"):
        clean_report({"loss": 1, "f1": 2}, "acc")
    with pytest.raises(TrainerError, match="holds nothing"):
        clean_report({}, "acc")


def test_what_is_none_was_not_measured() -> None:
    assert clean_report({"acc": None, "loss": 0.5}, "acc") == {"loss": 0.5}
    assert clean_report({"acc": 1, "loss": None}, "acc") == {"acc": 1.0}


def test_names_are_plain_and_short() -> None:
    metrics = clean_report(MappingProxyType({"acc": 1, "a\x1b[31m\n" + "b" * 100: 2, 3: 4}), "acc")
    assert list(metrics) == ["acc", "a[31m " + "b" * 58, "3"]


def test_a_report_has_an_end() -> None:
    with pytest.raises(TrainerError, match="at most 64 metrics, not 65"):
        clean_report({str(n): n for n in range(65)}, "0")
