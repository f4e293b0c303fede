"""What we see: the app, its screens and widgets, keys and theme, and the pure parts they draw from.

Here belongs all that knows a terminal: numbers for people, series, charts, the filter language,
sort order, widgets. Nothing that trains, draws samples or decides. May import engine, session,
advice, space, trial, events and errors; textual, rich and plotext nowhere else (plotext in
`plotting.py` only). Called by `cli.py`; tests in `tests/tui/`.
"""
