"""The parts of the README that are made: the table of keys and that of the recorded rounds."""

from __future__ import annotations

from textual.binding import Binding

from tuitune.advice import AdviceInput, advise
from tuitune.bench import pruners
from tuitune.model import Session
from tuitune.model.trial import Criterion, Trial, TrialState
from tuitune.space import Choice, Parameter, format_range
from tuitune.tui.keymap import GROUPS, display_keys


def keys_table() -> str:
    """Return the keys of the app as a Markdown table, from the table that the app is made of."""
    rows = ["| where | keys | what | id |", "|---|---|---|---|"]
    for group, bindings in GROUPS.items():
        where = group
        for binding in bindings:
            if binding.system:
                continue
            rows.append(f"| {where} | {_keys(binding)} | {binding.tooltip} | `{binding.id}` |")
            where = ""
    return "\n".join(rows) + "\n"


def rounds_table(session: Session) -> str:
    """Return the rounds of a session as a Markdown table, with the best trial of each round."""
    names = session.revision(1).space.names
    heads = [
        "round",
        *(f"`{name}`" for name in names),
        "trials",
        "seconds",
        "best",
        "trial",
        "train",
    ]
    heads += [f"its `{name}`" for name in names]
    rows = [_row(heads), "|" + "---|" * len(heads)]
    for record in session.rounds:
        space = session.revision(record.revision).space
        trials = list(session.trials_of(record.number))
        best = best_of(trials, session.problem.sign)
        rows.append(
            _row(
                [
                    str(record.number),
                    *(_range(space[name]) for name in names),
                    str(len(trials)),
                    f"{record.seconds_spent:.0f}",
                    f"{best.score:.2f}",
                    str(best.number),
                    f"{best.train_score:.2f}",
                    *(f"{best.params[name]:.1e}" for name in names),
                ]
            )
        )
    return "\n".join(rows) + "\n"


def changes_list(session: Session) -> str:
    """Return what each revision changed and why, as a Markdown list."""
    lines = []
    for revision in session.revisions[1:]:
        before = max(r.number for r in session.rounds if r.started_at < revision.at)
        for change in revision.changes:
            if change.kind != "held":
                lines.append(
                    f"- after round {before}, `{change.parameter}` {change.kind} "
                    f"from `{change.before}` to `{change.after}`: {change.reason}"
                )
    return "\n".join(lines) + "\n"


def pruners_table() -> str:
    """Return what each pruner saves and loses on recorded curves as a Markdown table."""
    rows = [
        _row(["rule", "epochs spent", "best trial lost", "top ten kept"]),
        "|" + "---|" * 4,
    ]
    figures = pruners.measure(False, lambda _line: None)
    names = [*pruners.PRUNERS, *(f"{text}, lr to 1e-2" for text in pruners.NARROW)]
    for text, start in zip(names, range(0, len(figures), 3), strict=True):
        values = [f"{figure.value:.0f} %" for figure in figures[start : start + 3]]
        rows.append(_row([f"`{text}`".replace(", lr to 1e-2`", "`, `lr` up to 1e-2"), *values]))
    return "\n".join(rows) + "\n"


def best_of(trials: list[Trial], sign: int) -> Trial:
    """Return the best of the trials that are done."""
    done = [trial for trial in trials if trial.state is TrialState.DONE]
    return min(done, key=Criterion("", sign, done[0].epochs).key)


def _keys(binding: Binding) -> str:
    shown = (display_keys(key).replace("|", "\\|") for key in binding.key.split(","))
    return " ".join(f"`` {key} ``" if key == "`" else f"`{key}`" for key in shown)


def _range(parameter: Parameter) -> str:
    assert not isinstance(parameter, Choice)
    return f"`{format_range(parameter)}`"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def final_text(session: Session) -> str:
    """Return the last line of the newest finish, indented as code."""
    return f"    {session.finishes[-1].text}"


def stop_text(session: Session) -> str:
    """Return what the trials say when there is nothing left to narrow."""
    statements = advise(AdviceInput.from_session(session)).statements
    (stop,) = [statement for statement in statements if statement.kind == "stop"]
    return f"    {stop.text}"
