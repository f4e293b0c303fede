"""What every refusal of the space has in common."""

from __future__ import annotations

from tuitune.errors import plain
from tuitune.space import parse_assignment, parse_parameter, parse_value


def check_message(message: str) -> None:
    """Assert that a refusal is one short plain line whose examples are text forms that parse."""
    assert plain(message) == message
    assert len(message) < 320
    rule, _, examples = message.rpartition("; write ")
    assert rule
    for example in examples.removesuffix(" to allow 0 as well").split(", or "):
        text = example.removesuffix(" for options")
        if text.startswith("lr="):
            parse_assignment(text)
        elif "|" in text or ".." in text:
            parse_parameter(text)
        else:
            parse_value(text)
