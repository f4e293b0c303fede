"""`tuitune completion`: what a shell needs to complete verbs, sessions, parameters, samplers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from tuitune.errors import TuiTuneError

VARIABLE = "_TUITUNE_COMPLETE"
"""By which the script of a shell asks the program for the words that may follow."""

HOW = {
    "bash": 'put this into ~/.bashrc: eval "$(tuitune completion bash)"',
    "zsh": 'put this into ~/.zshrc: eval "$(tuitune completion zsh)"',
    "fish": "tuitune completion fish > ~/.config/fish/completions/tuitune.fish",
}

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@click.command("completion", epilog="; ".join(HOW.values()))
@click.argument("shell", type=click.Choice(list(HOW)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script by which SHELL (bash, zsh or fish) completes the words of tuitune."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "tuitune", VARIABLE).source())


def complete_session(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the sessions of the folder that begin with what was typed."""
    from tuitune.store.files import is_session

    names: list[str] = []
    with suppress(OSError):
        names = sorted(file.stem for file in _folder(context).iterdir() if is_session(file))
    return _beginning(names, incomplete)


def complete_parameter(ending: str) -> Complete:
    """Return what completes the names of a session's parameters, each with `ending`."""

    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from tuitune.store import read_session, session_path

        name = context.params.get("name")
        if not isinstance(name, str):
            return []
        with suppress(OSError, TuiTuneError):
            session = read_session(session_path(name, _folder(context)))
            return _beginning((f"{one}{ending}" for one in session.space.names), incomplete)
        return []

    return complete


def complete_sampler(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of the samplers."""
    from tuitune.samplers import SAMPLERS

    return _beginning(SAMPLERS, incomplete)


def complete_pruner(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of the pruners."""
    from tuitune.pruners import PRUNERS

    return _beginning(PRUNERS, incomplete)


def _beginning(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _folder(context: click.Context) -> Path:
    """Return the folder that `--dir` names so far, of the verb or of the program."""
    for one in (context, context.find_root()):
        folder = one.params.get("directory")
        if folder is not None:
            return Path(folder)
    return Path("sessions")
