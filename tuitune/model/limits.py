"""What a number in a record of a session may be: the same when it is made, read and written.

Whatever lies within these limits every part of the program can count with: no square of a score
overflows, no date leaves the calendar, no count asks for more memory than there is.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tuitune.space.numbers import LARGEST

MOST = 1_000_000_000
"""Of anything that is counted one by one: trials, epochs, samples."""
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""
LONGEST_NAME = 100
"""Characters of a session's or a parameter's name."""

Count = Annotated[int, Meta(ge=0, le=MOST)]
Ordinal = Annotated[int, Meta(ge=1, le=MOST)]
"""A number that counts from 1, or a count of at least 1."""
Bytes = Annotated[int, Meta(ge=1, le=2**62)]
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Score = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""A reported number; what is larger counts as not finite, and is None."""
Seconds = Annotated[float, Meta(ge=0, le=LATEST)]
"""A duration."""
TimeLimit = Annotated[float, Meta(gt=0, le=LATEST)]
Time = Annotated[float, Meta(ge=0, le=LATEST)]
"""Seconds since 1970, UTC."""
Share = Annotated[float, Meta(ge=0, le=1)]
SessionName = Annotated[str, Meta(max_length=LONGEST_NAME)]
Workers = Annotated[int, Meta(ge=1, le=256)]
"""Trials that run at once."""
