"""Process groups: starting one, reading what it says, and ending it with all its descendants.

POSIX only. A trial's process leads a session and a group of its own, so that Ctrl+C in the terminal
doesn't reach it, and a signal to the group reaches whatever it forked. What left the group is found
by `descendants`.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from tuitune.executors.base import Job
from tuitune.executors.descendants import MARK, new_mark, signal_descendants
from tuitune.executors.logs import LOG_BYTES

MOST_ROUNDS = 20
"""How often descendants are looked for that were started while others were killed."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every process of a session is given."""

    files: Path | None
    """Folder of the trials' own folders `trial-17/`, which hold their log and checkpoints.

    None: trials have none, and what they print is lost.
    """
    seconds: float | None = None
    """Training time that a trial may take, waits for an answer left out; None: no limit."""
    memory_bytes: int | None = None
    """Private memory that each process may allocate (RLIMIT_DATA, Linux); None: no limit.

    An allocation beyond it fails, in Python with `MemoryError`. Unlike the resident size it can't
    be passed between two looks, and unlike RLIMIT_AS it doesn't count files, libraries and address
    space that is only reserved, of which CUDA takes more than there is memory.
    """
    log_bytes: int = LOG_BYTES
    """How large each log of a trial may grow; then its middle is left out."""
    gpus: tuple[str, ...] = ()
    """Devices to share out: worker i sees only number i, counted in a circle."""
    threads: int = 1
    """BLAS and OpenMP threads of each process where the person has set none: several workers with
    more would fight for cores."""

    def folder(self, trial: int) -> Path | None:
        """Return the folder of a trial; `checkpoints` in it is made and survives a retry.

        A number below 0 is that of a job of a finish.
        """
        if self.files is None:
            return None
        name = f"trial-{trial}" if trial > 0 else f"finish-{-trial}"
        folder = (self.files / name).resolve()
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        return folder

    def variables(self, job: Job) -> dict[str, str]:
        """Return the environment variables that tell a trainer about its trial."""
        variables = {
            "TUITUNE_TRIAL": str(job.trial),
            "TUITUNE_SEED": str(job.seed),
            "TUITUNE_EPOCHS": str(job.epochs),
        }
        if (folder := self.folder(job.trial)) is not None:
            variables["TUITUNE_CHECKPOINT_DIR"] = str(folder / "checkpoints")
        return variables

    def environment(self, slot: int) -> dict[str, str]:
        """Return the environment of worker `slot`, from 0."""
        variables = dict(os.environ)
        if not any(name in variables for name in THREAD_VARIABLES):
            variables |= dict.fromkeys(THREAD_VARIABLES, str(self.threads))
        # Else what a Python program prints arrives at its end, all at once.
        variables["PYTHONUNBUFFERED"] = "1"
        if self.gpus:
            variables["CUDA_VISIBLE_DEVICES"] = self.gpus[slot % len(self.gpus)]
        return variables


class Group:
    """A process and its descendants. When the process ends, what it left behind is killed."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        stdout: int,
        stderr: int,
        memory_bytes: int | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start it. Raises `OSError` where the program can't be started."""
        self._mark = new_mark()
        self._process = subprocess.Popen(
            _limited(argv, environment, memory_bytes),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env={**environment, MARK: self._mark},
            pass_fds=pass_fds,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.returncode = 0
        """Exit code, or minus the signal that ended it; valid once `wait` returned True."""
        self._lock = Lock()
        self._reaped = False
        self._ended = Event()
        self._readers: list[PipeReader] = []
        Thread(target=self._watch, name=f"group-{self.pid}", daemon=True).start()

    def reader(self, *fds: int) -> PipeReader:
        """Return a reader that ends with the process even if a descendant keeps pipes open."""
        reader = PipeReader(fds)
        with self._lock:
            if self._reaped:
                reader.finish()
            else:
                self._readers.append(reader)
        return reader

    def signal(self, number: int) -> None:
        """Send a signal to the process and all that it started; nothing happens after its end."""
        with self._lock:
            if not self._reaped:
                self._send(number)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came within `timeout` seconds."""
        return self._ended.wait(timeout)

    def _watch(self) -> None:
        if hasattr(os, "waitid"):
            # Not reaped yet, its number can't be given to another group: the kill hits its own.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()
        with self._lock:
            self._send(signal.SIGKILL)
            for _ in range(MOST_ROUNDS):  # One may have started another meanwhile.
                if not signal_descendants(self._mark, signal.SIGKILL, self.pid):
                    break
            self._process.wait()
            self._reaped = True
            self.returncode = self._process.returncode
            for reader in self._readers:
                reader.finish()
        self._ended.set()

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # Only its zombie is left.
            os.killpg(self.pid, number)
        signal_descendants(self._mark, number, self.pid)


class PipeReader:
    """The bytes of several pipes as they come, until all end or it is finished.

    What had arrived by then is read to the end.
    """

    def __init__(self, fds: Sequence[int]) -> None:
        """Own `fds`, the reading ends of the pipes."""
        for fd in fds:
            os.set_blocking(fd, False)
        self._fds = list(fds)
        self._wake_read, self._wake_write = os.pipe()

    def finish(self) -> None:
        """End the iteration after what is in the pipes now; may be called from any thread."""
        os.close(self._wake_write)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield which pipe, as the place of its descriptor, and what came. Closes the pipes."""
        poll = select.poll()
        for fd in (*self._fds, self._wake_read):
            poll.register(fd, select.POLLIN)
        left = dict(zip(self._fds, range(len(self._fds)), strict=True))
        finished = False
        try:
            while left:
                ready = list(left) if finished else [fd for fd, _ in poll.poll()]
                if self._wake_read in ready:
                    finished = True
                    continue
                for fd in ready:
                    try:
                        chunk = os.read(fd, 1 << 16)
                    except BlockingIOError:
                        chunk = b""
                        if not finished:
                            continue
                    if chunk:
                        yield left[fd], chunk
                    else:
                        poll.unregister(fd)
                        del left[fd]
        finally:
            for fd in (*self._fds, self._wake_read):
                os.close(fd)


def _limited(
    argv: Sequence[str], environment: Mapping[str, str], memory_bytes: int | None
) -> list[str]:
    """Return a program's arguments, with its memory limited before it begins; Linux only.

    Raises `FileNotFoundError` where there is no such program.
    """
    if memory_bytes is None or sys.platform != "linux":
        return list(argv)
    # A shell that becomes the program: what runs before the limit stands is not the program's.
    if shutil.which(argv[0], path=environment.get("PATH")) is None:
        raise FileNotFoundError(f"there is no program {argv[0]!r}")
    return ["/bin/sh", "-c", f'ulimit -d {memory_bytes // 1024} && exec "$@"', "sh", *argv]


def describe_exit(returncode: int) -> str:
    """Return how a process ended: `killed by signal 11 (SIGSEGV)`, `ended with exit code 3`."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        return f"killed by signal {-returncode}"
    hint = ", perhaps for want of memory" if name == "SIGKILL" else ""
    return f"killed by signal {-returncode} ({name}){hint}"


def read_tail(path: Path, start: int, limit: int = 4000) -> str:
    """Return the end of a log from byte `start` on, at most `limit` bytes of it."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(start if start <= size else 0, size - limit))
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return ""
