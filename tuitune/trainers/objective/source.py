"""What a file says of its studies without being run: the directions of its `create_study`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Literal

Direction = Literal["maximize", "minimize"]


def literal_directions(path: Path) -> list[Direction] | None:
    """Return the directions of the study that the file makes, one for each objective.

    None where no `create_study` stands literally in it, or several that differ: then a person
    must say it. Without a direction Optuna minimises.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    found: list[list[Direction]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "create_study":
            directions = _directions(node)
            if directions is None:
                return None
            if directions not in found:
                found.append(directions)
    return found[0] if len(found) == 1 else None


def _directions(call: ast.Call) -> list[Direction] | None:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in given:
        return None  # **options may hold one
    several = given.get("directions")
    if isinstance(several, ast.List | ast.Tuple):
        words = [_direction(one) for one in several.elts]
        known = [word for word in words if word is not None]
        return known if len(known) == len(words) and known else None
    if several is not None:
        return None
    if "direction" not in given:
        return ["minimize"]
    word = _direction(given["direction"])
    return None if word is None else [word]


def _direction(node: ast.expr) -> Direction | None:
    word = node.value if isinstance(node, ast.Constant) else _name(node)
    match str(word).lower():
        case "maximize":
            return "maximize"
        case "minimize":
            return "minimize"
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
