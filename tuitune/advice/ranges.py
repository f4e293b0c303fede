"""The verdict on a numeric range: expand before you narrow (NARROWING.md, section 1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from msgspec.structs import replace

from tuitune.advice.bounds import cap_value, least_bounds, outward_bounds, too_narrow
from tuitune.advice.density import dense_interval
from tuitune.advice.diverged import Cut
from tuitune.advice.evidence import Evidence
from tuitune.advice.position import Range, cells, is_zero, positions, value_at
from tuitune.advice.records import Proposal, Verdict, VerdictKind, badge_of
from tuitune.advice.statistics import Floats, ks_tail, ks_uniform, normal_tail
from tuitune.advice.text import no_effect_text, p_text, span_text, tidy_inside
from tuitune.advice.top import (
    MIN_TOP,
    Ints,
    edge_z,
    envelope,
    envelope_bands,
    margin_factor,
    permutation_p,
)
from tuitune.space import FloatRange, IntRange, format_value, round_outward

EDGE_P = 0.05
EDGE_BEST = 0.75
NARROW_BELOW = 0.95
EXPAND_BY = 0.5
NO_EFFECT_P = 0.2


@dataclass(frozen=True, slots=True)
class Chance:
    """What the positions of the best trials of one group say by chance."""

    p: float
    p_up: float
    p_down: float
    z: float
    best: float
    """Position of the best trial; NaN where it is the extra zero."""
    edge: bool
    """Whether the group was drawn from the current box, so that its edges can be judged."""
    pooled: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One range with its trials, as far as both alternatives share it."""

    name: str
    parameter: Range
    base: Range
    """The parameter without its extra zero."""
    u: Floats
    """Positions of all trials of the view in `base`; NaN for the extra zero."""
    top: Ints
    """The best trials that have a place in `base`."""
    best: int
    """How many best trials there are, those at the extra zero included."""
    ends: tuple[float, float]
    """The envelope, clipped to the box."""
    bands: tuple[tuple[float, float], tuple[float, float]]
    """10-90 % of both ends, in values."""
    chance: Chance
    cut: Cut | None

    @property
    def u_top(self) -> Floats:
        """Positions of the best trials, in [0, 1]."""
        return np.clip(self.u[self.top], 0.0, 1.0)


def judge_range(evidence: Evidence, name: str, parameter: Range) -> tuple[Verdict, Verdict] | None:
    """Return the verdict on a range that is not frozen, and its bold alternative.

    The extra zero of a `0|..` range is left aside: see `choices.judge_zero`. None where fewer than
    five of the best trials have a place in the range.
    """
    view = evidence.view
    base: Range = parameter
    values = view.columns[name]
    if isinstance(parameter, FloatRange) and parameter.zero:
        base = replace(parameter, zero=False)
        values = np.where(is_zero(parameter, values), np.nan, values)
    u = positions(base, values)
    top = _placed(u, evidence.pool.top)
    if len(top) < MIN_TOP:
        return None
    low, high = envelope(np.clip(u[top], 0.0, 1.0), margin_factor(len(evidence.pool.rows)))
    finding = Finding(
        name,
        parameter,
        base,
        u,
        top,
        len(evidence.pool.top),
        (max(0.0, low), min(1.0, high)),
        _bands(evidence, base, u, len(top)),
        _chance(evidence, base, u),
        evidence.cuts.get(name),
    )
    return _verdict(evidence, finding, bold=False), _verdict(evidence, finding, bold=True)


def _placed(u: Floats, rows: Ints) -> Ints:
    return rows[np.isfinite(u[rows])]


