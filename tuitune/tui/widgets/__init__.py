"""The panes: each a widget in a file of its own, with its `.tcss` beside it.

Here belongs what turns a session into lines of a pane and keys into messages. No numbers are
worked out here (that is done by the pure modules of `tui/`), nothing is kept that the session
knows. May import the pure modules of `tui/`, session and trial. Called by `tui/screens/`; tests
in `tests/tui/`.
"""
