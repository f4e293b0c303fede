"""A sweep of Weights & Biases, YAML or JSON: its space, its command, its metric."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuitune.errors import UsageError, plain, quote
from tuitune.exchange.names import safe_name
from tuitune.exchange.study import Fixed, Range, Study
from tuitune.exchange.wandb_ranges import NoEnds, read_range
from tuitune.space import Choice, Parameter, Value
from tuitune.trainers.program.arguments import format_argument

DEFAULT_COMMAND = ("${env}", "${interpreter}", "${program}", "${args}")
SAMPLERS = {"grid": "grid", "random": "random", "bayes": "gp"}
TAKEN = frozenset(
    {"method", "parameters", "metric", "early_terminate", "run_cap", "program", "command", "name",
     "description"}
)  # fmt: skip
KNOWN = frozenset(
    {"project", "entity", "imports", "controller", "launch", "job", "image_uri", "tags", "settings",
     "prior_runs", "resume", "template", "version", "sweep"}
)  # fmt: skip
"""Keys of W&B that mean nothing here."""

MOST_PARAMETERS = 200
DEEPEST = 20
_VARIABLE = re.compile(r"\$\{envvar:([^}]*)\}")


@dataclass(slots=True)
class Question:
    """A parameter whose distribution has no ends."""

    name: str
    distribution: str
    proposal: str
    """Text form of a range that may be meant."""


@dataclass(slots=True)
class Sweep:
    """What a sweep says, and what it leaves open."""

    study: Study
    questions: list[Question] = field(default_factory=list)


def is_sweep(document: Any) -> bool:
    """Whether a document is a sweep."""
    return isinstance(document, Mapping) and "parameters" in document and "method" in document


def read_sweep(
    document: Mapping[str, Any],
    remarks: Sequence[str] = (),
    given: Mapping[str, Parameter] | None = None,
) -> Sweep:
    """Return what a sweep says; `given` are ranges that the person says instead of the file's.

    Raises `UsageError` for what can't be taken over.
    """
    study = Study("W&B sweep", remarks=list(remarks))
    sweep = Sweep(study)
    ranges = _Parameters(study.remarks, given or {})
    ranges.read(document["parameters"], (), 0)
    sweep.questions = ranges.questions
    unknown = [name for name in given or {} if name not in ranges.found]
    if unknown:
        raise UsageError(
            f"--param names a parameter of the sweep, and {quote(unknown[0])} is none: there is "
            f"{', '.join(ranges.found)}"
        )
    study.space = {n: r for n, r in ranges.found.items() if not isinstance(r, Fixed)}
    study.settings = {n: r.value for n, r in ranges.found.items() if isinstance(r, Fixed)}
    if not study.space and not sweep.questions:
        raise UsageError(
            "the sweep has no parameter that can vary, so that there is nothing to tune"
        )
    _take_metric(sweep, document.get("metric"))
    _take_method(study, document)
    study.argv = tuple(_argv(document, ranges.found, study.remarks))
    note = [str(document[key]) for key in ("name", "description") if document.get(key)]
    study.name = plain(str(document.get("name") or ""))[:200]
    study.note = plain(": ".join(note))[:2000]
    left = [str(key) for key in document if key in KNOWN]
    if left:
        study.remarks.append(f"left out: {plain(', '.join(left))}")
    for key in document:
        if key not in TAKEN and key not in KNOWN:
            study.remarks.append(f"the key {quote(str(key))} is not known and left out")
    if study.argv:
        metric = study.metric or "val_acc"
        study.remarks.append(
            "a script that only speaks to W&B prints nothing that ranks: add 'from tuitune import "
            f"report', and after each epoch 'report({{{json.dumps(metric)}: ...}})'"
        )
    return sweep


class _Parameters:
    """The parameters of a sweep by their dotted names."""

    def __init__(self, remarks: list[str], given: Mapping[str, Parameter]) -> None:
        self.found: dict[str, Range] = {}
        self.questions: list[Question] = []
        self._remarks = remarks
        self._given = given

    def read(self, block: Any, above: tuple[str, ...], depth: int) -> None:
        if not isinstance(block, Mapping):
            raise UsageError("the parameters of a sweep are a mapping of names")
        if depth > DEEPEST:
            raise UsageError(f"parameters are nested deeper than {DEEPEST} times")
        for key, entry in block.items():
            path = (*above, str(key))
            if not isinstance(entry, Mapping):
                entry = {"values": entry} if isinstance(entry, list) else {"value": entry}
            if "parameters" in entry:
                self.read(entry["parameters"], path, depth + 1)
            else:
                self._read_one(".".join(path), entry)

    def _read_one(self, dotted: str, entry: Mapping[str, Any]) -> None:
        if len(self.found) >= MOST_PARAMETERS:
            raise UsageError(f"a sweep has at most {MOST_PARAMETERS} parameters here")
        name = safe_name(dotted, self.found)
        if name != dotted:
            self._remarks.append(f"{quote(dotted)} is called {name} here")
        if name in self._given:
            self.found[name] = self._given[name]
            return
        try:
            self.found[name] = read_range(name, entry, self._remarks)
        except NoEnds as open_question:
            self.found[name] = Fixed(0)
            self.questions.append(
                Question(name, open_question.distribution, open_question.proposal)
            )


def _take_metric(sweep: Sweep, metric: Any) -> None:
    if isinstance(metric, str):
        metric = {"name": metric}
    if not isinstance(metric, Mapping) or not metric.get("name"):
        return
    study = sweep.study
    study.metric = plain(str(metric["name"]))[:64]
    goal = metric.get("goal")
    if goal in ("minimize", "maximize"):
        study.direction = goal
    elif goal is not None:
        raise UsageError(f"the goal of a metric is minimize or maximize, not {quote(str(goal))}")
    if "target" in metric:
        study.remarks.append("the target of the metric is left out")


def _take_method(study: Study, document: Mapping[str, Any]) -> None:
    method = str(document.get("method"))
    study.sampler = SAMPLERS.get(method)
    if study.sampler is None:
        study.remarks.append(f"the method {quote(method)} is not known: the next round is random")
    elif method == "bayes":
        study.remarks.append("method bayes: the next round's sampler is gp")
    cap = document.get("run_cap")
    if isinstance(cap, int) and not isinstance(cap, bool) and cap > 0:
        study.trials = min(cap, 100_000)
    early = document.get("early_terminate")
    if not isinstance(early, Mapping):
        return
    try:
        eta = float(early.get("eta", 3))
        if "min_iter" in early:
            grace = int(early["min_iter"])
        else:
            grace = int(float(early["max_iter"]) / eta ** int(early.get("s", 1)))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        study.remarks.append("early_terminate can't be read and is left out")
        return
    study.pruner = f"asha eta={max(2.0, eta):g} grace={max(1, grace)}"
    study.remarks.append(
        f"early_terminate: the pruner {study.pruner}; 'median' keeps more of the good trials"
    )


# -- the command -----------------------------------------------------------------------------


def _argv(
    document: Mapping[str, Any], ranges: Mapping[str, Range], remarks: list[str]
) -> Iterator[str]:
    program = document.get("program")
    command = document.get("command")
    if command is None:
        if not program:
            return
        command = DEFAULT_COMMAND
    if isinstance(command, str):
        raise UsageError("the command of a sweep is a list of words, not one text")
    if not isinstance(command, Sequence):
        raise UsageError("the command of a sweep is a list of words")
    if "${program}" in command and not program:
        raise UsageError("the command of the sweep holds ${program}, and there is no program")
    for word in command:
        yield from _words(str(word), str(program), ranges, remarks)


def _words(
    word: str, program: str, ranges: Mapping[str, Range], remarks: list[str]
) -> Iterator[str]:
    match word:
        case "${env}":
            yield "/usr/bin/env"
        case "${interpreter}":
            yield "python"
        case "${program}":
            yield _literal(program)
        case "${args}":
            yield from (f"--{_literal(n)}={_filled(n, r)}" for n, r in ranges.items())
        case "${args_no_hyphens}":
            yield from (f"{_literal(n)}={_filled(n, r)}" for n, r in ranges.items())
        case "${args_no_boolean_flags}":
            for name, one in ranges.items():
                if isinstance(one, Fixed) and isinstance(one.value, bool):
                    if one.value:
                        yield f"--{_literal(name)}"
                elif isinstance(one, Choice) and all(isinstance(o, bool) for o in one.options):
                    yield f"{{{name}:--{_literal(name)}}}"
                else:
                    yield f"--{_literal(name)}={_filled(name, one)}"
        case "${args_json}":
            pairs = (f"{json.dumps(n)}: {_in_json(n, r)}" for n, r in ranges.items())
            yield "{{" + ", ".join(pairs) + "}}"
        case "${args_json_file}":
            yield "{params_file}"
            if any("." in name for name in ranges):
                remarks.append("the JSON file of the arguments has dotted names, and no nesting")
        case _:
            yield _literal(_VARIABLE.sub(_from_environment(remarks), word))


def _from_environment(remarks: list[str]) -> Any:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in os.environ:
            raise UsageError(
                f"the command of the sweep takes {quote(name)} from the environment, where it is "
                f"not set: export {plain(name)}=... and import again"
            )
        remarks.append(f"{plain(name)} is taken from the environment as it is now")
        return os.environ[name]

    return value


def _filled(name: str, one: Range) -> str:
    return _literal(format_argument(one.value)) if isinstance(one, Fixed) else f"{{{name}}}"


def _in_json(name: str, one: Range) -> str:
    if isinstance(one, Fixed):
        return _literal(json.dumps(one.value))
    values: tuple[Value, ...] = one.options if isinstance(one, Choice) else ()
    return f'"{{{name}}}"' if any(isinstance(v, str) for v in values) else f"{{{name}}}"


def _literal(text: str) -> str:
    """Return a text as an argument that holds no name in braces."""
    return text.replace("{", "{{").replace("}", "}}")
