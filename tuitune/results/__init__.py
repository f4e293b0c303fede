"""What remains: the report, the final values and files, exports, what failed, what trials printed.

Here belongs what turns a session into something that a person keeps. Nothing that changes a
session. May import advice, store, model and below. Called by the engine (at the end of a finish),
the screens and the commands; tests in `tests/results/`.
"""
