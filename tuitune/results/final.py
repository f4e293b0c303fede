"""What a finish came to: the final line, the record of it, and the files beside the session."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuitune.advice.estimate import Estimate, bound, estimate
from tuitune.advice.race import final_line
from tuitune.advice.text import score_text
from tuitune.model import Finish, Session
from tuitune.model.trial import Problem, TestScore, Trial
from tuitune.results.report import report
from tuitune.space import Value
from tuitune.store.files import replace_file, report_path, result_path
from tuitune.trainers.spec import MlpSpec
from tuitune.words import json_text, plural

FORMAT = "tuitune-final"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def race_runs(session: Session, finish: Finish) -> dict[int, dict[int, float]]:
    """Return the ended repeats by trial and repeat, higher better, NaN where one has no score."""
    runs: dict[int, dict[int, float]] = {}
    for run in finish.runs:
        score = math.nan if run.score is None else session.problem.sign * run.score
        runs.setdefault(run.trial, {})[run.repeat] = score
    return runs


def raced(session: Session, finish: Finish, trial: int) -> Estimate | None:
    """Return what the race says of a contender, in the metric's own direction.

    None where no repeat of it has a score yet.
    """
    runs = race_runs(session, finish)
    if trial not in runs:
        return None
    found, sign = estimate(runs, trial), session.problem.sign
    if not found.repeats:
        return None
    return replace(found, mean=sign * found.mean, own_mean=sign * found.own_mean)


def final_text(session: Session, finish: Finish) -> str:
    """Return the final line: what the chosen one was selected by, its race, its test.

        validation (selected) .895 -> race .861 +- .006 (13 runs on new seeds, these 100 images;
        the luck of winning is taken off) -> test .848 [.838, .858]

    With what it lacks said behind it, and `(test set opened for the 2nd time)` from then on. The
    finish has chosen a contender.
    """
    assert finish.chosen is not None
    found = raced(session, finish, finish.chosen)
    test = finish.test
    selected = finish.selected_score(finish.chosen)
    if found is None:
        text = final_line(selected, None, None)
    else:
        text = final_line(selected, found.mean, found.half) + f" ({race_basis(session, found)})"
    if test is not None:
        metric = "val_r2" if test.r2 else "val_acc"
        same = bool(test.scores) or session.problem.metric == metric
        word = "test" if same else f"test {test.word}"
        interval = f"[{score_text(test.low)}, {score_text(test.high)}]"
        text += f" -> {word} {score_text(test.mean)} {interval}"
    if test is not None and finish.opening is not None and finish.opening > 1:
        text += f" (test set opened for the {ordinal(finish.opening)} time)"
    lost = finish.scores_of(finish.chosen).count(None)
    if lost:
        text += f"; {plural(lost, 'repeat')} without a score left out"
    if test is None and not session.problem.trainer.can_refit:
        text += (
            "; your trainer was not asked for a test, since it doesn't say that it has one (see "
            "tuitune guide trainers, final): train on all of your samples with the params of the "
            ".final.toml, and test once"
        )
    return text


def race_basis(session: Session, found: Estimate) -> str:
    """Return what a mean of the race is of: `13 runs on new seeds, these 100 images; ...`."""
    problem, trainer = session.problem, session.problem.trainer
    data = "this validation set"
    if problem.samples is not None:
        unit = "validation sample"
        if isinstance(trainer, MlpSpec):
            unit = "row" if trainer.is_table else "image"
        data = f"{'this' if problem.samples == 1 else 'these'} {plural(problem.samples, unit)}"
    said = [f"{plural(found.repeats, 'run')} on new seeds, {data}"]
    if found.collapsed:
        said.append(f"{plural(found.collapsed, 'run')} that collapsed left out")
    if found.half is None:
        said.append("too few for an interval")
    elif found.half == 0:
        said.append("all gave one value")
    if found.mean != found.own_mean:
        said.append("the luck of winning is taken off")
    return "; ".join(said)


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th`, `11th`."""
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def fixed_settings(problem: Problem, trial: Trial) -> dict[str, Value]:
    """Return what a trial was trained with besides its params.

    Of the built-in network with all its defaults that have a say: a stranger can build it again.
    """
    settings = dict(problem.settings)
    if isinstance(problem.trainer, MlpSpec):
        from tuitune.trainers.mlp.settings import settings_in_use

        used = settings_in_use({**settings, **trial.params})
        settings = {name: value for name, value in used.items() if name not in trial.params}
    return settings


