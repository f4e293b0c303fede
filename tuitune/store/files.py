"""The files of one session on the disk: their names, reading whole, replacing atomically.

A session `book` is `book.json` (the snapshot), `book.journal.jsonl` (what happened since) and
`book.lock`. Every refusal of the system becomes one sentence here.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tuitune.errors import SessionError, SessionFileError, StorageError, quote

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_SHOWN_CHARACTERS = 200
"""How much of a path or of a message from elsewhere an error repeats."""

SAVING_GOES_ON = "what was saved before is kept, and saving goes on as soon as the disk takes it"
"""How the refusal of a session's own file ends."""

_RESULT = ".final"
"""Ends the names of the files that hold what a finish came to."""

Signature = tuple[int, int, int]
"""Inode, size in bytes and time of change in ns: what tells one state of a file from another."""


def session_path(name: str, directory: Path) -> Path:
    """Return the file of session `name` in `directory`, or of a path (it ends in .json or has a /).

    Raises `SessionError` for a name that no session can have.
    """
    if name.removesuffix(".json").endswith(_RESULT):
        raise SessionError(
            f"A session's name doesn't end in '{_RESULT}', as {quote(name)} does: such a file "
            "holds what a finish came to; try 'book-2'."
        )
    if "/" in name or os.sep in name or name.endswith(".json"):
        path = Path(name)
        return path if path.suffix == ".json" else path.with_name(path.name + ".json")
    if not _NAME.fullmatch(name):
        raise SessionError(
            "A session's name is 1 to 100 letters, digits, '.', '_' or '-' and doesn't begin with "
            f"'.' or '-'; {quote(name)} is not; try 'book-2', or a path such as './book-2.json'."
        )
    return directory / f"{name}.json"


def is_session(path: Path) -> bool:
    """Whether a file's name is that of a session's snapshot."""
    return path.suffix == ".json" and not path.stem.endswith(_RESULT)


def result_path(path: Path, suffix: str) -> Path:
    """Return the file beside the snapshot `path` that holds a finish's result, e.g. as `.npz`."""
    return path.with_name(f"{path.stem}{_RESULT}{suffix}")


def report_path(path: Path) -> Path:
    """Return the Markdown report beside the snapshot `path`."""
    return path.with_name(f"{path.stem}.report.md")


def real(path: Path) -> Path:
    """Return the file that a symbolic link stands for, so that its journal and lock are found."""
    return path.resolve() if path.is_symlink() else path


def journal_path(path: Path) -> Path:
    """Return the journal that belongs to the snapshot `path`."""
    return path.with_name(f"{path.stem}.journal.jsonl")


def files_of(path: Path) -> Path:
    """Return the folder of the trials of the session in the file `path`."""
    return path.with_suffix(".files")


def lock_path(path: Path) -> Path:
    """Return the lock file that belongs to the snapshot `path`."""
    return path.with_name(f"{path.stem}.lock")


def shown(path: Path) -> str:
    """Return a path as error messages name it: plain, in quotes."""
    return quote(str(path), _SHOWN_CHARACTERS)


def signature(path: Path) -> Signature | None:
    """Return what identifies the file's present state; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def check_exists(path: Path) -> None:
    """Raise a `SessionError` with the near names where `path` is no file that can be a session."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SessionError(_missing(path)) from None
    except OSError as error:
        raise SessionFileError(f"Session file {shown(path)} can't be read: {why(error)}.") from None
    if stat.S_ISDIR(mode):
        raise SessionFileError(
            f"Session file {shown(path)} is a directory; expected a file that TuiTune wrote."
        )
    if not stat.S_ISREG(mode):
        raise SessionFileError(
            f"Session file {shown(path)} is not a regular file; expected one that TuiTune wrote."
        )


def check_absent(path: Path) -> None:
    """Raise a `SessionError` where there is a file at `path` already."""
    if path.exists():
        raise SessionError(
            f"Session file {shown(path)} exists already; open that session, or choose another name."
        )


