"""Every key of the app, once: bindings, footer, help and the README are made from this.

A binding's id is what a person's own key file names (`keys.toml` in the configuration folder); its
description stands in the footer, its tooltip in the help.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from textual.binding import Binding

from tuitune.errors import UsageError, quote


def _key(
    name: str,
    keys: str,
    action: str,
    description: str,
    tooltip: str,
    *,
    shown: bool = False,
    display: str = "",
) -> Binding:
    """`display` is what the footer shows in place of the first of `keys`."""
    return Binding(
        keys,
        action,
        description,
        show=shown,
        tooltip=tooltip,
        id=name,
        key_display=display or display_keys(keys.split(",")[0]),
    )


def display_keys(keys: str) -> str:
    """Return how a binding's keys are written: `^r` for ctrl+r, `[` for left_square_bracket."""
    names = {
        "left_square_bracket": "[", "right_square_bracket": "]", "backslash": "\\",
        "comma": ",", "full_stop": ".", "equals_sign": "=", "question_mark": "?",
        "colon": ":", "slash": "/", "number_sign": "#", "plus": "+", "minus": "-", "tilde": "~",
        "exclamation_mark": "!",
        "left": "←", "right": "→", "up": "↑", "down": "↓", "escape": "esc", "f1": "F1",
    }  # fmt: skip
    shown = []
    for key in keys.split(","):
        text = names.get(key, key)
        shown.append(text.replace("ctrl+", "^"))
    return " ".join(shown)


EVERYWHERE = [
    _key("run", "space", "run_or_pause", "run/pause", "Run the round, or pause it", shown=True),
    _key("commit", "R", "commit_and_run", "commit, run",
         "Commit the draft as a revision and run the next round", shown=True),
    _key("undo", "u", "undo", "undo", "Undo: draft steps first, then revisions", shown=True),
    _key("redo", "ctrl+r", "redo", "redo", "Redo what was undone"),
    _key("pane-1", "1", "show_pane('ranges')", "ranges", "Go to the ranges"),
    _key("pane-2", "2", "show_pane('trials')", "trials", "Go to the trials"),
    _key("pane-3", "3", "show_pane('curves')", "curves", "Go to the curves"),
    _key("pane-4", "4", "show_pane('rounds')", "rounds", "Go to the rounds"),
    _key("pane-5", "5", "show_pane('detail')", "detail", "Go to the selected trial"),
    _key("next-pane", "tab", "next_pane", "pane", "Next pane", shown=True),
    _key("previous-pane", "shift+tab", "previous_pane", "pane back", "Previous pane"),
    _key("zoom", "z", "zoom", "zoom", "Give the pane the whole screen, and back", shown=True),
    _key("back", "escape", "back", "back", "Leave the zoom, the filter or the entry"),
    _key("help", "question_mark,f1", "help", "keys", "What the signs mean, the keys of this pane",
         shown=True),
    _key("palette", "colon,ctrl+p", "app.command_palette", "all",
         "Every verb by name, and `go to trial 118`"),
    _key("advice", "a", "advice", "advice", "Everything that the trials say, with numbers",
         shown=True),
    _key("act", "A", "act", "do it", "Do what the trials advise: other epochs, the best once more"),
    _key("failures", "exclamation_mark", "failures", "failures",
         "The failed trials of the last round by cause, with their tracebacks"),
    _key("finish", "E", "finish", "finish",
         "Race the best on new seeds, choose, retrain, test once"),
    _key("sessions", "o", "sessions", "sessions", "Open another session"),
    _key("export", "e", "export", "export", "Write the trials as CSV and the curves as JSON lines"),
    _key("copy", "y", "copy_values", "copy",
         "Copy the values to use: of the finish's choice, else of the selected trial"),
    _key("copy-trial", "Y", "copy_trial", "copy all",
         "Copy the selected trial as JSON with its curve, and to a file"),
    _key("workers", "W", "workers", "workers", "How many trials run at once"),
    _key("events", "M", "events", "events", "Everything that happened, with its time"),
    _key("quit", "q,ctrl+q", "quit_app", "quit", "Quit; everything is saved", shown=True),
    _key("leave", "D", "leave_running", "leave",
         "Leave the screen: what runs goes on, tuitune open comes back"),
    _key("suspend", "ctrl+z", "app.suspend_process", "suspend", "To the shell; `fg` comes back"),
]  # fmt: skip

