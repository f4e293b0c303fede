"""The options that every verb shares, and how NAME and `--dir` become a file."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from tuitune.cli.completion import complete_session
from tuitune.cli.tether import Tether, part
from tuitune.errors import UsageError, plain, quote

Function = TypeVar("Function", bound=Callable[..., Any])

DEFAULT_DIRECTORY = Path("sessions")

LONGEST_SECONDS = 1e8
"""Three years."""

LEAST_LOG = 4 << 10
LEAST_MEMORY = 16 << 20
"""Less than that starts no interpreter."""


def whole(
    option: str, least: int, example: int, *, most: int | None = None
) -> Callable[[object], int]:
    """Return the type of `option`: a whole number of `least` or more; `example` would work."""
    rule = f"of at least {least}" if most is None else f"from {least} to {most}"

    def n(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise UsageError(
                f"{option} takes a whole number {rule}, and not {quote(str(text))}: "
                f"try {option} {example}"
            )
        return number

    return n


def duration(option: str) -> Callable[[object], float]:
    """Return the type of `option`: a time above 0 such as 90, 45s, 30m or 1h30m, as seconds."""

    def time(text: object) -> float:
        found = re.fullmatch(
            r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", str(text).strip().lower()
        )
        parts = found.groups() if found else (None, None, None)
        hours, minutes, seconds = (float(part or 0) for part in parts)
        total = hours * 3600 + minutes * 60 + seconds
        if not 0 < total < LONGEST_SECONDS:
            raise UsageError(
                f"{option} takes a time, and not {quote(str(text))}: try {option} 30m, or 90 for "
                "seconds"
            )
        return total

    return time


def memory(option: str, least: int = LEAST_MEMORY) -> Callable[[object], int]:
    """Return the type of `option`: a size such as 500M or 2G, in powers of 1024, as bytes."""

    def size(text: object) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmgt])i?b?", str(text).strip().lower())
        number = float(found[1]) * 1024 ** ("kmgt".index(found[2]) + 1) if found else 0.0
        if not least <= number < 1 << 60:
            shown = f"{least >> 20}M" if least >> 20 else f"{least >> 10}K"
            raise UsageError(
                f"{option} takes a size of at least {shown}, and not {quote(str(text))}: "
                f"try {option} 2G"
            )
        return int(number)

    return size


def devices(text: object) -> tuple[str, ...]:
    """Return the devices of `--gpus`, e.g. 0,1,2,3: a type of an option."""
    names = tuple(name.strip() for name in str(text).split(","))
    if not all(re.fullmatch(r"[\w:/.-]{1,80}", name) for name in names):
        raise UsageError(
            f"--gpus takes devices with commas between, and not {quote(str(text))}: "
            "try --gpus 0,1,2,3"
        )
    return names


def words(option: str) -> Callable[[object], tuple[str, ...]]:
    """Return the type of `option`: a program and its arguments, split as a shell would."""

    def command(text: object) -> tuple[str, ...]:
        try:
            found = tuple(shlex.split(str(text)))
        except ValueError:
            found = ()
        if not found:
            raise UsageError(
                f"{option} takes a program and its arguments, and not {quote(str(text))}: "
                f"try {option} 'notify-send tuitune'"
            )
        return found

    return command


def limit_options(function: Function) -> Function:
    """Add the limits of a trial: parameters `trial_seconds`, `trial_memory` and `log_limit`."""
    for option in (
        click.option(
            "--log-limit",
            type=memory("--log-limit", least=LEAST_LOG),
            metavar="SIZE",
            help="What a trial prints beyond that is left out in the middle (default: 10M).",
        ),
        click.option(
            "--trial-memory",
            type=memory("--trial-memory"),
            metavar="SIZE",
            help="A process of a function or command that takes more fails, e.g. 2G (Linux).",
        ),
        click.option(
            "--trial-seconds",
            type=duration("--trial-seconds"),
            metavar="TIME",
            help="A trial of a function or command that trains longer fails, e.g. 90, 5m, 1h30m.",
        ),
    ):
        function = option(function)
    return function


def _is_for_a_verb() -> bool:
    """Whether `tuitune` is only passing on to a verb, which may be one that needs no engine."""
    return click.get_current_context().invoked_subcommand is not None


def in_two_processes(function: Function) -> Function:
    """Go on in a second process, which can outlive its terminal: parameter `tether`.

    To be the first of the options: what the others import has threads. Without a terminal that
    draws there is one process.
    """

    @wraps(function)
    def in_the_second(*arguments: Any, **options: Any) -> Any:
        if _is_for_a_verb():
            return function(*arguments, tether=None, **options)
        draws = sys.stderr is sys.__stderr__ and sys.stderr is not None and sys.stderr.isatty()
        return function(*arguments, tether=part() if draws else Tether(), **options)

    return in_the_second  # type: ignore[return-value]


def detach_option(function: Function) -> Function:
    """Add `--detach`: parameter `tether`, None where it is not given.

    To be the first of the options: what the others import has threads.
    """

    @wraps(function)
    def in_the_second(*arguments: Any, detach: bool, **options: Any) -> Any:
        return function(*arguments, tether=part() if detach else None, **options)

    option = click.option(
        "--detach",
        is_flag=True,
        help="Give the shell its prompt back when the round has begun; it goes on without one.",
    )
    return option(in_the_second)  # type: ignore[return-value]


def engine_options(function: Function) -> Function:
    """Add what is said of how trials run: parameter `engine`, an `EngineOptions`."""

    @wraps(function)
    def with_options(
        *arguments: Any,
        workers: int | None,
        max_failures: int,
        trial_seconds: float | None,
        trial_memory: int | None,
        log_limit: int | None,
        gpus: tuple[str, ...] | None,
        **others: Any,
    ) -> Any:
        if _is_for_a_verb():
            return function(*arguments, engine=None, **others)
        from tuitune.engine import EngineOptions

        options = EngineOptions(
            workers, max_failures, trial_seconds, trial_memory, log_limit, gpus or ()
        )
        return function(*arguments, engine=options, **others)

    for option in (
        click.option(
            "--gpus",
            type=devices,
            metavar="0,1,...",
            help="Devices for a function or command: each worker sees one, in "
            "CUDA_VISIBLE_DEVICES.",
        ),
        limit_options,
        click.option(
            "--max-failures",
            type=whole("--max-failures", 0, 5),
            default=5,
            show_default=True,
            metavar="N",
            help="End or pause a round after N failures in a row, or 3 with the same traceback; "
            "0: never.",
        ),
        click.option(
            "--workers",
            type=whole("--workers", 1, 2, most=256),
            help="How many trials at once (default: one for each GPU, else as many as the last "
            "time, at first 1).",
        ),
    ):
        with_options = option(with_options)
    return with_options  # type: ignore[return-value]


def announce_options(function: Function) -> Function:
    """Add who is told when a round is over: parameter `announcing`, an `AnnounceOptions`."""

    @wraps(function)
    def with_options(
        *arguments: Any, on_end: tuple[str, ...] | None, bell: bool, notify: bool, **others: Any
    ) -> Any:
        if _is_for_a_verb():
            return function(*arguments, announcing=None, **others)
        from tuitune.engine.announcing import AnnounceOptions

        return function(*arguments, announcing=AnnounceOptions(bell, notify, on_end), **others)

    for option in (
        click.option(
            "--notify", is_flag=True, help="Have the terminal notify you as well (OSC 9)."
        ),
        click.option(
            "--bell/--no-bell", default=True, help="Ring the terminal when a round is over."
        ),
        click.option(
            "--on-end",
            type=words("--on-end"),
            metavar="COMMAND",
            help="Run a program of yours when a round is over; it finds what happened in "
            "TUITUNE_HOW, TUITUNE_SESSION, TUITUNE_FILE, TUITUNE_ROUND, TUITUNE_BEST_TRIAL and "
            "TUITUNE_BEST_SCORE.",
        ),
    ):
        with_options = option(with_options)
    return with_options  # type: ignore[return-value]


def directory_option(function: Function) -> Function:
    """Add `--dir`: parameter `directory`, None where it is not given."""
    return click.option(
        "--dir",
        "directory",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Folder of the sessions (default: sessions/ in the current folder).",
    )(function)


def name_argument(function: Function) -> Function:
    """Add NAME: parameter `name`."""
    return click.argument("name", metavar="NAME", shell_complete=complete_session)(function)


def json_option(function: Function) -> Function:
    """Add `--json`: parameter `as_json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
    )(function)


def app_options(function: Function) -> Function:
    """Add the options of the app: `ascii_only`, `low_bandwidth` and `mouse`."""
    for option in (
        click.option("--mouse/--no-mouse", default=True, help="Whether the app takes the mouse."),
        click.option(
            "--low-bandwidth", is_flag=True, help="Fewer, smaller updates for a slow line."
        ),
        click.option("--ascii", "ascii_only", is_flag=True, help="Draw the app with ASCII only."),
    ):
        function = option(function)
    return function


def sessions_directory(directory: Path | None) -> Path:
    """Return the folder that `--dir` names: of the verb, else of `tuitune`, else `sessions/`."""
    if directory is not None:
        return directory
    context = click.get_current_context(silent=True)
    shared = context.find_root().obj if context else None
    return shared if isinstance(shared, Path) else DEFAULT_DIRECTORY


def session_file(name: str, directory: Path | None) -> Path:
    """Return the file that NAME and `--dir` mean; whoever reads it says where there is none."""
    from tuitune.store.files import session_path

    return session_path(name, sessions_directory(directory))


def as_typed(name: str, directory: Path | None) -> str:
    """Return NAME, with `--dir` where it was given, as the next command needs them."""
    folder = f" --dir {shlex.quote(str(directory))}" if directory is not None else ""
    return plain(shlex.quote(name) + folder)
