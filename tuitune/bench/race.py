"""What the race of `finish` says, and how often it is right, on points whose truth is known."""

from __future__ import annotations

from statistics import fmean

from tuitune.bench.figures import Figure, Say
from tuitune.bench.races import Raced, recorded_field, run_races, synthetic_field

FIELDS = {"recorded": recorded_field, "synthetic": synthetic_field}


def measure(quick: bool, say: Say) -> list[Figure]:
    """Race 500 times among recorded runs of the book's network, and on a synthetic table."""
    races = 100 if quick else 500
    figures = []
    for name, field in FIELDS.items():
        found = run_races(field, races)
        say(f"{name}: {races} races")
        figures += figures_of(name, found)
    return figures


def figures_of(name: str, found: list[Raced]) -> list[Figure]:
    """Return what some races came to."""

    def share(what: str) -> float:
        return 100 * fmean(bool(getattr(one, what)) for one in found)

    half, bias = fmean(one.half for one in found), fmean(one.bias for one in found)
    naive = f"the t interval of the winner's own runs: {share('naive_holds'):.1f} %"
    told = f"told apart in {share('apart'):.1f} %"
    limit = fmean(one.limit for one in found)
    regret = fmean(one.regret for one in found)
    lucky = fmean(one.naive_bias for one in found)
    return [
        Figure(
            "race", f"{name}: 95 % interval holds the truth", share("holds"), "%", 93.0,
            at_least=True, detail=f"half {half:.4f}; {naive}",
        ),
        Figure("race", f"{name}: not more often than said", share("holds"), "%", 97.0),
        Figure(
            "race", f"{name}: said minus true", 100 * bias, "points", None,
            detail=f"the winner's own mean: {100 * lucky:+.2f}",
        ),
        Figure(
            "race", f"{name}: none better by more than X", share("limit_holds"), "%", 93.0,
            at_least=True, detail=f"X is {limit:.4f} on average",
        ),
        Figure("race", f"{name}: beats one as good or better", share("wrong"), "%", 5.0,
               detail=told),
        Figure(
            "race", f"{name}: chosen below the best contender", 100 * regret, "points", None,
            detail=f"{len(found)} races",
        ),
    ]  # fmt: skip
