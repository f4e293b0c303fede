"""What may be tried: kinds of parameter, their unit line and text form, narrowing by keys.

Belongs here: records of ranges and choices, and pure functions from one to the next. Does not:
drawing samples, what trials say about a range, anything of a screen. Imports `errors` and msgspec
only (no NumPy: every start of the program passes here). Called by all rooms above it.
Tests: tests/space; strategies for Hypothesis: tests/strategies.py.
"""

from tuitune.space.compare import ChangeKind, classify_change, decade_ticks, union_axis
from tuitune.space.conditions import Condition
from tuitune.space.entry import parse_entry
from tuitune.space.kinds import ZERO_SHARE, Choice, FloatRange, IntRange, Parameter
from tuitune.space.moves import centre_on, move_handle, toggle_option, widen
from tuitune.space.numbers import Value, format_value, round_outward
from tuitune.space.point import format_point, middle_point, parse_point, split_point
from tuitune.space.space import Space
from tuitune.space.text import (
    format_condition,
    format_parameter,
    format_range,
    parse_assignment,
    parse_parameter,
    parse_value,
    split_assignment,
)

__all__ = [
    "ZERO_SHARE",
    "ChangeKind",
    "Choice",
    "Condition",
    "FloatRange",
    "IntRange",
    "Parameter",
    "Space",
    "Value",
    "centre_on",
    "classify_change",
    "decade_ticks",
    "format_condition",
    "format_parameter",
    "format_point",
    "format_range",
    "format_value",
    "middle_point",
    "move_handle",
    "parse_assignment",
    "parse_entry",
    "parse_parameter",
    "parse_point",
    "parse_value",
    "round_outward",
    "split_assignment",
    "split_point",
    "toggle_option",
    "union_axis",
    "widen",
]
