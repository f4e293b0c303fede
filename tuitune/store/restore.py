"""A session from the content of its snapshot, and one sentence for every content that is none.

Figures that follow from the trials (counts, the best, what a round has drawn) are worked out here,
so that a line edited by hand can't contradict them.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from tuitune.errors import SessionFileError, TuiTuneError, plain, quote
from tuitune.model.events import SessionCreated
from tuitune.model.limits import LONGEST_NAME
from tuitune.model.records import Revision
from tuitune.model.session import Session
from tuitune.model.trial import FINISHED, Trial, TrialState
from tuitune.store.files import excerpt, shown
from tuitune.store.snapshot import FORMAT, VERSION, Snapshot
from tuitune.store.upgrade import cause_of, draw_of, upgraded_repeat

EAGER_BYTES = 4_000_000
"""Every curve of a smaller file is checked at opening; those of a larger one when looked at."""


class _Head(msgspec.Struct):
    format: object = None
    version: object = None


class _Spaces(msgspec.Struct):
    draft: msgspec.Raw
    revisions: list[msgspec.Raw]


_decode = msgspec.json.Decoder(Snapshot).decode
_decode_head = msgspec.json.Decoder(_Head).decode


def decode_snapshot(data: bytes, path: Path) -> Session:
    """Return the session of a file's content. Raises `SessionFileError`, naming `path`."""
    try:
        snapshot = _decode(data)
    except (ValueError, RecursionError, TuiTuneError) as error:
        raise SessionFileError(_complaint(data, path, error)) from None
    _check_head(snapshot.format, snapshot.version, path)
    if snapshot.version == 1:
        _upgrade(snapshot)
    session = _restore(snapshot, path)
    if len(data) < EAGER_BYTES:
        for trial in session.trials:
            _check_curve(trial, path)
    return session


def _upgrade(s: Snapshot) -> None:
    """Give the records of version 1 what this version has besides."""
    for trial in s.trials:
        trial.draw = draw_of(trial.origin)
        trial.cause = cause_of(trial.state, trial.reason)
        if trial.kept is not None:
            cause = cause_of(trial.kept.state, trial.kept.reason)
            trial.kept = msgspec.structs.replace(trial.kept, cause=cause)
    for finish in s.finishes:
        finish.runs = [upgraded_repeat(run) for run in finish.runs]


def _restore(s: Snapshot, path: Path) -> Session:
    session = Session(SessionCreated(s.name, s.problem, s.seed, s.created_at, s.program))
    session.events = s.events
    session.current, session.redo, session.draft = s.current, s.redo, s.draft
    session.workers = s.workers
    if s.lengths:
        session.lengths = tuple(s.lengths)
        if s.lengths[-1] != s.problem.epochs:
            raise _damaged(path, "$.lengths", f"expected {s.problem.epochs} last", s.lengths[-1])
    if s.ranked_at is not None:
        if s.ranked_at not in session.lengths:
            raise _damaged(path, "$.ranked_at", "expected one of the lengths", s.ranked_at)
        session.criterion = session.criterion._replace(epochs=s.ranked_at)
    session.revisions, session.rounds = s.revisions, s.rounds
    _check_numbers(s, path)
    _check_trials(s, path)
    session.trials = s.trials
    _check_finishes(s, path)
    session.finishes = s.finishes
    criterion = session.criterion
    best = None
    waiting: set[int] = set()
    for trial in session.trials:
        state = trial.state
        session.counts[state] += 1
        owner = s.rounds[trial.round - 1]
        owner.drawn += 1
        owner.epochs_spent += trial.epochs_done
        if state in FINISHED:
            owner.finished += 1
            if state is not TrialState.FAILED and criterion.ranks(trial):
                key = criterion.key(trial)
                if best is None or key < best:
                    best, session.best = key, trial
        elif state is TrialState.RUNNING:
            session.running[trial.number] = trial
        else:
            waiting.add(trial.number)
    if waiting != set(s.waiting) or len(waiting) != len(s.waiting):
        raise _damaged(path, "$.waiting", "expected each queued and interrupted trial once")
    session.waiting = {number: session.trials[number - 1] for number in s.waiting}
    return session