def final_record(session: Session, finish: Finish) -> dict[str, Any]:
    """Return a finish as the commands and `NAME.final.json` tell of it: plain data.

    `trial`, `params` and `validation` are null while none is chosen, `refit` and `test` where there
    is none.
    """
    chosen = finish.chosen
    trial = session.trial(chosen) if chosen is not None else None
    scores = finish.scores_of(chosen) if chosen is not None else []
    found = raced(session, finish, chosen) if chosen is not None else None
    most = bound(race_runs(session, finish), chosen) if chosen is not None and found else None
    gone = {drop.trial: drop for drop in finish.dropped}
    refits = [refit for refit in finish.refits if not refit.reason]
    test = finish.test
    return {
        "finish": finish.number,
        "ended": finish.ended,
        "trial": chosen,
        "chosen_by": finish.chosen_by,
        "params": trial.params if trial else None,
        "settings": fixed_settings(session.problem, trial) if trial else session.problem.settings,
        "epochs": finish.epochs_of(trial) if trial else None,
        "metric": session.problem.metric,
        "validation": finish.selected_score(chosen) if chosen is not None else None,
        "race": {
            "mean": found and found.mean,
            "low": found and found.low,
            "high": found and found.high,
            "own_mean": found and found.own_mean,
            "others_better_by": most,
            "scores": scores,
            "seeds": finish.seeds[: len(scores)],
            "verdict": finish.verdict,
            "tied": finish.tied,
            "contenders": [
                {
                    "trial": number,
                    "validation": finish.selected_score(number),
                    "scores": finish.scores_of(number),
                    "dropped": gone[number].reason if number in gone else None,
                }
                for number in finish.contenders
            ],
        },
        "refit": {
            "seeds": [refit.seed for refit in refits],
            "updates": refits[0].updates,
            "samples": refits[0].samples,
        }
        if refits and refits[0].updates
        else None,
        "test": _test_record(finish, test) if test is not None else None,
        "text": finish.text or (final_text(session, finish) if chosen is not None else ""),
        "files": finish.files,
    }


def _test_record(finish: Finish, test: TestScore) -> dict[str, Any]:
    """Return what the test said, under `accuracy` and `accuracies`, `r2` and `r2s`, or `score`."""
    mean, each = ("r2", "r2s") if test.r2 else ("accuracy", "accuracies")
    if test.scores:
        mean, each = "score", "scores"
    return {
        mean: test.mean,
        "low": test.low,
        "high": test.high,
        each: list(test.each),
        "samples": test.total or None,
        "opening": finish.opening,
        "at": finish.opened_at,
    }


def write_results(
    path: Path, session: Session, finish: Finish, weights: Mapping[str, np.ndarray] | None
) -> tuple[str, ...]:
    """Write the files of a finish beside the session `path`; returns their names.

    `NAME.final.json` and `NAME.final.toml`, with weights `NAME.final.npz`: those of the refit with
    the first seed, whose test score is the first of `accuracies` or `r2s`, and of a table what
    leads from its columns to the inputs. After a refit no sample is left that could choose among
    the seeds without looking at the test set. `NAME.report.md` tells the story. Each is replaced at
    once. Raises `StorageError` where the disk refuses.
    """
    line = final_text(session, finish)
    named = [
        (result_path(path, ".json"), b""),
        (result_path(path, ".toml"), _toml(session, finish)),
    ]
    if weights is not None:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **weights)
        named.append((result_path(path, ".npz"), buffer.getvalue()))
    named.append((report_path(path), report(session, final=line).encode()))
    names = tuple(file.name for file, _ in named)
    record = {
        "format": FORMAT,
        "version": 1,
        "name": session.name,
        **final_record(session, finish),
        "ended": "finished",
        "files": names,
    }
    text = json_text(record, indent=1).encode() + b"\n"
    named[0] = named[0][0], text
    for file, content in named:
        replace_file(
            file, [content], "make room for it, and the same finish goes on from here", path
        )
    return names


def _toml(session: Session, finish: Finish) -> bytes:
    """Return the params as TOML that any training script can read."""
    assert finish.chosen is not None
    trial = session.trial(finish.chosen)
    lines = [
        f"# {session.name}, trial {trial.number}",
        f"# {final_text(session, finish)}",
        f"epochs = {finish.epochs_of(trial)}",
        "",
        "[params]",
        *(toml_entry(name, value) for name, value in trial.params.items()),
    ]
    if settings := fixed_settings(session.problem, trial):
        lines += ["", "[settings]", *(toml_entry(n, value) for n, value in settings.items())]
    return ("\n".join(lines) + "\n").encode()


def toml_entry(name: str, value: Value) -> str:
    """Return one key and its value as a line of TOML."""
    key = name if _BARE_KEY.fullmatch(name) else _text(name)
    if isinstance(value, str):
        return f"{key} = {_text(value)}"
    if isinstance(value, bool):
        return f"{key} = {str(value).lower()}"
    return f"{key} = {value!r}"


def _text(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json_text(text)
