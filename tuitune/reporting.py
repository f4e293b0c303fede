"""What a person's script says to TuiTune: `report(val_acc=0.81)`, anywhere in it.

This file needs the standard library of Python 3.7 alone and nothing else of this package, so that
it can also be copied beside a script; and nothing of this package imports it. Outside of TuiTune,
where the variable TUITUNE_TRIAL is not set, a report does nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, Mapping  # noqa: UP035 - as Python 3.7 has it

MARK = "tuitune "
"""Begins the line of a report on standard output."""

STOPPED_EXIT_CODE = 143
"""What a program ends with that a SIGTERM stopped."""


class Stop(SystemExit):
    """The trial is to end; raised by `report`, and a script that lets it pass ends quietly.

    Not an `Exception`, so that a script which goes on after any error does not go on after this.
    """

    def __init__(self) -> None:
        super().__init__(STOPPED_EXIT_CODE)


_stop_asked = threading.Event()
_state = {"listening": False}


def report(metrics: Mapping[str, Any] | None = None, **more: Any) -> None:
    """Report the numbers of one epoch: `report(val_acc=0.81)` or `report({"val/acc": 0.81})`.

    Anything that `float` takes is a number, a tensor of one element too. Raises `Stop` where the
    trial is to end, and `TypeError` for what is no number. Of several processes that train one
    model (RANK is set) only the first one reports.
    """
    if "TUITUNE_TRIAL" not in os.environ:
        return
    _listen()
    if os.environ.get("RANK", "0") in ("", "0"):
        _pass_on({str(name): _number(name, value) for name, value in _pairs(metrics, more)})
    if _stop_asked.is_set():
        raise Stop


def _pairs(metrics: Mapping[str, Any] | None, more: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [*(metrics or {}).items(), *more.items()]


def _number(name: object, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"report takes numbers, and {name} is {value!r}") from None


def _pass_on(metrics: dict[str, float]) -> None:
    # A worker of TuiTune that runs a function takes the report itself, and waits for the answer.
    receive = getattr(sys.modules.get("__main__"), "receive_report", None)
    if receive is not None:
        if not receive(metrics):
            raise Stop
        return
    line = (MARK + json.dumps(metrics) + "\n").encode("ascii")
    # Past whatever stands in for `sys.stdout` just now, in one write: two threads mix no lines.
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()  # type: ignore[union-attr]
        except (AttributeError, OSError, ValueError):
            continue
    while line:
        line = line[os.write(1, line) :]


def _listen() -> None:
    """From the first report on a SIGTERM is kept for the next one; before, it ends the script."""
    if _state["listening"] or threading.current_thread() is not threading.main_thread():
        return
    _state["listening"] = True
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda _number, _frame: _stop_asked.set())