def _chance(evidence: Evidence, base: Range, u: Floats) -> Chance:
    own = evidence.tested
    if own is not None and len(_placed(u, own.top)) < MIN_TOP:
        own = None
    group = own or evidence.pool
    rows, top = _placed(u, group.rows), _placed(u, group.top)
    u_top = np.clip(u[top], 0.0, 1.0)
    z = edge_z(u_top)
    best = float(u[group.ranked[0]])
    no_ties = len(np.unique(u_top)) == len(u_top)  # as the points of a grid have
    if own is not None and evidence.view.uniform and cells(base) is None and no_ties:
        p = ks_tail(ks_uniform(u_top), len(u_top))
        return Chance(p, normal_tail(z), normal_tail(-z), z, best, edge=True, pooled=False)
    # Not drawn uniformly, or ties: compare the top with all trials of the group instead.
    is_top = np.isin(rows, top)
    p, p_up, p_down = permutation_p(u[rows], is_top, evidence.permuted(len(rows), len(top)))
    return Chance(p, p_up, p_down, z, best, edge=own is not None, pooled=True)


def _verdict(evidence: Evidence, f: Finding, *, bold: bool) -> Verdict:
    kind, proposal, freeze_at = _decide(f, bold)
    chance = f.chance
    share, share_p = evidence.importance.get(f.name, (None, None))
    if share_p is not None and share_p > NO_EFFECT_P and badge_of(chance.p) == 0:
        kind = "no-effect" if kind == "keep" else kind
        freeze_at = _middle(f)
    detail, long = _sentences(f, kind, freeze_at, share, share_p)
    change = None
    if proposal != f.parameter:
        change = Proposal(low=float(proposal.low), high=float(proposal.high))
    if freeze_at is not None and kind == "freeze":
        change = Proposal(
            low=change.low if change else None,
            high=change.high if change else None,
            value=freeze_at,
        )
    return Verdict(
        parameter=f.name,
        kind=kind,
        headline=HEADLINES[kind],
        badge=badge_of(chance.p),
        detail=detail,
        evidence=long,
        proposal=proposal,
        change=change,
        freeze_at=freeze_at,
        band_low=f.bands[0],
        band_high=f.bands[1],
        trials=tuple(evidence.view.numbers[f.top].tolist()),
        p=chance.p,
        p_edge=min(chance.p_up, chance.p_down) if chance.edge else None,
        z=chance.z if chance.edge else None,
        importance=share,
        importance_p=share_p,
        pooled=chance.pooled,
    )


def _decide(f: Finding, bold: bool) -> tuple[VerdictKind, Range, float | int | None]:
    """Return the kind, the proposed parameter, and the value to freeze at where that is said."""
    side = _edge(f.chance)
    if side is not None:
        room = _room(f, side)
        if room is not None:
            kind: VerdictKind = "expand-up" if side == "up" else "expand-down"
            return kind, _expanded(f, side, *room), None
    low, high = f.ends
    if bold:
        dense = dense_interval(f.u_top)
        if dense[1] - dense[0] < high - low:
            low, high = dense
    if high - low >= NARROW_BELOW:
        return "keep", f.parameter, None
    bounds = outward_bounds(f.base, low, high)
    whole = bounds == (f.base.low, f.base.high)
    if too_narrow(f.base, low, high, bounds) and not (whole and cells(f.base)):
        return "freeze", _least(f, low, high), _middle(f)
    if whole:
        return "keep", f.parameter, None
    return "narrow", f.parameter.with_bounds(*bounds), None


def _edge(test: Chance) -> Literal["up", "down"] | None:
    if not test.edge:
        return None
    if test.p_up < EDGE_P and test.best > EDGE_BEST:
        return "up"
    if test.p_down < EDGE_P and test.best < 1 - EDGE_BEST:
        return "down"
    return None


def _room(f: Finding, side: Literal["up", "down"]) -> tuple[float, float] | None:
    """Return where a range expands to on that side, and the cap that no rounding passes.

    None where it is at its hard limit, or trials diverge beyond it.
    """
    base, up = f.base, side == "up"
    # The outer edge of an end cell is half a cell from its value.
    n = cells(base)
    half = 0.5 / n if n else 0.0
    end = value_at(base, 1 + EXPAND_BY - half if up else half - EXPAND_BY)
    hard = base.hard_high if up else base.hard_low
    caps = [] if hard is None else [float(hard)]
    if not up and base.low >= 0:
        # What was never negative (a share, a count, a rate) does not become so by advice.
        caps.append(1.0 if isinstance(base, IntRange) and base.low >= 1 else 0.0)
    if f.cut is not None and (f.cut.side == "above") == up:
        caps.append(cap_value(base, f.cut))
    cap = (min if up else max)(caps, default=math.inf if up else -math.inf)
    end = min(end, cap) if up else max(end, cap)
    edge = float(base.high if up else base.low)
    moved = end > edge if up else end < edge
    return (end, cap) if moved and not math.isclose(end, edge, rel_tol=1e-9) else None


