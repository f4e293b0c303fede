"""The frame: the tuning screen, its header, log, hints, and where each pane stands.

Here belongs what the panes have in common on one screen. May import every pane. Called by the app;
tests in `tests/tui/`.
"""
