"""The tests of the files run commands in this process too."""

from tests.cli.conftest import tuitune

__all__ = ["tuitune"]
