"""A person's own function and programs, from `new` to the end of a round."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import venv
from pathlib import Path

import pytest

from tests.cli.support import Command, Outcome, start_program
from tuitune.engine import Engine, Quit, Run, StopTrial
from tuitune.model.events import EpochReported
from tuitune.model.trial import Limits, TrialState
from tuitune.store import SessionStore, read_session
from tuitune.trainers.spec import CommandSpec, FunctionSpec

FUNCTION = """
def train(params, *, epochs, seed):
    for epoch in range(epochs):
        yield {"val_acc": params["lr"] * epoch}

def hangs(params, *, epochs, seed):
    while True:
        yield None

def fails(params, *, epochs, seed):
    raise ValueError(f"no {epochs}")
"""

BASH = """
for epoch in 1 2 3; do echo "epoch $epoch val_acc=0.$epoch$1"; done
echo "$TUITUNE_PARAMS" > "$TUITUNE_CHECKPOINT_DIR/params"
"""

NODE = """
const lr = Number(process.argv[2]);
for (let e = 1; e <= 3; e++) console.log(JSON.stringify({loss: lr / e, note: "text"}));
"""

LR = ("--param", "lr=1e-5..1e-1 log")


def session(name: str = "own") -> Path:
    return Path(f"sessions/{name}.json")


def new(tuitune: Command, *arguments: str) -> Outcome:
    Path("train.py").write_text(FUNCTION)
    outcome = tuitune("new", "own", *LR, *arguments)
    assert outcome.code == 0, outcome.err
    return outcome


def test_a_function(tuitune: Command) -> None:
    made = new(tuitune, "--trainer", "train.py:train", "--epochs", "3", "--trial-memory", "2G")
    assert "function train.py:train, at most 2048 MiB a process; maximize val_acc" in made.out
    ran = tuitune("run", "own", "--trials", "3", "--workers", "2")
    assert (ran.code, ran.err) == (0, "")
    found = read_session(session())
    assert found.problem.trainer == FunctionSpec("train.py:train")
    assert found.problem.limits == Limits(memory_bytes=2 << 30)
    assert "train.py" in found.problem.pins
    assert [t.score for t in found.trials] == [t.params["lr"] * 2 for t in found.trials]


def test_a_changed_file_is_said_in_one_line(tuitune: Command) -> None:
    new(tuitune, "--trainer", "train.py:train", "--epochs", "1")
    assert tuitune("run", "own", "--trials", "1").err == ""
    Path("train.py").write_text(FUNCTION + "\n# changed\n")
    ran = tuitune("run", "own", "--trials", "1")
    assert ran.err == "tuitune: since the session began: train.py changed\n"
    assert read_session(session()).rounds[1].changed == ("train.py changed",)


def test_a_bash_script_with_a_pattern(tuitune: Command) -> None:
    Path("train.sh").write_text(BASH)
    new(tuitune, "--pattern", r"val_acc=(?P<val_acc>[\d.]+)", "--", "bash", "train.sh", "7")
    ran = tuitune("run", "own", "--trials", "2")
    assert (ran.code, ran.err) == (0, "")
    found = read_session(session())
    assert isinstance(found.problem.trainer, CommandSpec)
    assert found.trial(2).curve["val_acc"] == [0.17, 0.27, 0.37]
    assert '"lr"' in Path("sessions/own.files/trial-2/checkpoints/params").read_text()
    assert "epoch 3" in Path("sessions/own.files/trial-2/output.log").read_text()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_a_node_script_with_json_lines(tuitune: Command) -> None:
    Path("train.js").write_text(NODE)
    made = new(tuitune, "--metric", "loss", "--", "node", "train.js", "{lr}")
    assert "minimize loss" in made.out
    ran = tuitune("run", "own", "--trials", "2")
    assert (ran.code, ran.err) == (0, "")
    for trial in read_session(session()).trials:
        lr = trial.params["lr"]
        assert isinstance(lr, float)
        assert trial.curve == {"loss": [lr, lr / 2, lr / 3]}


def test_a_stopped_program_leaves_no_child(tuitune: Command, tmp_path: Path) -> None:
    Path("train.sh").write_text("sleep 600 & echo $! > child\necho '{\"val_acc\": 0.5}'\nwait\n")
    new(tuitune, "--", "bash", "train.sh")
    engine = Engine(SessionStore.open(session()))
    said = engine.subscribe()
    engine.send(Run(trials=1))
    engine.start()
    while not isinstance(said.get(timeout=30), EpochReported):
        pass
    engine.send(StopTrial(1))
    child = int(Path("child").read_text())
    while not engine.session.rounds[0].ended:
        said.get(timeout=30)
    engine.send(Quit())
    assert engine.join(30)
    trial = read_session(session()).trial(1)
    assert (trial.state, trial.reason) == (TrialState.STOPPED, "stopped by hand")
    assert ends(child)


def test_an_interrupted_run_leaves_no_process(tuitune: Command, tmp_path: Path) -> None:
    Path("train.sh").write_text("echo $$ > pid\necho '{\"val_acc\": 0.5}'\nexec sleep 600\n")
    new(tuitune, "--", "bash", "train.sh")
    program = start_program(tmp_path, "run", "own", "--trials", "1")
    deadline = time.monotonic() + 30
    while not read_session(session()).trials or not Path("pid").exists():
        assert time.monotonic() < deadline
        os.sched_yield()
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=30)
    assert program.returncode == 130
    assert ends(int(Path("pid").read_text()))
    assert read_session(session()).trial(1).state is TrialState.INTERRUPTED


def ends(pid: int) -> bool:
    """Whether a process is gone, or is so within seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        os.sched_yield()
    return False


