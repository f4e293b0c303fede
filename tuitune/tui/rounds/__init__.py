"""The rounds pane: revisions, their rounds, and the way back to each.

May import the shared modules of `tui/`. Called by `frame/`; tests in `tests/tui/`.
"""
