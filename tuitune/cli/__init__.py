"""THE COMMAND LINE: one small module for each group of verbs, read only for the verb that is asked.

Here belong options, exit codes and what a command prints; what it does belongs to the rooms below,
which the app uses as well. May import every room (rich for live progress; textual never). Called
by the `tuitune` program and `python -m tuitune`. Tests: tests/cli/.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line says (None: that of this process) and exit with its code."""
    from tuitune.cli.problems import exit_code_of
    from tuitune.cli.program import program

    sys.exit(exit_code_of(program, arguments))
