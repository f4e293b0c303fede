"""Compares rounds with a pruner with the same rounds without one, as a table; pairs of sessions.

    for seed in 0 1 2 3 4; do for pruner in none median; do
        tuitune new $pruner-$seed --seed $seed --param 'lr=1e-6..1 log' \\
            --param 'weight_decay=1e-8..1e-4 log'
        tuitune run $pruner-$seed --trials 100 --pruner $pruner
    done; done
    python -m tests.bench.compare_pruner sessions/{none,median}-0.json sessions/{none,median}-1.json

The same seed gives the same points and, as far as they train, the same curves.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tuitune.advice import audit
from tuitune.model import Session
from tuitune.model.trial import Trial
from tuitune.store import read_session

TOP = 10


def best_trials(session: Session) -> list[Trial]:
    """Return the first ten of `tuitune top` that ran to the end."""
    return list(filter(session.criterion.ranks, session.ranking()))[:TOP]


def table(pairs: list[tuple[Session, Session]]) -> list[str]:
    """Return the lines of the table: one a pair of (without, with the pruner), and the sum."""
    lines = [
        "| seed | epochs | of | share | given up | the ten best without | of them given up "
        "| best lost | false give-ups |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    spent = without = lost = top = false = controls = worst = 0
    for none, pruned in pairs:
        assert [t.params for t in none.trials] == [t.params for t in pruned.trials]
        assert [t.seed for t in none.trials] == [t.seed for t in pruned.trials]
        best = best_trials(none)
        gone = [t.number for t in best if not pruned.criterion.is_full(pruned.trial(t.number))]
        found = audit(pruned.trials, pruned.criterion)
        assert found is not None
        epochs = [sum(t.epochs_done for t in session.trials) for session in (pruned, none)]
        lines.append(
            f"| {none.seed} | {epochs[0]} | {epochs[1]} | {100 * epochs[0] / epochs[1]:.1f} % "
            f"| {found.given_up} | {', '.join(f'{t.number}' for t in best)} "
            f"| {', '.join(map(str, gone)) or 'none'} "
            f"| {'yes' if best[0].number in gone else 'no'} "
            f"| {len(found.false)} of {len(found.controls)} |"
        )
        spent, without = spent + epochs[0], without + epochs[1]
        lost, top = lost + len(gone), top + len(best)
        worst += best[0].number in gone
        false, controls = false + len(found.false), controls + len(found.controls)
    lines.append(
        f"| all | {spent} | {without} | {100 * spent / without:.1f} % | | {top - lost} of {top} "
        f"kept | {lost} | {worst} of {len(pairs)} | {false} of {controls} |"
    )
    return lines


if __name__ == "__main__":
    sessions = [read_session(Path(name)) for name in sys.argv[1:]]
    print("\n".join(table(list(zip(sessions[::2], sessions[1::2], strict=True)))))  # noqa: T201
