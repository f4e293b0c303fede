"""The colours: two themes of our own beside Textual's; everything else uses their variables."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="tuitune-dark",
    primary="#5fafff",
    secondary="#87afaf",
    accent="#ffaf5f",
    success="#87d787",
    warning="#ffd75f",
    error="#ff8787",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    dark=True,
)
"""Made of the 256-colour palette, so that it looks the same where SSH carries no more."""

LIGHT = Theme(
    name="tuitune-light",
    primary="#005faf",
    secondary="#5f8787",
    accent="#af5f00",
    success="#008700",
    warning="#875f00",
    error="#af0000",
    foreground="#262626",
    background="#ffffff",
    surface="#f5f5f5",
    panel="#dadada",
    dark=False,
)

THEMES = (DARK, LIGHT)
