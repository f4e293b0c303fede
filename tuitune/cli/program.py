"""The `tuitune` program: its verbs, each in a module that is imported only when it is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click
import click.shell_completion

from tuitune import __version__
from tuitune.cli.options import (
    announce_options,
    app_options,
    directory_option,
    engine_options,
    in_two_processes,
    sessions_directory,
)
from tuitune.errors import UsageError, quote

VERBS = {
    "open": ("tuitune.cli.open", "Open the app on one session."),
    "new": ("tuitune.cli.new", "Create a session: MNIST and the book's space by default."),
    "import": ("tuitune.cli.imports", "A session from an Optuna study, a table, a W&B sweep."),
    "set": ("tuitune.cli.set", "Change what a session tunes: epochs of a trial, trainer, metric."),
    "run": ("tuitune.cli.run", "Run one round without the app, with live progress."),
    "narrow": ("tuitune.cli.space", "Commit a revision of the space."),
    "undo": ("tuitune.cli.space", "Step back to the parent revision."),
    "redo": ("tuitune.cli.space", "Step forward to the revision that undo left."),
    "advise": ("tuitune.cli.advise", "What the trials say about each parameter."),
    "top": ("tuitune.cli.show", "The best trials."),
    "show": ("tuitune.cli.show", "The session: problem, revisions, rounds, counts, best."),
    "enqueue": ("tuitune.cli.trials", "Queue a point of your own, or a trial on another seed."),
    "retry": ("tuitune.cli.trials", "Queue a trial again, also for more epochs."),
    "stop": ("tuitune.cli.trials", "Stop a trial that runs, or drop one that waits."),
    "best": ("tuitune.cli.best", "The values to use, as flags, Python, TOML, JSON or a command."),
    "finish": ("tuitune.cli.finish", "Race the best trials, refit one, test it once."),
    "report": ("tuitune.cli.report", "The story of the session as Markdown."),
    "export": (
        "tuitune.cli.export",
        "All trials as CSV, all curves, or an Optuna study.",
    ),
    "rename": ("tuitune.cli.sessions", "Give a session another name."),
    "copy": ("tuitune.cli.sessions", "Make a copy of a session."),
    "delete": ("tuitune.cli.sessions", "Delete a session and all that belongs to it."),
    "ps": ("tuitune.cli.held", "List the sessions that processes of yours hold."),
    "wait": ("tuitune.cli.held", "Wait until what runs in a session is over."),
    "quit": ("tuitune.cli.held", "End the process that holds a session, everything saved."),
    "guide": ("tuitune.cli.guide", "Show the reference, page by page."),
    "completion": ("tuitune.cli.completion", "What a shell needs to complete your typing."),
    "bench": ("tuitune.cli.bench", "Measure the figures that TuiTune holds."),
}
"""Verb to the module that holds its command under the same name, and its line in the help."""


class Verbs(click.Group):
    """A group whose commands are imported one at a time: help costs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the verbs in the order in which a session meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of one verb and return its command."""
        if cmd_name not in VERBS:
            return None
        module = import_module(VERBS[cmd_name][0])
        # `import` is a word of Python, and its function is called `import_`.
        command = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Return the verbs that begin so, from the table and without their modules, or options."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            click.shell_completion.CompletionItem(verb, help=line)
            for verb, (_, line) in VERBS.items()
            if verb.startswith(incomplete)
        ]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that `args` begins with. Raises UsageError where there is none."""
        asked = args[0]
        command = self.get_command(ctx, asked)
        if command is None:
            raise UsageError(_unknown(asked))
        return asked, command, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the verbs with their lines, from the table and without their modules."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


def _unknown(asked: str) -> str:
    close = get_close_matches(asked, VERBS, n=1)
    if close:
        return f"there is no command {quote(asked)}: did you mean tuitune {close[0]}?"
    if Path(asked).exists() or (sessions_directory(None) / f"{asked}.json").exists():
        return f"there is no command {quote(asked)}, but a session: tuitune open {asked}"
    return f"there is no command {quote(asked)}: known are {', '.join(VERBS)}; see tuitune --help"


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="[VERB] [NAME] ...",
    epilog="NAME is a session in the folder of --dir, or a path. Exit codes: 0 done, 1 the work "
    "failed, 2 the request was wrong, 130 interrupted with everything saved.",
)
@directory_option
@in_two_processes
@engine_options
@announce_options
@app_options
@click.version_option(__version__, "--version", message="tuitune %(version)s")
@click.pass_context
def program(
    context: click.Context,
    /,
    directory: Path | None,
    **options: Any,
) -> int | None:
    """Tune hyperparameters by eye: coarse ranges, short trials, look, narrow, repeat.

    Without a verb it opens the app: the sessions that there are, or a new MNIST session.
    """
    context.obj = directory
    if context.invoked_subcommand is not None:
        return None
    from tuitune.cli.open import open_app

    return open_app(None, directory=sessions_directory(directory), **options)
