"""The long tests run commands in this process too, as those of the command line do."""

from tests.cli.conftest import tuitune

__all__ = ["tuitune"]
