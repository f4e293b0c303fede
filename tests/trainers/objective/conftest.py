"""The fixture that runs commands."""

from tests.cli.conftest import tuitune

__all__ = ["tuitune"]
