"""`tuitune guide`: the reference pages that are part of the package."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib.resources import files

import click

from tuitune.cli.output import print_table
from tuitune.errors import UsageError, quote


@click.command("guide")
@click.argument("page", required=False, metavar="[PAGE]")
def guide(page: str | None) -> None:
    """Show a page of the reference; without PAGE, list them all."""
    pages = read_pages()
    if page is None:
        print_table(("page", "about"), [(name, title(text)) for name, text in pages.items()])
        click.echo("\ntuitune guide PAGE shows one")
        return
    if page not in pages:
        close = get_close_matches(page, pages, n=1)
        meant = f": did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"the guide has no page {quote(page)}{meant or ': it has ' + ', '.join(pages)}"
        )
    if sys.stdout.isatty():
        show_page(pages[page])
    else:
        click.echo(pages[page], nl=False)


def read_pages() -> dict[str, str]:
    """Return the Markdown of each page by its name, in order of the names."""
    folder = files("tuitune") / "guide"
    found = {
        entry.name.removesuffix(".md"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".md")
    }
    return dict(sorted(found.items()))


def title(text: str) -> str:
    """Return the heading of a page."""
    return text.partition("\n")[0].removeprefix("# ")


def show_page(text: str) -> None:
    """Draw a page on the terminal, in the person's pager where it is longer than the screen."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    # Lines beyond this are hard to read, however wide the terminal is.
    width = min(console.width, 100)
    page = Markdown(text, hyperlinks=False)
    if len(console.render_lines(page, console.options.update(width=width))) < console.height:
        console.print(page, width=width)
        return
    with console.pager(styles=True):
        console.print(page, width=width)
