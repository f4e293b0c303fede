"""Names and words of other tools as names and options here: text, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tuitune.errors import SpaceError, plain
from tuitune.space.space import LONGEST_NAME, check_name

_REFUSED = re.compile(r"[=,{}\s]+")


def safe_name(name: str, taken: Iterable[str] = ()) -> str:
    """Return `name` as one that a parameter can have, different from all in `taken`."""
    try:
        check_name(name)
        safe = name
    except SpaceError:
        safe = _REFUSED.sub("_", plain(name).strip())[:LONGEST_NAME] or "unnamed"
    known = set(taken)
    unique, count = safe, 2
    while unique in known:
        ending = f"_{count}"
        unique = safe[: LONGEST_NAME - len(ending)] + ending
        count += 1
    return unique
