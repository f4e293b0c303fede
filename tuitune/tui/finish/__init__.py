"""The finish: the race of the contenders, the choice, and what came of it.

May import the shared modules of `tui/`. Called by `frame/`; tests in `tests/tui/`.
"""
