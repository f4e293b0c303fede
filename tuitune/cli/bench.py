"""`tuitune bench`: the figures that TuiTune holds, measured here and now."""

from __future__ import annotations

import time
from typing import Any

import click

from tuitune.bench.figures import MEASUREMENTS, Figure, measurement
from tuitune.cli.output import print_json, print_table


@click.command("bench")
@click.argument("names", nargs=-1, metavar="[FIGURE]...")
@click.option("--quick", is_flag=True, help="Fewer repeats and smaller sessions, under a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def bench(names: tuple[str, ...], quick: bool, as_json: bool) -> int:
    """Measure the figures that TuiTune holds; all of them, or those that are named.

    Exits with 1 where one does not hold. Progress goes to standard error.
    """
    chosen = [(name, measurement(name)) for name in names or MEASUREMENTS]
    figures: list[Figure] = []
    for name, measure in chosen:
        began = time.monotonic()
        _say(f"{name}: {MEASUREMENTS[name][1]}")
        figures += measure(quick, lambda line: _say(f"  {line}"))
        _say(f"  {time.monotonic() - began:.0f} s")
    if as_json:
        print_json([figure_record(figure) for figure in figures])
    else:
        print_table(
            ("figure", "measured", "bound", "", "behind it"),
            [
                (
                    figure.what,
                    _number(figure.value, figure.unit),
                    _bound(figure),
                    _verdict(figure),
                    figure.detail,
                )
                for figure in figures
            ],
        )
    return 0 if all(figure.holds for figure in figures) else 1


def figure_record(figure: Figure) -> dict[str, Any]:
    """Return one figure of `bench --json`."""
    return {
        "name": figure.name,
        "what": figure.what,
        "value": figure.value,
        "unit": figure.unit,
        "bound": figure.bound,
        "at_least": figure.at_least,
        "holds": figure.holds,
        "detail": figure.detail,
    }


def _bound(figure: Figure) -> str:
    if figure.bound is None:
        return ""
    return f"{'>=' if figure.at_least else '<='} {_number(figure.bound, figure.unit)}"


def _verdict(figure: Figure) -> str:
    if figure.bound is None:
        return ""
    return "holds" if figure.holds else "FAILS"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g}{'' if unit == 'x' else ' '}{unit}"


def _say(line: str) -> None:
    click.echo(line, err=True)
