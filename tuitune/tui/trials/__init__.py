"""The trials pane: the table, its columns, order and filter, a trial in detail, trials compared.

Here belongs all that shows or picks trials. What is done to one is a wish to the screen. May import
the shared modules of `tui/`. Called by `frame/`; tests in `tests/tui/`.
"""
