"""From exceptions to one line on standard error and an exit code, in one place.

0 done, 1 the work failed, 2 the request was wrong, 130 interrupted. Never click's usage block, and
never a traceback on the screen: that of an error of our own goes to a file whose name is said.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from tuitune.errors import TuiTuneError, UsageError, plain, quote

DONE, FAILED, WRONG_REQUEST, INTERRUPTED = 0, 1, 2, 130


def exit_code_of(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run `command` and return its exit code; whatever went wrong is said in one line."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            # A glyph that the terminal can't show is no reason to fail.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = command.main(
            args=None if arguments is None else list(arguments),
            prog_name="tuitune",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _say("interrupted", INTERRUPTED)
    except click.ClickException as error:
        return _say(_sentence(error), WRONG_REQUEST)
    except UsageError as error:
        return _say(str(error), WRONG_REQUEST)
    except TuiTuneError as error:
        return _say(str(error), FAILED)
    except BrokenPipeError:
        # Whoever read our output has left, as `head` does: nothing can be said, nor at exit.
        discard_output()
        return FAILED
    except OSError as error:
        discard_output()
        return _say(f"the system refused: {error}", FAILED)
    except Exception as error:
        return _say(_own_error(error), FAILED)
    return code if isinstance(code, int) else DONE


def keep_traceback(text: str) -> str:
    """Write a traceback to a new file in the folder for temporary files; return the file's name."""
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(
        "w", encoding="utf-8", prefix="tuitune-", suffix=".txt", delete=False
    ) as file:
        file.write(text)
    return file.name


def discard_output() -> None:
    """Send standard output nowhere from now on: whoever read it has left."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _say(message: str, code: int) -> int:
    # The terminal may be gone, as after a hang-up; the code is still right.
    with contextlib.suppress(OSError):
        click.echo(f"tuitune: {plain(message)}", err=True)
    return code


def _own_error(error: Exception) -> str:
    import traceback

    summary = f"{type(error).__name__}: {error}"
    try:
        where = keep_traceback(traceback.format_exc())
    except OSError as refusal:
        where = f"nowhere, the disk refused it ({refusal})"
    return f"an error of TuiTune's own, {plain(summary)[:300]}; the traceback is in {where}"


def _sentence(error: click.ClickException) -> str:
    """Return click's complaint as one sentence that ends with the way out."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "tuitune"
    verb = command.rpartition(" ")[2]
    see = f"see {command} --help"
    match error:
        case click.NoSuchOption():
            close = ", ".join(error.possibilities or ())
            hint = f"did you mean {close}?" if close else "check its spelling;"
            return f"{verb} has no option {quote(error.option_name)}: {hint} {see}"
        case click.MissingParameter(param=click.Argument() as argument):
            name = argument.human_readable_name
            return f"{verb} needs {name}, e.g. {command} first; {see}"
        case click.BadParameter():
            option = error.param.opts[-1] if error.param else command
            return f"{option}: {error.message.rstrip('.')}"
        case _:
            return f"{_lower_first(error.format_message().rstrip('.'))}; {see}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
