"""A bell that wakes a thread which polls descriptors."""

from __future__ import annotations

import os
from contextlib import suppress


class Bell:
    """Rung from any thread or signal handler; `fd` can be read from once it was rung.

    Its descriptors are closed when nobody refers to it any more, and not before: a late ring must
    not hit a descriptor that has become somebody else's.
    """

    def __init__(self) -> None:
        self.fd, self._write_fd = os.pipe()
        for fd in (self.fd, self._write_fd):
            os.set_blocking(fd, False)

    def ring(self) -> None:
        """Wake the thread that polls; many rings count as one."""
        with suppress(BlockingIOError):
            os.write(self._write_fd, b".")

    def silence(self) -> None:
        """Let the next poll wait again."""
        with suppress(BlockingIOError):
            os.read(self.fd, 1 << 12)

    def __del__(self) -> None:
        for fd in (self.fd, self._write_fd):
            os.close(fd)