def test_a_run_has_limits_of_its_own_and_any_number_of_failures(tuitune: Command) -> None:
    new(tuitune, "--trainer", "train.py:hangs")
    ran = tuitune(
        "run", "own", "--trials", "6", "--workers", "2", "--trial-seconds", "0.1",
        "--max-failures", "0",
    )  # fmt: skip
    assert ran.code == 1
    assert "none of 6 trials trained: took longer than the limit of 0.1 s" in ran.err


def test_the_program_at_the_end_knows_what_happened(tuitune: Command, tmp_path: Path) -> None:
    new(tuitune, "--trainer", "train.py:train", "--epochs", "2")
    hook = "sh -c 'env | grep TUITUNE_ > said; echo loud; exit 3'"
    ran = tuitune("run", "own", "--trials", "2", "--on-end", hook, "--json")
    assert ran.code == 0
    assert ran.json["ended"] == "finished"
    assert "the program of --on-end ended with exit code 3" in ran.err
    told = dict(line.split("=", 1) for line in Path("said").read_text().splitlines())
    best = read_session(session()).best
    assert best is not None
    assert told == {
        "TUITUNE_HOW": "finished", "TUITUNE_SESSION": "own", "TUITUNE_ROUND": "1",
        "TUITUNE_FILE": str(tmp_path / "sessions/own.json"),
        "TUITUNE_BEST_TRIAL": str(best.number), "TUITUNE_BEST_SCORE": repr(best.score),
    }  # fmt: skip


def test_the_breaker_is_an_end_too(tuitune: Command) -> None:
    new(tuitune, "--trainer", "train.py:fails")
    ran = tuitune("run", "own", "--on-end", "sh -c 'echo $TUITUNE_HOW > said'")
    assert ran.code == 1
    assert "3 trials failed with the same error: ValueError: no 50" in ran.err
    assert Path("said").read_text() == "paused\n"
    lines = ran.err.splitlines()
    assert lines[0] == "3 of 3 trials of round 1 failed, of one cause"
    assert lines[2].startswith("3 failed: ValueError: no 50")
    assert ran.err.count("Traceback") == 1


