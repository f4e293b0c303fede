"""All strategies for Hypothesis: what may be tried, as valid records."""

from __future__ import annotations

from hypothesis import strategies as st

from tuitune.space import Choice, FloatRange, IntRange, Parameter, Space, Value
from tuitune.space.numbers import tidy

units = st.floats(0, 1, exclude_max=False)
"""A place on the unit line."""


@st.composite
def float_ranges(draw: st.DrawFn, *, frozen: bool = True) -> FloatRange:
    """Real ranges of every shape: linear, stepped, log, with 0, limits, frozen (if `frozen`)."""
    shape = draw(st.sampled_from(["linear", "step", "log", "zero"]))
    step = None
    if shape in ("log", "zero"):
        low = draw(st.floats(1e-12, 1e6))
        high = low * 10 ** draw(st.floats(0.05, 12))
        below, above = low / 10, high * 10
    elif shape == "step":
        step = tidy(draw(st.floats(1e-3, 10)), 3)
        low = tidy(draw(st.integers(-50, 50)) * step)
        high = tidy(low + draw(st.integers(1, 40)) * step)
        below, above = low - 1, high + 1
    else:
        low = draw(st.floats(-1e4, 1e4))
        high = low + draw(st.floats(1e-2, 1e4))
        below, above = low - 1, high + 1
    value = draw(st.sampled_from([None, low, high])) if frozen else None
    if frozen and shape == "zero" and draw(st.booleans()):
        value = 0.0
    return FloatRange(
        low,
        high,
        log=shape in ("log", "zero"),
        step=step,
        hard_low=draw(st.sampled_from([None, low, below])),
        hard_high=draw(st.sampled_from([None, high, above])),
        zero=shape == "zero",
        frozen=value,
    )


@st.composite
def int_ranges(draw: st.DrawFn, *, frozen: bool = True) -> IntRange:
    """Whole ranges of every shape: linear, stepped, log, with limits, frozen (if `frozen`)."""
    shape = draw(st.sampled_from(["linear", "step", "log"]))
    low = draw(st.integers(1, 3000) if shape == "log" else st.integers(-3000, 3000))
    step = draw(st.integers(1, 64)) if shape == "step" else None
    high = low + draw(st.integers(1, 2000)) * (step or 1)
    below = 1 if shape == "log" else low - 100
    return IntRange(
        low,
        high,
        log=shape == "log",
        step=step,
        hard_low=draw(st.sampled_from([None, low, below])),
        hard_high=draw(st.sampled_from([None, high, high + 1000])),
        frozen=draw(st.sampled_from([None, low, high])) if frozen else None,
    )


def _distinct(value: Value) -> object:
    return (isinstance(value, bool), value)


printable = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), max_size=20
)
values: st.SearchStrategy[Value] = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-140).map(lambda x: x + 0.0),
    st.sampled_from(["sgd", "adam", "1", "1e-3", "true", "nan", "a..b", "a to b", "(x)", "", "0"]),
    printable,
)
"""Anything that an option may be."""


@st.composite
def choices(draw: st.DrawFn, *, frozen: bool = True) -> Choice:
    """Choices of two to eight options of mixed types, some off, frozen or not (if `frozen`)."""
    options = draw(st.lists(values, min_size=2, max_size=8, unique_by=_distinct))
    on = draw(st.integers(0, len(options) - 1))
    off = [o for i, o in enumerate(options) if i != on and draw(st.booleans())]
    value = draw(st.sampled_from([None, *options])) if frozen else None
    return Choice(tuple(options), tuple(off), value)


def ranges(*, frozen: bool = True) -> st.SearchStrategy[FloatRange | IntRange]:
    """Both kinds of range."""
    return st.one_of(float_ranges(frozen=frozen), int_ranges(frozen=frozen))


def parameters(*, frozen: bool = True) -> st.SearchStrategy[Parameter]:
    """All kinds."""
    return st.one_of(float_ranges(frozen=frozen), int_ranges(frozen=frozen), choices(frozen=frozen))


names = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="=,{}"),
    min_size=1,
    max_size=12,
)
"""Names that a parameter may have."""


def spaces(*, frozen: bool = True) -> st.SearchStrategy[Space]:
    """Spaces of one to five parameters."""
    return st.dictionaries(names, parameters(frozen=frozen), min_size=1, max_size=5).map(Space)