def _check_numbers(s: Snapshot, path: Path) -> None:
    """Check what one record says of another, and zero the rounds' figures to be counted anew."""
    for index, revision in enumerate(s.revisions):
        place = f"$.revisions[{index}]"
        if revision.number != index + 1:
            raise _damaged(path, f"{place}.number", f"expected {index + 1}", revision.number)
        if revision.parent is not None and not 1 <= revision.parent <= index:
            raise _damaged(path, f"{place}.parent", "expected an earlier one", revision.parent)
    known = len(s.revisions)
    for place, number in (("$.current", s.current), *(("$.redo", n) for n in s.redo)):
        if number > known:
            raise _damaged(path, place, f"expected a revision from 1 to {known}", number)
    for index, tried in enumerate(s.rounds):
        place = f"$.rounds[{index}]"
        if tried.number != index + 1:
            raise _damaged(path, f"{place}.number", f"expected {index + 1}", tried.number)
        if not 1 <= tried.revision <= known:
            expected = f"expected a revision from 1 to {known}"
            raise _damaged(path, f"{place}.revision", expected, tried.revision)
        tried.drawn = tried.finished = tried.epochs_spent = 0


def _check_finishes(s: Snapshot, path: Path) -> None:
    """Check what a finish says of trials, revisions and seeds."""
    openings = 0
    for index, finish in enumerate(s.finishes):
        place = f"$.finishes[{index}]"
        if finish.number != index + 1:
            raise _damaged(path, f"{place}.number", f"expected {index + 1}", finish.number)
        if not 1 <= finish.revision <= len(s.revisions):
            expected = f"expected a revision from 1 to {len(s.revisions)}"
            raise _damaged(path, f"{place}.revision", expected, finish.revision)
        racing = set(finish.contenders)
        if not racing or len(finish.scores) != len(finish.contenders):
            raise _damaged(path, f"{place}.scores", "expected one for each of the contenders")
        for number in finish.contenders:
            if not 1 <= number <= len(s.trials):
                expected = f"expected a trial from 1 to {len(s.trials)}"
                raise _damaged(path, f"{place}.contenders", expected, number)
        named = [
            *(("runs", run.trial) for run in finish.runs),
            *(("dropped", drop.trial) for drop in finish.dropped),
            ("preferred", finish.preferred),
            ("chosen", finish.chosen),
        ]
        for field, trial in named:
            if trial is not None and trial not in racing:
                raise _damaged(path, f"{place}.{field}", "expected one of the contenders", trial)
        for run in finish.runs:
            if not 1 <= run.repeat <= len(finish.seeds):
                expected = f"expected repeats from 1 to {len(finish.seeds)}"
                raise _damaged(path, f"{place}.runs", expected, run.repeat)
        if finish.opening is not None:
            openings += 1
            if finish.opening != openings:
                raise _damaged(path, f"{place}.opening", f"expected {openings}", finish.opening)


def _check_trials(s: Snapshot, path: Path) -> None:
    """Check the numbers of trials, the names of their params, and that no curve is far too short.

    So no count of epochs is larger than the file, whether its curves are looked at or not.
    """
    rounds, revisions = len(s.rounds), len(s.revisions)
    names: set[str] = set()
    for index, r in enumerate(s.trials):
        if r.number != index + 1 or r.round > rounds or r.revision > revisions:
            place = f"$.trials[{index}]"
            if r.number != index + 1:
                raise _damaged(path, f"{place}.number", f"expected {index + 1}", r.number)
            if r.round > rounds:
                raise _damaged(path, f"{place}.round", f"expected at most {rounds}", r.round)
            raise _damaged(path, f"{place}.revision", f"expected at most {revisions}", r.revision)
        for result, place in ((r, "curve"), (r.kept, "kept.curve")):
            if result is not None and result.lacks_epochs:
                rule = f"expected {result.epochs_done} numbers for each metric"
                raise _damaged(path, f"$.trials[{index}].{place}", rule)
        names.update(r.params)
    for name in names:
        if len(name) > LONGEST_NAME or plain(name) != name:
            rule = f"expected parameters' names of at most {LONGEST_NAME} plain characters"
            raise _damaged(path, "$.trials[...].params", f"{rule}, got {quote(name)}")


