"""Reading the documentation: blocks of code, tables, marked regions and links of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SESSIONS = ROOT / "sessions" / "README.md"
GUIDE = ROOT / "tuitune" / "guide"
PAGES = (README, SESSIONS, *sorted(GUIDE.glob("*.md")))

RANGES = GUIDE / "ranges.md"
KEYS = GUIDE / "keys.md"
COMMANDS = GUIDE / "commands.md"
NETWORK = GUIDE / "network.md"
SAMPLERS = GUIDE / "samplers.md"

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]*\bsrc=\"([^\"]+)\"")
_CELL_END = re.compile(r"(?<!\\)\|")


def page_id(page: Path) -> str:
    """Return the name of a page in the ids of tests: `guide-keys`, `sessions-README`."""
    return f"{page.parent.name}-{page.stem}"


def all_text() -> str:
    """Return the text of the README and of every page of the guide."""
    return "\n".join(page.read_text("utf-8") for page in PAGES if page != SESSIONS)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    info: str
    """What stands behind the opening fence: the language, and a word of ours."""
    text: str
    line: int
    """Line of its first character, from 1."""


def blocks(page: Path, info: str) -> list[Block]:
    """Return the blocks of `page` with exactly this info."""
    text = page.read_text("utf-8")
    return [
        Block(page, found[1], found[2], text.count("\n", 0, found.start(2)) + 1)
        for found in _BLOCK.finditer(text)
        if found[1] == info
    ]


def region(page: Path, mark: str) -> str:
    """Return what stands between `<!-- mark -->` and `<!-- /mark -->`, which occur once each."""
    text = page.read_text("utf-8")
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    assert text.count(begin) == text.count(end) == 1, f"{page.name} marks {mark} once"
    return text.split(begin)[1].split(end)[0]


def with_region(text: str, mark: str, content: str) -> str:
    """Return a page's text with another content between the marks."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}{content}{end}{rest.split(end)[1]}"


def links(page: Path) -> list[str]:
    """Return the targets of all links and pictures."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    return [found[1] or found[2] for found in _LINK.finditer(text)]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def table_under(page: Path, heading: str) -> list[list[str]]:
    """Return the rows of the first table after a heading (`### trial`), without its head."""
    text = page.read_text("utf-8")
    assert f"\n{text}".count(f"\n{heading}\n") == 1, f"{page.name} has the heading {heading} once"
    lines = f"\n{text}".split(f"\n{heading}\n")[1].splitlines()
    rows = []
    for line in lines:
        if line.startswith("|"):
            cells = _CELL_END.split(line)[1:-1]
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
        elif rows or line.startswith("#"):
            break
    return rows[2:]
