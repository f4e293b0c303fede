"""What the terminal can do, asked before it is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import platformdirs

from tuitune.errors import UsageError


def check_terminal(stream: TextIO | None, environment: Mapping[str, str]) -> None:
    """Raise `UsageError` where the app can't draw: Textual draws on standard error."""
    if stream is None or not stream.isatty():
        raise UsageError(
            "The app draws on standard error, which is no terminal here; "
            "without one use the commands, for example: tuitune run NAME."
        )
    if environment.get("TERM", "") in ("dumb", ""):
        raise UsageError(
            f"The app can't draw on a terminal of type '{environment.get('TERM', '')}'; "
            "set TERM, for example TERM=xterm-256color, or use the commands: tuitune run NAME."
        )


def prefers_ascii(stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is likely to lack the glyphs: no UTF-8, or the bare console."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    return "utf" not in encoding.lower() or environment.get("TERM") == "linux"


def key_file() -> Path:
    """Return where a person's own keys are kept."""
    return Path(platformdirs.user_config_dir("tuitune", appauthor=False)) / "keys.toml"
