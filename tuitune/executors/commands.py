"""Trials of any program: one process a trial, both of whose outputs are read as they come.

A program doesn't wait for the answer to a report, but the next report is only read after it; what
it prints meanwhile waits in the pipe, which holds 64 KiB on Linux.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, Timer
from time import perf_counter

from tuitune.errors import UsageError, quote
from tuitune.executors.base import Inbox, Job
from tuitune.executors.groups import Group, Surroundings, describe_exit
from tuitune.executors.logs import CappedLog
from tuitune.executors.supervisor import Running, Supervisor
from tuitune.trainers.base import Fault
from tuitune.trainers.final import VARIABLE as FINAL_VARIABLE
from tuitune.trainers.program import OutputReader
from tuitune.trainers.program.arguments import ArgumentTemplate, FileTemplate
from tuitune.trainers.program.reading.lines import Stream

STREAMS: tuple[Stream, ...] = ("out", "err")


LARGEST_TEMPLATE = 1 << 20
"""Bytes."""


def read_template(path: str, names: Iterable[str]) -> FileTemplate:
    """Return the template in a file. Raises `UsageError` where it can't be read or filled in."""
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            text = file.read(LARGEST_TEMPLATE + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(
            f"A template is a text file, and {quote(path, 80)} can't be read: {reason}. "
            "Write for example --template conf.yaml"
        ) from None
    if len(text) > LARGEST_TEMPLATE:
        raise UsageError(
            f"A template has at most {LARGEST_TEMPLATE >> 20} MiB, and {quote(path, 80)} has more: "
            "name the file that only the settings stand in."
        )
    return FileTemplate(text, names)


def filled_arguments(
    arguments: ArgumentTemplate,
    template: FileTemplate | None,
    copy: Path,
    job: Job,
    surroundings: Surroundings,
) -> tuple[list[str], dict[str, str]]:
    """Return the argument list of a job and the variables that tell its program about it.

    The files that they name are written: the parameters, and `copy`, the filled-in template.
    """
    variables = surroundings.variables(job)
    folder = Path(variables["TUITUNE_CHECKPOINT_DIR"]).parent
    params = json.dumps(dict(job.params))
    file = folder / "params.json"
    file.write_text(params + "\n", encoding="utf-8")
    values = {
        "seed": job.seed,
        "epochs": job.epochs,
        "trial": job.trial,
        "checkpoint_dir": variables["TUITUNE_CHECKPOINT_DIR"],
        "params_file": str(file),
        "final": job.final,
        **job.params,
    }
    if template is not None:
        copy.write_text(template.fill(values), encoding="utf-8")
        values.setdefault("template", str(copy))
    variables |= {"TUITUNE_PARAMS": params, "TUITUNE_PARAMS_FILE": str(file)}
    if job.final:
        variables[FINAL_VARIABLE] = "1"
    return arguments.fill(values), variables


class CommandExecutor(Supervisor):
    """Starts the program of an argument list with `{lr}` in it, once for each trial.

    To stop one, the group gets SIGTERM, and `close_seconds` later SIGKILL. A program learns of its
    trial by arguments and by the variables TUITUNE_PARAMS (JSON; also in the file
    TUITUNE_PARAMS_FILE), TUITUNE_SEED, TUITUNE_EPOCHS, TUITUNE_TRIAL and TUITUNE_CHECKPOINT_DIR.
    What it prints is kept in the trial's `output.log` and `errors.log`.
    """

    # Apart from the output, which is written here and later: the last error stands last.
    errors_name = "errors.log"
    close_seconds = 10.0

    def __init__(
        self,
        argv: Sequence[str],
        metric: str,
        names: Iterable[str],
        inbox: Inbox,
        workers: int,
        surroundings: Surroundings,
        make_reader: Callable[[], OutputReader],
        template: str | None = None,
    ) -> None:
        """`names` are those of the hyperparameters, tuned and fixed; a reader is made for each job.

        `template` is the path of a file of which each job gets a copy. Raises `UsageError` where
        `argv` or that can't be used.
        """
        names = tuple(names)
        self._arguments = ArgumentTemplate(argv, names)
        self._file = None if template is None else read_template(template, names)
        self._file_name = Path(template or "").name
        self._make_reader = make_reader
        self._metric = metric
        self._answers: dict[int, SimpleQueue[bool]] = {}
        self._timers: dict[int, Timer] = {}
        super().__init__(inbox, workers, surroundings)

    def _begin(self, running: Running) -> None:
        job = running.job
        argv, variables = filled_arguments(
            self._arguments,
            self._file,
            running.log.with_name(self._file_name or "template"),
            job,
            self.surroundings,
        )
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        try:
            running.group = Group(
                argv,
                environment=self.surroundings.environment(running.slot) | variables,
                stdout=out_write,
                stderr=err_write,
                memory_bytes=self.surroundings.memory_bytes,
            )
        except OSError:
            os.close(out_read)
            os.close(err_read)
            raise
        finally:
            os.close(out_write)
            os.close(err_write)
        self._answers[job.trial] = SimpleQueue()
        self.begin_clock(running)
        Thread(
            target=self._listen,
            args=[running, running.group, self._answers[job.trial], (out_read, err_read)],
            name=f"trial-{job.trial}",
            daemon=True,
        ).start()

    def _tell(self, running: Running, go_on: bool) -> None:
        trial, group = running.job.trial, running.group
        if not go_on and group is not None and trial not in self._timers:
            group.signal(signal.SIGTERM)
            timer = Timer(self.close_seconds, group.signal, [signal.SIGKILL])
            timer.daemon = True
            self._timers[trial] = timer
            timer.start()
        answers = self._answers.get(trial)
        if answers is not None:
            answers.put(go_on)

    def _kill(self, running: Running) -> None:
        super()._kill(running)
        answers = self._answers.get(running.job.trial)
        if answers is not None:
            answers.put(False)

    def _release(self) -> list[Group]:
        with self.lock:
            return [r.group for r in self._running.values() if r.group is not None]

    def _listen(
        self, running: Running, group: Group, answers: SimpleQueue[bool], fds: tuple[int, int]
    ) -> None:
        reader = self._make_reader()
        began = perf_counter()
        measured = False

        def pass_on(reports: Iterator[Mapping[str, float]]) -> None:
            nonlocal measured
            for report in reports:
                if running.stopping:
                    return
                measured = measured or self._metric in report
                # Missing is not the same as not finite: nothing was measured in that epoch.
                metrics: dict[str, object] = {self._metric: None, **report}
                self.report(running, metrics, perf_counter() - began, reader.partner)
                answers.get()

        limit = self.surroundings.log_bytes
        with CappedLog(running.log, limit) as out, CappedLog(running.errors, limit) as err:
            for which, chunk in group.reader(*fds):
                (out, err)[which].write(chunk)
                if not running.stopping:
                    pass_on(reader.feed(STREAMS[which], chunk))
        if not running.stopping:
            pass_on(reader.end())
        group.wait()
        timer = self._timers.pop(running.job.trial, None)
        if timer is not None:
            timer.cancel()
        self._answers.pop(running.job.trial, None)
        if running.stopping or running.limit_error or group.returncode:
            self.end_by_exit(running, group.returncode)
        else:
            nothing = "" if measured else reader.nothing_found()
            self.end(running, nothing, cause="no-score" if nothing else None)

    def _describe(self, returncode: int, tail: str) -> tuple[str, Fault]:
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        last = f": {lines[-1]}" if lines and returncode > 0 else ""
        was = "was " if returncode < 0 else ""
        reason = f"the program {was}{describe_exit(returncode)}{last}"
        return reason, "error" if returncode > 0 else "crashed"