def _expanded(f: Finding, side: Literal["up", "down"], end: float, cap: float) -> Range:
    """Return the range with the bad end moved out to `end` and the good one at the envelope."""
    base = f.base
    low, high = max(base.low, value_at(base, f.ends[0])), min(base.high, value_at(base, f.ends[1]))
    low, high = (low, end) if side == "up" else (end, high)
    if isinstance(base, FloatRange) and base.step is None:
        low, high = round_outward(low, high, base.log)
    if side == "up":
        low, high = max(base.low, low), min(high, cap)
    else:
        low, high = max(low, cap), min(base.high, high)
    return f.parameter.with_bounds(low, high)


def _least(f: Finding, low: float, high: float) -> Range:
    bounds = least_bounds(f.base, low, high)
    if bounds == (f.base.low, f.base.high):
        return f.parameter
    return f.parameter.with_bounds(*bounds)


def _middle(f: Finding) -> float | int:
    """Return the geometric median of the top (the median on a linear scale), readable."""
    value = value_at(f.base, float(np.median(f.u_top)))
    if isinstance(f.base, IntRange) or f.base.step is not None:
        return f.base.from_unit(float(np.median(f.u_top)))
    return tidy_inside(value, f.base.low, f.base.high)


def _bands(
    evidence: Evidence, base: Range, u: Floats, k: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    ranked = _placed(u, evidence.pool.ranked)
    low, high = envelope_bands(
        np.clip(u[ranked], 0.0, 1.0),
        evidence.bootstrap(len(ranked), k),
        margin_factor(len(evidence.pool.rows)),
    )
    return _values(base, low), _values(base, high)


def _values(base: Range, band: tuple[float, float]) -> tuple[float, float]:
    low, high = (value_at(base, min(1.0, max(0.0, u))) for u in band)
    return max(base.low, low), min(base.high, high)


def _sentences(
    f: Finding,
    kind: VerdictKind,
    freeze_at: float | None,
    share: float | None,
    share_p: float | None,
) -> tuple[str, str]:
    """Return what stands beside the headline, and the same at more length."""
    if kind == "no-effect" and share is not None and share_p is not None:
        text = no_effect_text(share, share_p, f.parameter, freeze_at)
        return text, text
    ends = (value_at(f.base, float(f.u_top.min())), value_at(f.base, float(f.u_top.max())))
    where = f"in {span_text(f.base, *ends)} ({p_text(f.chance.p)})"
    count = len(f.top)
    short = f"best {count} all {where}" if count == f.best else f"{count} of best {f.best} {where}"
    tail = ""
    side = _edge(f.chance)
    if kind == "freeze" and freeze_at is not None:
        tail = f"; freeze at {format_value(freeze_at, 3, log=f.base.log)}"
    elif side is not None and not kind.startswith("expand"):
        # The best are at an edge that the range can't be moved beyond.
        edge, hard = (
            (f.base.high, f.base.hard_high) if side == "up" else (f.base.low, f.base.hard_low)
        )
        tail = "; trials diverge beyond" if hard is None and edge > 0 else "; at its limit"
    return short + tail, f"{count} of the best {f.best} lie {where}{tail}"


HEADLINES: dict[VerdictKind, str] = {
    "expand-up": "EXPAND up",
    "expand-down": "EXPAND down",
    "narrow": "NARROW",
    "drop": "DROP",
    "freeze": "FREEZE",
    "keep": "KEEP",
    "no-effect": "NO EFFECT",
    "wait": "WAIT",
    "frozen": "FROZEN",
}
