"""Writes the made parts of README and guide anew: keys, rounds of the recorded session, pruners.

python -m tests.docs.renew
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.docs.pages import KEYS, README, ROOT, SAMPLERS, with_region
from tests.docs.tables import (
    changes_list,
    final_text,
    keys_table,
    pruners_table,
    rounds_table,
    stop_text,
)
from tuitune.store import read_session

SESSION = ROOT / "sessions" / "book.json"


def renewed(text: str, session_file: Path) -> str:
    """Return the README's text with its made parts made anew."""
    session = read_session(session_file)
    text = with_region(text, "changes", changes_list(session))
    text = with_region(text, "final", final_text(session))
    text = with_region(text, "stop", stop_text(session))
    return with_region(text, "rounds", rounds_table(session))


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SESSION
    README.write_text(renewed(README.read_text("utf-8"), source), "utf-8")
    for page, mark, table in ((KEYS, "keys", keys_table), (SAMPLERS, "pruners", pruners_table)):
        page.write_text(with_region(page.read_text("utf-8"), mark, table()), "utf-8")