RANGES = [
    _key("parameter-down", "j,down", "next_parameter", "parameter", "Next parameter"),
    _key("parameter-up", "k,up", "previous_parameter", "parameter up", "Previous parameter"),
    _key("move-down", "h,left", "move_down", "move", "Move the handle down by 0.1 decade",
         shown=True, display="h l"),
    _key("move-up", "l,right", "move_up", "move up", "Move the handle up by 0.1 decade"),
    _key("low-handle", "left_square_bracket", "pick_handle('low')", "end", "The low handle",
         shown=True, display="[ ]"),
    _key("high-handle", "right_square_bracket", "pick_handle('high')", "high end",
         "The high handle"),
    _key("both-handles", "backslash", "pick_handle('both')", "both ends",
         "Both handles: slide the window"),
    _key("move-down-fine", "comma", "move_down_fine", "fine", "Down by 0.02 decade"),
    _key("move-up-fine", "full_stop", "move_up_fine", "fine up", "Up by 0.02 decade"),
    _key("move-down-coarse", "H", "move_down_coarse", "coarse", "Down by a decade"),
    _key("move-up-coarse", "L", "move_up_coarse", "coarse up", "Up by a decade"),
    _key("exact", "equals_sign", "exact_entry", "type",
         "Type 3e-4..2e-2, 3e-4 (stays there), x2, /10 or ~ (as it was)", shown=True),
    _key("type-end", "enter", "end_entry", "type the end",
         "Type the value of the end that the keys move"),
    _key("take", "n", "take_proposal", "narrow", "Take the proposal for this parameter",
         shown=True),
    _key("take-all", "N", "take_all_proposals", "narrow all", "Take the proposals for all"),
    _key("bold", "b", "toggle_bold", "bold", "The bold proposal, or the careful one"),
    _key("widen", "w", "widen", "widen", "Widen on the side where the best trials lie"),
    _key("freeze", "f", "toggle_frozen", "freeze",
         "Freeze at the selected trial's value, or free"),
    _key("reset", "r", "reset_parameter", "reset", "Back to the revision's range"),
    _key("centre", "c", "centre", "centre",
         "Centre on the selected trial, half a decade either side"),
    _key("option", "t", "toggle_option", "on/off", "Switch the choice under the cursor on or off"),
    _key("point", "p", "point", "point",
         "Zoomed: point into the scatter; [ and ] put the ends at its cursor"),
    _key("commit-draft", "C", "commit", "commit", "Commit the draft as a revision; nothing runs"),
]  # fmt: skip

SCATTER = [
    _key("cursor-left", "h,left", "step(-1)", "cursor", "The cursor to the left", shown=True,
         display="h l"),
    _key("cursor-right", "l,right", "step(1)", "cursor right", "The cursor to the right"),
    _key("cursor-left-coarse", "H", "step_coarse(-1)", "left by ten", "The same by ten cells"),
    _key("cursor-right-coarse", "L", "step_coarse(1)", "right by ten", "The same by ten cells"),
    _key("put-low", "left_square_bracket", "put('low')", "low/high end here",
         "Put the low end of the range at the cursor", shown=True, display="[ ]"),
    _key("put-high", "right_square_bracket", "put('high')", "high end here",
         "Put the high end of the range at the cursor"),
    _key("leave-scatter", "escape,p", "leave", "ranges", "Back to the ranges", shown=True),
]  # fmt: skip