def test_budgets_belong_to_a_new_round(tuitune: Command) -> None:
    new(tuitune, "--trainer", "train.py:train", "--epochs", "2")
    ran = tuitune("run", "own", "--trials", "9", "--epochs-budget", "4", "--time", "1h")
    assert "round 1 out of budget: 2 trials" in ran.out
    record = read_session(session()).rounds[0]
    assert (record.epochs_budget, record.seconds_budget) == (4, 3600.0)
    assert tuitune("enqueue", "own", "lr=1").code == 0
    refused = tuitune("run", "own", "--time", "30m")
    assert "round 2 goes on with no time of its own: leave out --time" in refused.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("new x --trainer train.py --param lr=0..1", "named as file.py:function"),
        ("new x --trainer gone.py:train --param lr=0..1", "there is no '"),
        ("new x --trainer train.py:train", "needs the ranges of what is tuned"),
        ("new x --trainer train.py:train --param lr=0..1 -- sh", "a session has one trainer"),
        ("new x --pattern a", "--pattern reads what a command prints"),
        ("new x --param lr=0..1 --pattern a -- sh", "a group named after the metric 'val_acc'"),
        ("new x --param lr=0..1 -- no-such-program", "'no-such-program' is none that can be run"),
        ("new x --param lr=0..1 -- sh {wd}", "is one of lr, seed, epochs"),
        ("new x --param lr=0..1 -- sh {lr:yes}", "the form of a number or a flag"),
        ("new x --param lr=0..1 -- sh {template}", "add --template conf.yaml"),
        ("new x --param lr=0..1 --template train.py -- sh", "has none of lr"),
        ("new x --param lr=0..1 --template gone -- sh {template}", "can't be read: No such file"),
        ("new x --template train.py", "--template is a file that a command reads"),
        ("new x --python python3", "there is no function: add --trainer train.py:train"),
        ("new x --param lr=0..1 --python gone --trainer train.py:train", "'gone' can't be run"),
        ("new x --trial-seconds 5", "Limits and GPUs are for functions and programs"),
        ("new x --trial-seconds soon", "--trial-seconds takes a time, and not 'soon'"),
        ("new x --trial-seconds 0", "--trial-seconds takes a time"),
        ("new x --trial-memory 5", "takes a size of at least 16M, and not '5'"),
        ("new x --trial-memory 1K", "takes a size of at least 16M"),
        ("run x --gpus 0,", "--gpus takes devices with commas between"),
        ('run x --on-end "\'"', "--on-end takes a program and its arguments"),
        ("run x --time -5m", "--time"),
        ("run x --max-failures -1", "--max-failures takes a whole number of at least 0"),
    ],
)
def test_a_wrong_request_is_one_line(tuitune: Command, words: str, complaint: str) -> None:
    Path("train.py").write_text(FUNCTION)
    outcome = tuitune(*(word.strip('"') for word in words.split()))
    assert outcome.code == 2
    assert outcome.out == ""
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1
    assert not session("x").exists()


