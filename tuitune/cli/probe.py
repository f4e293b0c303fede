"""The probe of `tuitune new`: a command is run once, for a moment, and what it prints is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import click
import msgspec

from tuitune.engine.own_trainers import check_command
from tuitune.errors import UsageError, plain, quote
from tuitune.executors.probing import Probe, probe_program
from tuitune.space import Parameter, Space, Value, middle_point
from tuitune.trainers.metrics import known_direction
from tuitune.trainers.program.reading.survey import Seen, Survey
from tuitune.trainers.spec import CommandSpec, Reading, TrainerSpec
from tuitune.words import format_duration, plural

MOST_SHOWN = 8
DEFAULT_EPOCHS = 50


@dataclass(frozen=True, slots=True)
class Answers:
    """What a session must know of a command's output; None: not known."""

    metric: str | None
    minimize: bool | None
    train_metric: str | None
    epochs: int | None = None
    """Of each trial: as given, else as many as the program says that there are to be."""
    reading: Reading | None = None


def look_at(
    own: TrainerSpec | None,
    tuned: Mapping[str, Parameter],
    fixed: Mapping[str, Value],
    given: Answers,
    *,
    seed: int,
    memory_bytes: int | None,
    probe: bool,
    asking: bool,
) -> tuple[TrainerSpec | None, Answers]:
    """Return a trainer with what a probe found, and the answers about its metric.

    `own` None is the built-in network, which answers by itself. See `probe_command` for the errors.
    """
    if own is None:
        return own, given
    if probe and isinstance(own, CommandSpec) and tuned:
        if own.pattern is not None:
            raise UsageError(
                "--probe shows what is read without a pattern: leave out --probe or --pattern"
            )
        check_command(own, [*tuned, *fixed])
        given = probe_command(
            own,
            Space(dict(tuned)),
            fixed,
            seed=seed,
            memory_bytes=memory_bytes,
            given=given,
            asking=asking,
        )
        return msgspec.structs.replace(own, reading=given.reading), given
    minimize = direction(given.metric or "val_acc", given.minimize, asking=asking)
    return own, replace(given, minimize=minimize)


def probe_command(
    spec: CommandSpec,
    space: Space,
    settings: Mapping[str, Value],
    *,
    seed: int,
    memory_bytes: int | None,
    given: Answers,
    asking: bool,
) -> Answers:
    """Run the command once, show what it prints, ask what that doesn't tell, return all answers.

    Raises `UsageError` where the program fails, where nothing can be read of it, and where a
    question can't be asked because nobody is there (`asking` False).
    """
    names = [*space.names, *settings]
    params = {**settings, **middle_point(space)}
    if asking:
        click.echo("runs it once for a moment, to see what it prints (ctrl-c: that is enough) ...")
    try:
        probe = probe_program(
            spec.argv,
            params,
            names=names,
            epochs=given.epochs or DEFAULT_EPOCHS,
            seed=seed,
            template=spec.template,
            memory_bytes=memory_bytes,
        )
    except OSError as error:
        raise UsageError(f"the program can't be started: {error}") from None
    survey = probe.survey
    click.echo(f"ran it once for {format_duration(probe.seconds)}: {plain(' '.join(probe.argv))}")
    if probe.failure and not survey.metrics:
        raise UsageError(
            f"the program {probe.failure} when it was tried once: mend it, or add --no-probe to "
            "make the session anyway"
        )
    if not survey.metrics:
        return _nothing_read(probe, given)
    _show(survey)
    if probe.failure:
        click.echo(f"  note: then it {plain(probe.failure)}")
    given = replace(given, epochs=given.epochs or survey.of)
    metric = given.metric or _metric(survey, asking)
    reader, reports = survey.read(metric, given.train_metric)
    place = reader.place
    if place is None:
        if probe.ended:
            raise UsageError(
                f"{reader.nothing_found()}; --no-probe makes the session as it is asked for"
            )
        click.echo(f"  note: {plain(quote(metric))} was not printed so far")
        minimize = direction(metric, given.minimize, asking=asking)
        return replace(given, metric=metric, minimize=minimize)
    minimize = direction(metric, given.minimize, asking=asking)
    better = "lower" if minimize else "higher"
    partner = given.train_metric or reader.partner
    called = "" if place.name == metric else f" (printed as {quote(place.name)})"
    beside = f"; {partner} is its counterpart in training" if partner else ""
    click.echo(
        f"  {plain(metric)}{plain(called)} ranks the trials, {better} is better{plain(beside)}"
    )
    measured = [metric in report for report in reports]
    while measured and not measured[-1]:  # The epoch in which it was stopped.
        measured.pop()
    if not all(measured):
        click.echo(f"  it is not there in every epoch: in {sum(measured)} of {len(measured)}")
    if reader.began_again:
        click.echo("  note: the epochs began again, as for another fold; only the first are read")
    reading = Reading(place.stream, place.shape, place.name, place.section, reader.at_once)
    return Answers(metric, minimize, partner, given.epochs, reading)


def direction(metric: str, minimize: bool | None, *, asking: bool) -> bool | None:
    """Return whether less is better: as given, by the name, or asked; None: nobody can be asked."""
    if minimize is not None:
        return minimize
    known = known_direction(metric)
    if known is not None:
        return known == "minimize"
    if not asking:
        return None
    which = click.prompt(f"which {plain(metric)} is better", type=click.Choice(["lower", "higher"]))
    return bool(which == "lower")


def _show(survey: Survey) -> None:
    found = survey.metrics
    words = ", ".join(
        f"{survey.name_of(seen)} {seen.values[-1]:.6g}" for seen in found[:MOST_SHOWN]
    )
    more = f" and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
    when = ""
    if survey.epoch is not None:
        when = f", by epoch {survey.epoch:g}" + (f" of {survey.of}" if survey.of else "")
    elif found:
        when = f", in {plural(max(seen.count for seen in found), 'line')}"
    click.echo(f"  it printed{when}: {plain(words)}{more}")


def _metric(survey: Survey, asking: bool) -> str:
    default = survey.default()
    if default is not None:
        return survey.name_of(default)
    found = survey.metrics[:MOST_SHOWN]
    if not asking:
        shown = ", ".join(quote(survey.name_of(seen)) for seen in found)
        raise UsageError(
            f"which number ranks the trials must be said, and it printed {shown}: "
            f"add --metric {quote(survey.name_of(found[0]))}"
        )
    return _asked_metric(survey, found)


def _asked_metric(survey: Survey, found: list[Seen]) -> str:
    click.echo("which number ranks the trials?")
    for number, seen in enumerate(found, 1):
        click.echo(f"  {number}  {plain(survey.name_of(seen))} {seen.values[-1]:.6g}")
    answer = str(click.prompt("its number or its name", default="1")).strip()
    if answer.isdigit() and 1 <= int(answer) <= len(found):
        return survey.name_of(found[int(answer) - 1])
    return answer


def _nothing_read(probe: Probe, given: Answers) -> Answers:
    printed = any(probe.survey.places)
    what = "no number that may be a metric" if printed else "no number with a name"
    if probe.ended:
        raise UsageError(
            f"{what} was found in what the program printed: print for example val_acc=0.81 after "
            "each epoch, or call tuitune.report (tuitune guide hooks), or name a --pattern"
        )
    click.echo(f"  note: it printed {what} in that time")
    return given
