"""The callbacks, in parts that need no library; `guide/hooks.md` says what they were tried with."""

from __future__ import annotations

import pytest

from tuitune.hooks import KerasReport, LightningReport, TransformersReport, numbers


def test_what_is_no_number_is_left_out() -> None:
    assert numbers({"loss": 0.5, "lr": 1, "name": "adam", "none": None}) == {"loss": 0.5, "lr": 1.0}


@pytest.mark.parametrize("make", [KerasReport, LightningReport, TransformersReport])
def test_a_callback_without_its_library_says_what_to_import(make: type) -> None:
    with pytest.raises(ImportError, match="import the library first"):
        make()
