"""The curves pane: learning curves of the shown trials, and the book's figure.

Here belong the series and their chart. The drawing itself is `tui/plotting.py`. May import the
shared modules of `tui/` and what the trials pane says of a trial. Called by `frame/`; tests in
`tests/tui/`.
"""