def test_a_trainer_that_is_not_there_is_refused_before_a_point_is_drawn(
    tuitune: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new(tuitune, "--trainer", "train.py:train")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    ran = tuitune("run", "../sessions/own.json", "--trials", "2")
    assert ran.code == 2
    assert "'train.py' is not in" in ran.err
    assert read_session(tmp_path / session()).trials == []


def test_the_counterpart_goes_by_its_own_name(tuitune: Command) -> None:
    Path("train.py").write_text(FUNCTION)
    Path("keras.py").write_text(
        "def train(params, *, epochs, seed):\n"
        "    yield {'loss': 0.2, 'val_loss': 0.3, 'accuracy': 0.9, 'val_accuracy': 0.8}\n"
    )
    for metric, partner, score in (("val_loss", "loss", 0.2), ("val_accuracy", "accuracy", 0.9)):
        made = tuitune(
            "new", metric, *LR, "--trainer", "keras.py:train", "--epochs", "1", "--metric", metric
        )
        assert made.code == 0, made.err
        assert tuitune("run", metric, "--trials", "2").code == 0
        found = read_session(session(metric))
        assert found.problem.train_metric == partner
        assert [trial.train_score for trial in found.trials] == [score, score]


def test_which_way_is_better_is_asked_where_the_name_does_not_tell(tuitune: Command) -> None:
    refused = tuitune("new", "x", *LR, "--metric", "val/quux", "--", "sh")
    assert refused.code == 2
    assert "--minimize or --maximize" in refused.err
    for option, direction in (("--minimize", "minimize"), ("--maximize", "maximize")):
        made = tuitune("new", direction, *LR, "--metric", "val/quux", option, "--json", "--", "sh")
        assert made.json["direction"] == direction


def test_a_template_is_filled_in_for_each_trial(tuitune: Command) -> None:
    Path("conf.yaml").write_text("lr: {lr}\nbraces: {a: 1}\n")
    script = "import sys; text = open(sys.argv[1]).read(); print('val_acc:', text.split()[1])"
    new(
        tuitune, "--template", "conf.yaml", "--epochs", "1",
        "--", sys.executable, "-c", script, "{template}",
    )  # fmt: skip
    ran = tuitune("run", "own", "--trials", "2")
    assert (ran.code, ran.err) == (0, "")
    for trial in read_session(session()).trials:
        assert trial.score == trial.params["lr"]
        copy = Path(f"sessions/own.files/trial-{trial.number}/conf.yaml")
        assert copy.read_text() == f"lr: {trial.params['lr']!r}\nbraces: {{a: 1}}\n"
    assert "conf.yaml" in read_session(session()).problem.pins


def test_flags_and_forms_reach_the_program(tuitune: Command) -> None:
    Path("train.sh").write_text('echo "val_acc: 0.$#"; echo "$@"\n')
    made = tuitune(
        "new", "own", "--param", "lr=0.1|0.25", "--param", "augment=true|false", "--epochs", "1",
        "--", "sh", "train.sh", "{lr:.3f}", "{augment:--augment}",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert "no argument holds" not in made.out
    assert tuitune("run", "own", "--trials", "4", "--sampler", "grid").code == 0
    for trial in read_session(session()).trials:
        words = [f"{trial.params['lr']:.3f}", *(["--augment"] if trial.params["augment"] else [])]
        printed = Path(f"sessions/own.files/trial-{trial.number}/output.log").read_text()
        assert printed.splitlines()[1] == " ".join(words)


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment that has nothing of TuiTune."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    return str(folder / "bin" / "python")


OTHER = """
import sys
try:
    import msgspec
    raise SystemExit("this is no environment of its own")
except ImportError:
    pass

def train(params, *, epochs, seed):
    print("training in", sys.prefix)
    for epoch in range(epochs):
        yield {"val_acc": params["lr"] * epoch if epoch else None, "loss": float(seed > 0)}

def number(params, *, epochs, seed):
    return float("nan")

def fails(params, *, epochs, seed):
    yield {"val_acc": "high"}
"""


def test_a_function_of_another_environment(tuitune: Command, other_python: str) -> None:
    Path("mine").mkdir()
    Path("mine/train-net.py").write_text(OTHER)
    made = tuitune(
        "new", "own", *LR, "--python", other_python, "--trainer", "mine/train-net.py:train",
        "--epochs", "3",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert f"function mine/train-net.py:train by {other_python}" in made.out
    ran = tuitune("run", "own", "--trials", "2", "--workers", "2")
    assert (ran.code, ran.err) == (0, "")
    for trial in read_session(session()).trials:
        lr = trial.params["lr"]
        assert isinstance(lr, float)
        assert trial.curve == {"val_acc": [None, lr, lr * 2], "loss": [1.0, 1.0, 1.0]}
    log = Path("sessions/own.files/trial-1/output.log").read_text()
    assert f"training in {Path(other_python).parents[1]}" in log


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("number", "diverged at epoch 1"), ("fails", "could not convert string to float: 'high'")],
)
def test_its_failures_are_told_as_others(
    name: str, complaint: str, tuitune: Command, other_python: str
) -> None:
    Path("train.py").write_text(OTHER)
    options = ("--python", other_python, "--trainer", f"train.py:{name}", "--epochs", "2")
    assert tuitune("new", "own", *LR, *options).code == 0
    tuitune("run", "own", "--trials", "1")
    assert complaint in read_session(session()).trial(1).reason


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import numpy\n", "install it there: {python} -m pip install numpy"),
        ("def other(): ...\n", "train.py has no function 'train'"),
        ("def train(lr): ...\n", "is called as train(params, epochs=50, seed=0)"),
        ("def train(:\n", "can't be loaded"),
    ],
)
def test_an_import_error_says_which_python_looked(
    source: str, complaint: str, tuitune: Command, other_python: str
) -> None:
    Path("train.py").write_text(source)
    options = ("--python", other_python, "--trainer", "train.py:train")
    refused = tuitune("new", "own", *LR, *options)
    assert refused.code == 2
    assert complaint.format(python=other_python) in refused.err
    assert not session().exists()


def test_an_import_error_of_ones_own_python_says_so_too(tuitune: Command) -> None:
    Path("train.py").write_text("import no_such_package\n")
    refused = tuitune("new", "own", *LR, "--trainer", "train.py:train")
    assert f"{sys.executable} looked for it: install no_such_package there" in refused.err
