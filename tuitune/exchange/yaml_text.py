"""YAML as people write it, by PyYAML's safe loader; the only file that imports it (`[yaml]`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from tuitune.errors import UsageError, plain, quote

_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?", re.ASCII)
_SEXAGESIMAL = re.compile(r"[+-]?\d+(?::[0-5]?\d)+(?:\.\d*)?", re.ASCII)
_WORDS = ("on", "off", "yes", "no", "y", "n")
MOST_ENTRIES = 10_000
"""Of one mapping, merged ones counted: a file of a few lines can ask for millions."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # without type information
    """Numbers in words are numbers; a key that comes twice is refused, a `yes` is said."""

    remarks: list[str]

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping. Raises `yaml.MarkedYAMLError` where a key comes twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {quote(key.value)} comes twice",
                        problem_mark=key.start_mark,
                    )
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found

    def flatten_mapping(self, node: Any) -> None:
        """Merge what `<<` names, up to a bound."""
        super().flatten_mapping(node)
        if len(node.value) > MOST_ENTRIES:
            raise yaml.MarkedYAMLError(
                problem="merges and aliases multiply to more than can be read",
                problem_mark=node.start_mark,
            )


def _scalar(_loader: _Loader, node: Any) -> Any:
    """Return a plain word: a number where it is written as one."""
    text = str(node.value)
    if node.style is None and _NUMBER.fullmatch(text):
        return _number(text)
    return text


def _number(text: str) -> float | int:
    bare = text.replace("_", "")
    return int(bare) if re.fullmatch(r"[+-]?\d+", bare) else float(bare)


def _bool(loader: _Loader, node: Any) -> bool:
    text = str(node.value)
    if text.lower() in _WORDS:
        meant = "true" if yaml.SafeLoader.bool_values[text.lower()] else "false"
        loader.remarks.append(
            f"line {node.start_mark.line + 1} says {plain(text)}, which YAML reads as {meant}: "
            f'quote it ("{plain(text)}") where the word is meant'
        )
    return bool(yaml.SafeLoader.bool_values[text.lower()])


def _int(loader: _Loader, node: Any) -> Any:
    text = str(node.value)
    if node.style is None and _SEXAGESIMAL.fullmatch(text):
        value = yaml.SafeLoader.construct_yaml_int(loader, node)
        loader.remarks.append(
            f"line {node.start_mark.line + 1} says {plain(text)}, which YAML reads as {value}: "
            "quote it where the text is meant"
        )
        return value
    return yaml.SafeLoader.construct_yaml_int(loader, node)


def _as_word(_loader: _Loader, node: Any) -> str:
    return str(node.value)


def _add(tag: str, function: Callable[[_Loader, Any], Any]) -> None:
    _Loader.add_constructor(f"tag:yaml.org,2002:{tag}", function)


_add("str", _scalar)
_add("bool", _bool)
_add("int", _int)
_add("timestamp", _as_word)


def read_yaml(text: str) -> tuple[Any, list[str]]:
    """Return the one document of a text, and what should be said of it.

    Raises `UsageError`, with the line, for what is no YAML, for several documents, keys that come
    twice, and tabs.
    """
    loader = _Loader(text)
    loader.remarks = []
    try:
        found = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark is not None else ""
        said = str(error.problem or error.context or "it is no YAML")
        if "found character '\\t'" in said:
            said = "a tab stands where YAML wants spaces"
        if "another document" in said or "single document" in str(error.context or ""):
            said = "the file holds several documents, and a sweep is one"
        raise UsageError(f"the file can't be read as YAML, {where}{plain(said)[:200]}") from None
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
        raise UsageError(f"the file can't be read as YAML: {plain(str(error))[:200]}") from None
    except RecursionError:
        raise UsageError("the file is nested too deeply to be read as YAML") from None
    finally:
        loader.dispose()
    return found, loader.remarks
