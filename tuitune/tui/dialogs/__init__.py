"""What is laid over the screen for a moment: questions, pages, the session list, help, the palette.

May import the shared modules of `tui/`. Called by `frame/` and the app; tests in `tests/tui/`.
"""
