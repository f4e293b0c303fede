"""The screens: the tuning screen with its panes, and what is laid over it for a moment.

A screen composes widgets, moves events to them and their wishes to the engine; it keeps no state of
the session. May import the widgets and what they may. Tests in `tests/tui/`.
"""
