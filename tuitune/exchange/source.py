"""What a file is that somebody brings: told by its content, never by its ending."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tuitune.errors import UsageError, quote
from tuitune.exchange import optuna_journal, optuna_sqlite
from tuitune.exchange.optuna_study import OptunaStudy
from tuitune.exchange.table import Table, read_table
from tuitune.exchange.wandb_sweep import is_sweep

MOST_YAML_BYTES = 2 << 20
HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was recognised."""

    kind: Literal["optuna", "sweep", "table"]
    studies: list[OptunaStudy] | None = None
    sweep: Any = None
    """The document of a sweep."""
    remarks: tuple[str, ...] = ()
    table: Table | None = None


def read_source(text: str) -> Source:
    """Return what `text`, a path or `sqlite:///study.db`, holds.

    Raises `UsageError` where it can't be read or is nothing that is known. Nothing is written.
    """
    path = _path(text)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if head.startswith(optuna_sqlite.HEADER):
                return Source("optuna", optuna_sqlite.read_sqlite(path))
            content = head + file.read()
    except OSError as error:
        said = error.strerror or "the system refused"
        raise UsageError(f"{quote(text, 120)} can't be read: {said.lower()}") from None
    if not content.strip():
        raise UsageError(f"{quote(text, 120)} is empty")
    if optuna_journal.is_journal(head):
        return Source("optuna", optuna_journal.read_journal(path, content))
    found = _sweep(content)
    if found is not None:
        document, remarks = found
        return Source("sweep", sweep=document, remarks=tuple(remarks))
    return Source("table", table=read_table(path, content))


def _path(text: str) -> Path:
    scheme, colon, rest = text.partition("://")
    if not colon:
        return Path(text)
    if scheme.partition("+")[0] == "sqlite":
        return Path(rest.removeprefix("/").partition("?")[0] or rest)
    raise UsageError(
        f"a study is read from a file, and {quote(text, 120)} is none: copy it with "
        "optuna.copy_study to sqlite:///study.db, then import study.db"
    )


def _sweep(content: bytes) -> tuple[Any, list[str]] | None:
    """Return the document of a sweep; None where it is something else."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if text.lstrip().startswith("{"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
        if document is not None:
            if is_sweep(document):
                return document, []
            raise UsageError(
                "the file is JSON, and no sweep of W&B: that has 'method' and 'parameters'"
            )
    if not _looks_like_yaml(text):
        return None
    if len(content) > MOST_YAML_BYTES:
        raise UsageError("a sweep is a file of at most 2 MB")
    try:
        from tuitune.exchange.yaml_text import read_yaml
    except ImportError:
        raise UsageError(
            "the file is YAML, which needs PyYAML: pip install 'tuitune[yaml]', or import the "
            "sweep as JSON"
        ) from None
    document, remarks = read_yaml(text)
    if not is_sweep(document):
        raise UsageError(
            "the file is YAML and no sweep of W&B, which has 'method' and 'parameters'"
        )
    return document, remarks


def _looks_like_yaml(text: str) -> bool:
    """Whether lines begin with the two keys that every sweep has."""
    keys = {
        line.partition(":")[0].strip("\"' ")
        for line in text.splitlines()
        if ":" in line and line[:1] not in (" ", "\t", "#", "-")
    }
    flow = text.lstrip().startswith("{")
    return {"parameters", "method"} <= keys or (flow and "parameters" in text)