def _check_curve(trial: Trial, path: Path) -> None:
    place = f"$.trials[{trial.number - 1}]"
    for result, of in ((trial, f"{place}.curve"), (trial.kept, f"{place}.kept.curve")):
        if result is None:
            continue
        try:
            curve = result.curve
        except (ValueError, TuiTuneError) as error:
            raise _damaged(path, of, excerpt(error)) from None
        for name, column in curve.items():
            if len(column) != result.epochs_done:
                rule = f"expected {result.epochs_done} numbers of {quote(name)}, one an epoch"
                raise _damaged(path, of, rule, len(column))


# -- what is wrong with a file ---------------------------------------------------------------


def _check_head(form: object, version: object, path: Path) -> None:
    if form != FORMAT:
        is_ = f"is of format {quote(form)}" if isinstance(form, str) else "says no format"
        raise SessionFileError(
            f"Session file {shown(path)} {is_}; expected '{FORMAT}', a file that TuiTune wrote."
        )
    if isinstance(version, int) and version > VERSION:
        raise SessionFileError(
            f"Session file {shown(path)} was written by a newer TuiTune (version "
            f"{excerpt(version)}; this one reads {VERSION}); install that one to open it."
        )
    if version not in (1, VERSION):
        raise _damaged(path, "$.version", f"expected 1 or {VERSION}", version)


def _complaint(data: bytes, path: Path, error: Exception) -> str:
    """Return the sentence for content that is no snapshot: the nearest cause that can be named."""
    where = f"Session file {shown(path)}"
    if not data.strip():
        return f"{where} is empty; expected a session that TuiTune wrote."
    try:
        head = _decode_head(data)
        _check_head(head.format, head.version, path)
    except SessionFileError as found:
        return str(found)
    except RecursionError:
        return f"{where} is nested too deeply; expected a session that TuiTune wrote."
    except UnicodeDecodeError:
        return f"{where} is not text in UTF-8; expected a session that TuiTune wrote."
    except msgspec.ValidationError:
        return f"{where} holds JSON of another kind; expected a session that TuiTune wrote."
    except msgspec.DecodeError as found:
        if "truncated" in str(found):
            return f"{where} is cut short: its JSON ends in the middle; restore it from a copy."
        return f"{where} is not JSON: {_with_line(data, str(found))}."
    if isinstance(error, TuiTuneError):
        return str(_damaged(path, _place_of_space(data), excerpt(error)))
    if isinstance(error, UnicodeDecodeError):
        return f"{where} is not text in UTF-8; expected a session that TuiTune wrote."
    message, _, place = str(error).rpartition(" - at `")
    if not message:
        message, place = str(error), "$`"
    rule = message[:1].lower() + message[1:]
    return str(_damaged(path, excerpt(place.rstrip("`")), excerpt(rule)))


def _with_line(data: bytes, message: str) -> str:
    """Return a decoder's message with the line instead of the byte."""
    text, _, byte = message.rstrip(")").rpartition(" (byte ")
    if not byte.isdigit():
        return excerpt(message)
    reason = text.removeprefix("JSON is malformed: ")
    line = data.count(b"\n", 0, int(byte)) + 1
    return f"{excerpt(reason)} in line {line}"


def _place_of_space(data: bytes) -> str:
    """Return the first place with a space that breaks a rule, as far as it can be found."""
    try:
        spaces = msgspec.json.decode(data, type=_Spaces)
    except msgspec.DecodeError:
        return "$"
    for index, revision in enumerate(spaces.revisions):
        try:
            msgspec.json.decode(revision, type=Revision)
        except (TuiTuneError, msgspec.DecodeError):
            return f"$.revisions[{index}].space"
    return "$.draft"


def _damaged(path: Path, place: str, rule: str, found: object = None) -> SessionFileError:
    got = f", got {excerpt(found)}" if found is not None else ""
    return SessionFileError(f"Session file {shown(path)} is damaged at {place}: {rule}{got}.")