def read_file(path: Path) -> bytes:
    """Return the content of a session's file. Raises `SessionError` where it can't be read."""
    check_exists(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SessionError(_missing(path)) from None
    except OSError as error:
        raise SessionFileError(f"Session file {shown(path)} can't be read: {why(error)}.") from None


def check_writable(path: Path) -> None:
    """Raise a `SessionError` where the session or its folder is read-only for this user."""
    blocked = next((p for p in (path, path.parent) if not os.access(p, os.W_OK)), None)
    if blocked is not None:
        raise read_only(path, blocked)


def read_only(path: Path, blocked: Path) -> SessionError:
    """Return the error that says that nothing can be written because of `blocked`."""
    what = "its file" if blocked == path else f"its folder {shown(blocked)}"
    return SessionError(
        f"Session {quote(path.stem)} can't be written ({what} is read-only); it can be looked at, "
        "or copied to a folder of your own to go on with it."
    )


def follow_mode(descriptor: int, session: Path) -> None:
    """Give a file that belongs to a session the session's mode: who can't read one, neither other.

    One that is somebody else's keeps its own.
    """
    with suppress(OSError):
        os.fchmod(descriptor, stat.S_IMODE(session.stat().st_mode) & 0o666)


def make_files_folder(session: Path) -> Path:
    """Make the folder of a session's trials; only who can read the session can look into it.

    Where the system refuses, whoever writes in it finds out.
    """
    folder = files_of(session)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(session.stat().st_mode) & 0o666
        found = stat.S_IMODE(folder.stat().st_mode)
        wanted = mode | (mode & 0o444) >> 2 | found & 0o7000
        if found != wanted:
            folder.chmod(wanted)
    return folder


def replace_file(
    path: Path, chunks: Iterable[bytes], hope: str = SAVING_GOES_ON, like: Path | None = None
) -> int:
    """Write a file so that after any crash it is either wholly the old one or wholly the new one.

    It keeps its mode; a new one takes that of the session `like`, or what the user's mask leaves.
    Returns its size in bytes. Raises `StorageError`, which ends with `hope`, and leaves the old
    file untouched, where the disk refuses.
    """
    temporary = path.with_name(path.name + ".tmp")
    size = 0
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            try:
                os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
            except FileNotFoundError:
                if like is not None:
                    follow_mode(descriptor, like)
            for chunk in chunks:
                size += write_all(descriptor, chunk)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise storage_error(path, error, hope) from None
        raise
    return size


def write_all(descriptor: int, data: bytes) -> int:
    """Write every byte of `data`; returns how many. Raises `OSError`."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])
    return written


def sync_folder(folder: Path) -> None:
    """Make names that were created or replaced in `folder` outlast a power cut."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        return  # a folder that may be written but not listed
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems have no fsync for folders.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def storage_error(path: Path, error: OSError, hope: str = SAVING_GOES_ON) -> StorageError:
    """Return the error that says that the disk refused to save `path`, and why."""
    return StorageError(f"{shown(path)} can't be saved: {why(error)}; {hope}.")


def why(error: OSError) -> str:
    """Return the system's reason in a few plain words."""
    if error.errno is None:
        return "the system refused"
    return _REASONS.get(error.errno) or os.strerror(error.errno).lower()


def excerpt(error: object) -> str:
    """Return another library's message as one plain line of bounded length."""
    return quote(str(error), _SHOWN_CHARACTERS)[1:-1]


def _missing(path: Path) -> str:
    folder = path.parent
    try:
        names = sorted(p.stem for p in folder.iterdir() if is_session(p))
    except OSError:
        names = []
    near = difflib.get_close_matches(path.stem, names, n=3, cutoff=0.5) or names[:3]
    where = f"There is no session {quote(path.stem)} in {shown(folder)}"
    if not near:
        return f"{where}; 'tuitune new' makes one."
    return f"{where}; there is {', '.join(quote(name) for name in near)}."


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.EIO: "the disk reports an input/output error",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "its folder is gone",
    errno.ESTALE: "the network file system lost it",
}
