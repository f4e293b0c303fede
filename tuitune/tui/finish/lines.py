"""The race in words: pure, from the record of a finish to `Text`."""

from __future__ import annotations

from statistics import mean

from rich.text import Text

from tuitune.advice.progress import runs_ahead
from tuitune.advice.race import instability
from tuitune.model import Finish, Session
from tuitune.model.events import EngineStatus
from tuitune.results.final import fixed_settings, race_basis, raced
from tuitune.space import format_value
from tuitune.tui.formatting import MISSING, Glyphs, safe_text, short_score
from tuitune.words import plural


def ordered_contenders(session: Session, finish: Finish) -> tuple[int, ...]:
    """Return the contenders, the best of the race first, those that were dropped last."""
    sign = session.problem.sign
    remaining = set(finish.remaining)

    def key(trial: int) -> tuple[bool, float, int]:
        scores = _scores(finish, trial)
        return (
            trial not in remaining,
            -sign * mean(scores) if scores else float("inf"),
            finish.contenders.index(trial),
        )

    return tuple(sorted(finish.contenders, key=key))


def contender_line(session: Session, finish: Finish, trial: int, glyphs: Glyphs) -> Text:
    """Return one contender: what it was selected by, what the race says, why it left."""
    scores = _scores(finish, trial)
    race = short_score(mean(scores)) if scores else MISSING
    dropped = next((drop for drop in finish.dropped if drop.trial == trial), None)
    mark = glyphs.done if trial == finish.chosen else glyphs.failed if dropped else " "
    text = Text(f"{mark} #{trial:<5}", no_wrap=True, overflow="ellipsis")
    text.append(f" {short_score(finish.selected_score(trial)):<6}", "dim")
    text.append(f" race {race:<7}", "" if dropped else "bold")
    text.append(f" {plural(len(finish.scores_of(trial)), 'run')} ", "dim")
    if dropped:
        return text.append(f"  left: {safe_text(dropped.reason)}", "dim")
    if trial == finish.preferred:
        text.append("  preferred", "bold")
    elif trial in finish.tied:
        text.append("  tied", "bold")
    for name, value in session.trial(trial).params.items():
        text.append(f"  {safe_text(name)} {safe_text(format_value(value, 3))}")
    return text


def finish_status(session: Session, finish: Finish, engine_state: EngineStatus) -> Text:
    """Return where the finish stands and which key is next."""
    runs, left = len(finish.runs), len(finish.remaining)
    text = Text()
    if finish.ended is not None:
        text.append(safe_text(finish.text), "bold")
        if finish.ended == "finished" and finish.chosen is not None:
            text.append(f"\n\n{use_this(session, finish)}", "bold")
        if finish.test is not None and (unstable := instability(finish.test.each)):
            text.append(f"\n{unstable}", "bold")
        if finish.files:
            text.append(f"\nwritten: {', '.join(map(safe_text, finish.files))}", "dim")
        return text
    if finish.waits_for_choice:
        text.append(f"{safe_text(finish.verdict)}\n")
        text.append(f"{_preferred_text(session, finish)}\n")
        return text.append("enter refits and tests the one under the cursor", "bold")
    if finish.chosen is None:
        counts = [len(finish.scores_of(trial)) for trial in finish.remaining]
        most = runs + runs_ahead(counts, finish.repeats)
        text.append(
            f"the race: {runs} of {most} runs on new seeds, "
            f"{left} of {len(finish.contenders)} in it"
        )
    elif finish.opening is None:
        text.append(
            f"#{finish.chosen} trains anew on training and validation samples: "
            f"{len(finish.refits)} of {len(finish.refit_seeds)}"
        )
    else:
        text.append("the test set is open")
    if not engine_state.is_busy:
        text.append(f"\n{engine_state}: space goes on", "bold")
    return text


def use_this(session: Session, finish: Finish) -> str:
    """Return the answer: `Use this: lr = 0.141  weight_decay = 5.8e-5 (batch_size 100, 50 epochs)`.

    Every value and every fixed setting of the contender that was chosen.
    """
    assert finish.chosen is not None
    trial = session.trial(finish.chosen)
    values = "  ".join(
        f"{safe_text(name)} = {safe_text(format_value(value, 4))}"
        for name, value in trial.params.items()
    )
    fixed = [
        f"{safe_text(name)} {safe_text(format_value(value, 4))}"
        for name, value in fixed_settings(session.problem, trial).items()
    ]
    fixed.append(plural(finish.epochs_of(trial), "epoch"))
    return f"Use this:  {values}  ({', '.join(fixed)})"


def _preferred_text(session: Session, finish: Finish) -> str:
    assert finish.preferred is not None
    found = raced(session, finish, finish.preferred)
    if found is None:
        return ""
    margin = f" ±{short_score(found.half)}" if found.half else ""
    basis = race_basis(session, found)
    return f"#{finish.preferred} over all seeds: {short_score(found.mean)}{margin} ({basis})"


def finish_keys(finish: Finish | None) -> str:
    """Return what the keys of the finish do now."""
    if finish is None or finish.ended is not None:
        return "y copies the values to use · j k scroll · esc leaves"
    if finish.waits_for_choice:
        return "j k · enter chooses · x end without a result · esc leaves, it waits"
    return "space pause · x end without a result · esc leaves, it goes on"


def _scores(finish: Finish, trial: int) -> list[float]:
    return [score for score in finish.scores_of(trial) if score is not None]
