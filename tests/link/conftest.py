"""A session on disk and its engine, for links and their socket."""

from __future__ import annotations

from tests.engine.conftest import make_engine, session_file

__all__ = ["make_engine", "session_file"]
