"""The ranges pane: a ribbon for each parameter, the draft, the scatter of one parameter.

Here belongs all that draws or changes the draft of the ranges. Committing it is a wish to the
screen. May import the shared modules of `tui/`. Called by `frame/`; tests in `tests/tui/`.
"""