TRIALS = [
    _key("trial-down", "j,down", "cursor_down", "down", "Next trial"),
    _key("trial-up", "k,up", "cursor_up", "up", "Previous trial"),
    _key("trial-top", "g,home", "cursor_top", "top", "First trial"),
    _key("trial-bottom", "G,end", "cursor_bottom", "bottom", "Last trial"),
    _key("half-down", "ctrl+d,pagedown", "half_page_down", "half page", "Half a page down"),
    _key("half-up", "ctrl+u,pageup", "half_page_up", "half page up", "Half a page up"),
    _key("columns-left", "h,left", "scroll_columns_left", "columns", "Columns to the left"),
    _key("columns-right", "l,right", "scroll_columns_right", "columns right",
         "Columns to the right"),
    _key("sort", "s", "sort_next", "sort", "Sort by the next column", shown=True),
    _key("sort-reverse", "S", "sort_reverse", "reverse", "Turn the order round"),
    _key("filter", "slash", "filter", "filter",
         "Filter: lr<1e-3 val>.7 state=done round=2 #pin", shown=True),
    _key("pin", "p", "screen.toggle_pin", "pin", "Keep this trial's curve in the chart",
         shown=True),
    _key("note", "number_sign", "screen.note", "note", "Write a note on this trial"),
    _key("tags", "t", "screen.tags", "tags", "Write its tags: words, which tag:word filters by"),
    _key("mark", "m", "toggle_mark", "mark", "Mark this trial to compare it"),
    _key("compare", "C", "compare", "compare",
         "What differs between the marked trials, and their curves"),
    _key("open", "enter", "open_trial", "detail", "All numbers, curve, seed, error", shown=True),
    _key("stop", "x", "screen.stop_trial", "stop", "Stop this trial; what it reported is kept"),
    _key("kill", "X", "screen.kill_trial", "kill", "Kill this trial, also one that hangs"),
    _key("retry", "T", "screen.retry_trial", "retry",
         "Train it again: one that failed, or that the pruner gave up"),
    _key("extend", "plus", "screen.extend_trial", "extend", "Train it for more epochs"),
    _key("clone", "c", "screen.clone_trial", "clone", "Train a copy with other values"),
    _key("enqueue", "i", "screen.enqueue_point", "own point", "Train a point of your own"),
    _key("best", "B", "go_to_best", "best", "Go to the best trial"),
    _key("follow", "F", "follow_newest", "follow", "Follow the newest trial"),
]  # fmt: skip

CURVES = [
    _key("which", "v", "cycle_sides", "val/train", "Validation, training or both", shown=True),
    _key("metric", "m", "cycle_metric", "metric", "Next metric", shown=True),
    _key("more-curves", "plus", "more_curves", "curves", "One curve more", shown=True,
         display="+ -"),
    _key("fewer-curves", "minus", "fewer_curves", "fewer", "One curve fewer"),
    _key("smooth", "tilde", "toggle_smoothing", "smooth", "Smooth the curves", shown=True),
    _key("figure", "g", "toggle_figure", "figure",
         "The book's figure: the best 20, a panel each; again for the common chart", shown=True),
    _key("figure-next", "n,pagedown", "next_page", "page", "Next panels of the figure",
         shown=True, display="n N"),
    _key("figure-previous", "N,pageup", "previous_page", "page back",
         "Previous panels of the figure"),
]  # fmt: skip

ROUNDS = [
    _key("round-down", "j,down", "cursor_down", "down", "Next revision"),
    _key("round-up", "k,up", "cursor_up", "up", "Previous revision"),
    _key("go-back", "enter", "choose", "go back",
         "Go back to this revision; the next commit branches from it", shown=True),
    _key("compare-revisions", "d", "compare", "compare",
         "What differs between this revision and the current one", shown=True),
]  # fmt: skip

GROUPS: dict[str, list[Binding]] = {
    "everywhere": EVERYWHERE,
    "ranges": RANGES,
    "scatter": SCATTER,
    "trials": TRIALS,
    "curves": CURVES,
    "rounds": ROUNDS,
}
"""Where the keys work; the help and the README show the groups in this order."""


def read_key_file(path: Path) -> dict[str, str]:
    """Return a person's own keys, binding id to keys; empty where the file doesn't exist.

    The file is TOML: `run = "f5"`. Raises `UsageError` in one sentence for what is wrong in it.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f'The key file {path.name} can\'t be read ({error}); a line of it is run = "f5".'
        ) from None
    return check_keys(table)


def check_keys(table: Mapping[str, object]) -> dict[str, str]:
    """Return `table` if it maps known binding ids to keys. Raises `UsageError`."""
    known = {binding.id for group in GROUPS.values() for binding in group if binding.id}
    keys = {}
    for name, value in table.items():
        if name not in known:
            raise UsageError(
                f"The key file names {quote(name)}, which is no binding; "
                "the names stand in the help, for example run, undo, pane-1."
            )
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f'The key of {name} is a text such as "f5" or "ctrl+s".')
        keys[name] = value
    return keys
