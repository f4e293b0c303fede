"""The story of a session as Markdown: what was tuned, each round with its ranges, the ranking, the
verdicts, and the final line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from tuitune.advice import AdviceInput, advise, audit
from tuitune.advice.race import instability
from tuitune.advice.text import score_text
from tuitune.errors import SpaceError, plain
from tuitune.model import Finish, Round, Session
from tuitune.model.trial import Trial, TrialState
from tuitune.space import (
    Choice,
    Parameter,
    format_parameter,
    format_range,
    format_value,
    union_axis,
)
from tuitune.words import plural, safe

CELLS = 40
"""Characters of a ribbon."""
BEST = 10
"""Lines of the ranking."""


def report(session: Session, *, final: str = "") -> str:
    """Return the report; `final` is the final line of a finish that is about to end."""
    parts = [
        f"# {_data(session.name)}",
        _problem(session),
        *(_round(session, record) for record in session.rounds),
        _ranking(session),
        _advice(session),
        *(_finish(session, finish, final) for finish in session.finishes),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


# -- the problem -----------------------------------------------------------------------------


def _problem(session: Session) -> str:
    problem = session.problem
    when = "at the best of" if problem.rank == "best" else "after"
    lines = [
        f"Trained: `{_code(problem.trainer.describe())}`.",
        f"To {problem.direction} `{_code(problem.metric)}` {when} "
        f"{plural(problem.epochs, 'epoch')}; seed {session.seed}.",
    ]
    if problem.rank == "best":
        lines.append(
            "Each trial counts with its best epoch, which owes more to luck than its last."
        )
    if problem.settings:
        fixed = ", ".join(f"`{_code(n)}={format_value(v)}`" for n, v in problem.settings.items())
        lines.append(f"Fixed: {fixed}.")
    counts = ", ".join(f"{count} {state}" for state, count in session.counts.items() if count)
    lines.append(
        f"{plural(len(session.revisions), 'revision')}, {plural(len(session.rounds), 'round')}, "
        f"{plural(len(session.trials), 'trial')}{f' ({counts})' if counts else ''}."
    )
    return "\n".join(lines)


# -- rounds ----------------------------------------------------------------------------------


def _round(session: Session, record: Round) -> str:
    lines = [f"## Round {record.number}", ""]
    revision = session.revision(record.revision)
    pruner = "no pruner" if record.pruner == "none" else record.pruner
    lines.append(
        f"Revision {revision.number}, {_data(record.sampler)}, {_data(pruner)}, "
        f"{record.ended or 'can go on'}."
    )
    lines += ["", "```text", *ribbons(session, record.revision), "```", ""]
    lines += _round_scores(session, record)
    found = audit(session.trials_of(record.number), session.criterion)
    if found is not None:
        lines += ["", f"The {_data(found.text)}."]
    first = all(r.revision != revision.number for r in session.rounds[: record.number - 1])
    changed = [change for change in revision.changes if change.before != change.after]
    if first and (changed or revision.reason):
        lines += ["", f"Why these ranges, after revision {revision.parent}:", ""]
        lines += [
            f"- `{_code(c.parameter)}` {c.kind} from `{c.before}` to `{c.after}`"
            + (f": {_data(c.reason)}" if c.reason else "")
            for c in changed
        ]
        if revision.reason:
            lines.append(f"- {_data(revision.reason)}")
    return "\n".join(lines)


def _round_scores(session: Session, record: Round) -> list[str]:
    trials = list(session.trials_of(record.number))
    criterion = session.criterion
    done = sorted(filter(criterion.ranks, trials), key=criterion.key)
    heads = ["trials", "done", "best", "by trial", "median"]
    if not done:
        return _table(heads, [[str(len(trials)), "0", "", "", ""]])
    scores = [criterion.score(trial) or 0.0 for trial in done]
    row = [len(trials), len(done), _score(scores[0]), done[0].number, _score(median(scores))]
    return _table(heads, [[str(cell) for cell in row]])


def ribbons(session: Session, revision: int) -> list[str]:
    """Return the ranges of a revision as lines of text, on the axis of all revisions together.

    lr            1e-6 [====================]------------------- 0.1   1e-6..1e-2 log
    """
    space = session.revision(revision).space
    rows = []
    for name in space.names:
        parameter = space[name]
        everywhere = [r.space[name] for r in session.revisions if name in r.space.names]
        if isinstance(parameter, Choice):
            rows.append((name, "", _chips(parameter), "", ""))
            continue
        try:
            axis = union_axis(everywhere)
        except SpaceError:  # another kind of parameter of the same name
            axis = union_axis([parameter])
        assert not isinstance(axis, Choice)
        log = axis.log
        rows.append(
            (
                name,
                format_value(axis.low, 3, log=log),
                _ribbon(axis, parameter),
                format_value(axis.high, 3, log=log),
                format_range(parameter)
                if parameter.frozen is None
                else format_parameter(parameter),
            )
        )
    widths = [max((len(plain(row[i])) for row in rows), default=0) for i in range(4)]
    return [
        "  ".join(
            [
                plain(name).ljust(widths[0]),
                f"{low.rjust(widths[1])} {bar.ljust(widths[2])} {high.ljust(widths[3])}",
                plain(text),
            ]
        ).rstrip()
        for name, low, bar, high, text in rows
    ]


def _ribbon(axis: Parameter, parameter: Parameter) -> str:
    assert not isinstance(parameter, Choice)
    cells = ["-"] * CELLS
    if parameter.frozen is not None:
        cells[_column(axis, parameter.frozen)] = "|"
        return "".join(cells)
    first, last = _column(axis, parameter.low), _column(axis, parameter.high)
    for column in range(first, last + 1):
        cells[column] = "="
    cells[first] = "["
    cells[max(last, first)] = "]"
    return "".join(cells)


def _column(axis: Parameter, value: float) -> int:
    return min(int(axis.to_unit(value) * CELLS), CELLS - 1)


def _chips(parameter: Choice) -> str:
    in_use = [parameter.frozen] if parameter.frozen is not None else list(parameter.on)
    return " ".join(
        f"[{plain(format_value(option))}]"
        if option in in_use
        else f" {plain(format_value(option))} "
        for option in parameter.options
    )


# -- where it stands -------------------------------------------------------------------------


def _ranking(session: Session) -> str:
    criterion = session.criterion
    ranked = list(filter(criterion.ranks, session.ranking()))[:BEST]
    if not ranked:
        return ""
    problem = session.problem
    names = list(dict.fromkeys(name for trial in ranked for name in trial.params))
    train = [problem.train_metric] if problem.train_metric is not None else []
    heads = ["rank", "trial", "round", problem.metric, *train, *names]
    rows = [
        [
            str(rank),
            str(trial.number),
            str(trial.round),
            _score(criterion.score(trial)),
            *(_score(trial.train_score) for _ in train),
            *(format_value(trial.params[n], 4) if n in trial.params else "" for n in names),
        ]
        for rank, trial in enumerate(ranked, 1)
    ]
    return "\n".join(["## The best trials", "", *_table(heads, rows)])


def _advice(session: Session) -> str:
    if not any(trial.state is TrialState.DONE for trial in session.trials):
        return ""
    said = advise(AdviceInput.from_session(session))
    rows = [
        [name, verdict.head, verdict.sureness, verdict.text]
        for name, verdict in said.verdicts.items()
    ]
    lines = [f"## What the trials say of revision {session.current}", ""]
    lines += _table(["parameter", "verdict", "how sure", "why"], rows)
    # What a pruner did stands with each round.
    others = [_data(s.text) for s in said.statements if s.parameter is None and s.kind != "pruning"]
    if others:
        lines += ["", *(f"- {text}" for text in others)]
    return "\n".join(lines)


def _finish(session: Session, finish: Finish, final: str) -> str:
    lines = [f"## Finish {finish.number}", ""]
    gone = {drop.trial: drop for drop in finish.dropped}
    rows = []
    for number in finish.contenders:
        scores = finish.scores_of(number)
        finite = [score for score in scores if score is not None]
        mean = _score(sum(finite) / len(finite)) if finite else ""
        drop = gone.get(number)
        left = f"after {plural(drop.after, 'repeat')}: {drop.reason}" if drop else ""
        chosen = "chosen" if number == finish.chosen else left
        rows.append(
            [str(number), _score(finish.selected_score(number)), str(len(scores)), mean, chosen]
        )
    lines += _table(["trial", "selected by", "repeats", "mean of the repeats", ""], rows)
    if finish.verdict:
        lines += ["", f"The race: {_data(finish.verdict)}."]
    if finish.chosen is not None:
        trial = session.trial(finish.chosen)
        lines += ["", f"Trial {trial.number}: {_params(trial)}."]
    test = finish.test
    if test is not None:
        each = ", ".join(map(score_text, test.each))
        refit = next(refit for refit in finish.refits if not refit.reason)
        if test.scores:
            asked = f"Trained for the test with {plural(len(test.each), 'new seed')} by its own"
            said = f"{asked} trainer: {_data(session.problem.metric)} {each}."
        else:
            said = (
                f"{plural(len(test.each), 'network')}, refitted with "
                f"{plural(refit.updates, 'update')} on {plural(refit.samples, 'sample')} (training "
                f"and validation together), on {plural(test.total, 'test sample')}: "
                f"{test.word} {each}."
            )
        lines += ["", said]
        if unstable := instability(test.each):
            lines += ["", f"**{unstable[0].upper()}{unstable[1:]}.**"]
    text = finish.text or (final if finish.ended is None else "")
    if text:
        lines += ["", "```text", plain(text), "```"]
    elif finish.ended is None:
        lines += ["", "It can go on."]
    return "\n".join(lines)


def _params(trial: Trial) -> str:
    return ", ".join(f"`{_code(n)}={format_value(v, 4)}`" for n, v in trial.params.items())


# -- Markdown --------------------------------------------------------------------------------


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return list(_table_lines(heads, rows))


def _table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(heads)
    yield "|" + "---|" * len(heads)
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_data(cell) for cell in cells)} |"


def _data(text: str) -> str:
    return safe(text, "markdown")


def _code(text: str) -> str:
    """Return text as it stands between backticks."""
    return plain(text).replace("`", "'")


def _score(score: float | None) -> str:
    return "" if score is None else score_text(score)
