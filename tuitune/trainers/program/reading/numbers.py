"""Numbers as people print them: signs, thousands groups, decimals, exponents, nan and inf."""

from __future__ import annotations

import math
import re

PLAIN = (
    r"(?:\d{1,3}(?:[,'’\u202f\u00a0]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:[eEdD][+\-−]?\d+)?"
)
"""A finite number without its sign, as a regular expression."""
NOT_FINITE = r"(?:[Nn]a[Nn]|NAN|[Ii]nf(?:inity)?|INF)(?![\w])"
NUMBER = rf"[+\-−]?(?:{PLAIN}|{NOT_FINITE})"
MISSING = r"(?:None|none|null|N/A|n/a|NA|<NA>|undefined|missing|nothing|--?|—)"

_WHOLE = re.compile(rf"\s*(?P<number>{NUMBER})\s*(?P<unit>%|[A-Za-zµμ/]+)?\s*")
_MISSING = re.compile(rf"\s*{MISSING}?\s*")
_GROUPS = str.maketrans("", "", ",'’\u202f\u00a0")


def value_of(text: str) -> float:
    """Return the number that `text`, which matches `NUMBER`, stands for; maybe nan or inf."""
    text = text.replace("−", "-").translate(_GROUPS).lower()
    if text[-1] in "fny":
        return math.nan if "nan" in text else math.copysign(math.inf, -1 if text[0] == "-" else 1)
    return float(text.replace("d", "e"))


def cell_value(cell: str) -> float | None:
    """Return the number that a cell holds and nothing else, also with a per cent sign; else None.

    A number with a unit behind it (`2.1G`, `12ms`) is none.
    """
    found = _WHOLE.fullmatch(cell)
    if found is None or (found["unit"] or "%") != "%":
        return None
    return value_of(found["number"])


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number: it is empty, or `N/A`, `-`, `None`."""
    return _MISSING.fullmatch(cell) is not None
