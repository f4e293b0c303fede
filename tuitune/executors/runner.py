"""Trains one point with a Python function, in an environment that has nothing of TuiTune.

This file is all that it is handed: it needs Python 3.7 and the standard library. Run as
`ENV/bin/python runner.py TARGET METRIC`, it calls the function with what the variables
TUITUNE_PARAMS, TUITUNE_EPOCHS and TUITUNE_SEED say, and writes each report as a line
`tuitune {json}` to standard output. SIGTERM closes the generator at its next report. With `--check`
it only loads the function, and says what is wrong in one line of standard error.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import signal
import sys
from typing import Any, Iterator

MARK = "tuitune "
STOPPED = 143
WRONG = 2

_stopping: list[bool] = []


class Wrong(Exception):
    """The function can't be used; said in one sentence."""


def load(target: str) -> Any:
    """Return the function that `file.py:function` or `package.module:function` names."""
    place, _, name = target.rpartition(":")
    if place.endswith(".py"):
        path = os.path.abspath(os.path.expanduser(place))
        if not os.path.isfile(path):
            raise Wrong("there is no " + path)
        # As if it were run as a script: it imports its neighbours, and its children find it.
        sys.path.insert(0, os.path.dirname(path))
        module_name = os.path.basename(path)[:-3]
        if module_name in sys.modules:
            module_name = "tuitune_file_" + module_name
            spec = importlib.util.spec_from_file_location(module_name, path)
            module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            sys.modules[module_name] = module
            spec.loader.exec_module(module)  # type: ignore[union-attr]
    else:
        sys.path.insert(0, os.getcwd())
        module_name = place
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        missing = (getattr(error, "name", None) or "").split(".")[0]
        advice = " (install it there: %s -m pip install %s)" % (sys.executable, missing)
        raise Wrong(
            "%s can't be loaded by %s, Python %s: %s%s"
            % (place, sys.executable, sys.version.split()[0], error, advice if missing else "")
        ) from None
    except SyntaxError as error:
        raise Wrong(
            "%s can't be loaded: %s at line %s" % (place, error.msg, error.lineno)
        ) from None
    function = getattr(module, name, None)
    if not callable(function):
        raise Wrong("%s has no function %r" % (place, name))
    try:
        inspect.signature(function).bind({}, epochs=50, seed=0)
    except ValueError:
        pass  # A builtin that doesn't say; calling it will.
    except TypeError as error:
        raise Wrong(
            "%s is called as %s(params, epochs=50, seed=0): %s" % (target, name, error)
        ) from None
    return function


def reports_of(result: Any, metric: str) -> Iterator[Any]:
    """Yield the reports of what a function returned: a generator, a mapping, or a number."""
    if hasattr(result, "__next__"):
        try:
            yield from result
        finally:
            if hasattr(result, "close"):
                result.close()
    elif hasattr(result, "keys"):
        yield result
    else:
        yield {metric: result}


def numbers(report: Any) -> dict[str, float | None]:
    """Return a report with what JSON can write: None is not measured."""
    return {
        str(name): None if value is None else float(value) for name, value in dict(report).items()
    }


def main(arguments: list[str]) -> int:
    """Check or train; return the exit code."""
    check = arguments[:1] == ["--check"]
    target, metric = arguments[-2:]
    # The folder of this file is that of a package whose modules have common names.
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != own]
    try:
        function = load(target)
    except Wrong as error:
        sys.stderr.write("%s\n" % error)
        return WRONG
    if check:
        return 0
    signal.signal(signal.SIGTERM, lambda _number, _frame: _stopping.append(True))
    params = json.loads(os.environ["TUITUNE_PARAMS"])
    epochs, seed = int(os.environ["TUITUNE_EPOCHS"]), int(os.environ["TUITUNE_SEED"])
    reports = reports_of(function(params, epochs=epochs, seed=seed), metric)
    for report in reports:
        if report is not None:
            line = MARK + json.dumps(numbers(report)) + "\n"
            sys.stdout.flush()
            os.write(1, line.encode("ascii"))
        if _stopping:
            reports.close()  # type: ignore[attr-defined]
            return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
