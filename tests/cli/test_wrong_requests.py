"""Every wrong request is one line on standard error that says what and how, and exit code 2."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.support import Command
from tuitune.cli import show

WRONG = [
    ("tpo tiny", "there is no command 'tpo': did you mean tuitune top?"),
    ("frobnicate", "there is no command 'frobnicate': known are open, new, import, set, run"),
    ("tiny", "there is no command 'tiny', but a session: tuitune open tiny"),
    ("--frobnicate", "has no option '--frobnicate'"),
    ("top", "top needs NAME, e.g. tuitune top first; see tuitune top --help"),
    ("top tiny extra", "unexpected extra argument (extra); see tuitune top --help"),
    ("top tiny -n 0", "-n takes a whole number of at least 1, and not '0': try -n 10"),
    ("top tiny --josn", "top has no option '--josn': did you mean --json?"),
    ("top tiny --json=3", "option '--json' does not take a value"),
    ("show tinny", "There is no session 'tinny' in 'sessions'; there is 'tiny'"),
    ("show tiny --dir elsewhere", "'tuitune new' makes one"),
    ("open tinny", "There is no session 'tinny'"),
    ("export tiny --format xml", "--format: 'xml' is not one of 'csv', 'jsonl'"),
    ("run", "run needs NAME"),
    ("run tiny --trials many", "--trials takes a whole number from 1 to 1000000, and not 'many'"),
    ("run tiny --trials -3", "--trials takes a whole number from 1 to 1000000, and not '-3'"),
    ("run tiny --trials", "--trials"),
    ("run tiny --workers 0", "try --workers 2"),
    ("run tiny --workers 257", "--workers takes a whole number from 1 to 256, and not '257'"),
    ("run tiny --sampler dice", "not 'dice'. Write for example"),
    ("run tiny --pruner shears", "'shears'. Write for example"),
    ("new", "new needs NAME"),
    ("new tiny", "exists already"),
    ("new .hidden", "A session's name is 1 to 100 letters"),
    ("new x --param lr", "unlike 'lr'; write lr=1e-6..1e-2 log"),
    ("new x --param lr=1e-2..1e-6", "lr: a range goes up, not from 0.01 to 1e-6"),
    ("new x --param lr=0..1e-2\\ log", "lr: a log range starts above 0"),
    ("new x --param lr=1e-3..1 --param lr=1e-4..1", "--param names each parameter once"),
    ("new x --param learning_rate=1e-3..1", "the network has no parameter 'learning_rate'"),
    ("new x --param dropout=0..1", "dropout must be 0 or more and below 1, and not"),
    ("new x --param 'optimizer=sgd|adm'", "optimizer must be one of"),
    ("new x --set optimizer", "--set takes NAME=VALUE, and not 'optimizer'"),
    ("new x --set optimiser=adam", "did you mean optimizer?"),
    ("new x --set width=0", "width must be a whole number"),
    ("new x --set lr=0.1 --param lr=1e-3..1", "tuned or fixed, and lr is given as both"),
    ("new x --set lr=0.1 --set weight_decay=0", "a space has at least one parameter"),
    ("new x --epochs 0", "--epochs takes a whole number of at least 1"),
    ("new x --seed -1", "--seed takes a whole number of at least 0"),
    ("new x --train-size 60001", "train_size must be between 2 and 60000"),
    ("new x --validation 1", "validation must be a share between 0 and 1"),
    ("new x --validation half", "--validation is a share between 0 and 1, and not 'half'"),
    ("new x --metric accuracy", "the network reports val_acc, val_loss, train_acc, loss"),
    ("new x --target kind", "--target is about a table of your own, and there is none: add --data"),
    ("new x --test 0.3", "--test is about a table of your own"),
    ("new x --data gone.csv", "there is no file 'gone.csv': paths are relative to"),
    ("new x --data sessions", "'sessions' is no file: give a CSV file, or an NPZ file"),
    ("new x --data sessions/tiny.json --target x", "'sessions/tiny.json' "),
    ("new x --data t.csv --trainer a.py:f", "--data is for the built-in network, and a trainer of"),
    ("new x --exclude a --param lr=1..2 -- ls", "--exclude is for the built-in network"),
    ("new x --data t.csv --task guess", "--task: 'guess' is not one of 'classification'"),
    ("new x --data t.csv --test some", "--test is a share between 0 and 1, and not 'some'"),
    ("set tiny", "set needs what is to change: tuitune set tiny --epochs 100"),
    ("set tiny --epochs 0", "--epochs takes a whole number from 1 to 1000000000, and not '0'"),
    ("set tiny --epochs 2", "Nothing is changed: a trial trains 2 epochs"),
    ("enqueue tiny --best 3", "No trial is done yet"),
    ("enqueue tiny --best 3 lr=0.1", "--best takes no values"),
    ("advise tiny lrr", "lrr"),
    ("narrow tiny", "narrow needs a range, or --auto"),
    ("narrow tiny --bold lr=x2", "--bold goes with --auto: tuitune narrow tiny --auto --bold"),
    ("narrow tiny lr", "unlike 'lr'; write lr=1e-6..1e-2 log"),
    ("narrow tiny lr=fast", "lr: a range takes new bounds, one value, a factor or ~"),
    ("narrow tiny lr=5..1", "lr: a range goes up, not from 5 to 1; write"),
    ("narrow tiny lr=~", "nothing differs from revision 1"),
    ("narrow tiny momentum=0.9", "'momentum' is none of them"),
    ("narrow tiny lr=x2 lr=/2", "lr is entered twice"),
    ("narrow tiny weight_decay=-1", "a value on a log scale is above 0"),
    ("undo tiny", "nothing to undo"),
    ("redo tiny", "nothing to redo"),
    ("bench dancing", "there is no figure 'dancing': known are trial"),
]


@pytest.mark.parametrize(("request_text", "message"), WRONG, ids=[text for text, _ in WRONG])
def test_one_line_says_what_is_wrong(tuitune: Command, request_text: str, message: str) -> None:
    assert tuitune("new", "tiny", "--epochs", "2", "--train-size", "50").code == 0
    outcome = tuitune(*shlex.split(request_text))
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err
    assert outcome.err.startswith("tuitune: ")
    assert outcome.err.count("\n") == 1
    for word in ("Usage:", "Traceback", "Error:"):
        assert word not in outcome.err


def test_wrong_requests_leave_nothing_behind(tuitune: Command) -> None:
    tuitune("new", "tiny", "--param", "dropout=0..1")
    assert tuitune("show", "tiny").code == 2


def test_what_the_user_typed_cannot_steer_the_terminal(tuitune: Command) -> None:
    outcome = tuitune("top\x1b[2J\x07")
    assert outcome.code == 2
    assert "\x1b" not in outcome.err
    assert "\x07" not in outcome.err


def test_a_damaged_session_is_named_with_its_place(tuitune: Command) -> None:
    assert tuitune("new", "tiny").code == 0
    Path("sessions/tiny.json").write_text("{broken", encoding="utf-8")
    for verb in ("show", "top", "export", "run", "undo"):
        outcome = tuitune(verb, "tiny")
        assert outcome.code == 2
        assert "tiny.json" in outcome.err
        assert outcome.err.count("\n") == 1


def test_an_error_of_our_own_is_a_line_and_a_file(
    tuitune: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(path: Path) -> None:
        raise RuntimeError("a bug\nof ours")

    monkeypatch.setattr(show, "read_session", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = tuitune("show", "tiny")
    assert outcome.code == 1
    assert outcome.err.count("\n") == 1
    assert "RuntimeError: a bug of ours; the traceback is in " in outcome.err
    kept = Path(outcome.err.strip().rpartition(" ")[2])
    assert kept.parent == tmp_path
    assert "in fail" in kept.read_text(encoding="utf-8")
