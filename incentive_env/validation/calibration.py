"""Calibration: one set of shared coefficients for all facts and field defaults at once; and what they do not pin down.

A calibration is a point ``x`` in the box of `PARAMETERS`, each coefficient scaled to 0 … 1. No fact has a weight or a
coefficient of its own: the loss is the mean, over all figures, of how far each lies from the inside of its band.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config, value_at
from incentive_env.validation.contract import DEFAULTS, FACTS, Band, Part
from incentive_env.validation.lab import Lab

# Too long for every step of a fit; they are checked after it.
CHECKED_AFTERWARDS = ("karwowski",)
MARGIN = 0.1  # of a band's width: a figure nearer to the edge than this counts as not quite inside
_RELUCTANCE = 3000.0  # loss of a whole range, in squared half-widths of a figure: a hundredth costs a third
_CHANCE = 3.0  # half-widths by which chance may carry a figure out of where it should be
PRIOR = 0.02  # loss of a coefficient that moved through the whole of its range


class Parameter(NamedTuple):
    """A coefficient that is fitted, and the range in which it may lie."""

    key: str
    low: float
    high: float


PARAMETERS = tuple(
    Parameter(*row)
    for row in (
        ("decision.temperature", 0.9, 2.0),
        ("decision.conscience", 12.0, 32.0),
        ("decision.norm_erosion", 0.3, 0.95),
        ("decision.norm_midpoint", 0.30, 0.60),
        ("decision.norm_steepness", 3.0, 9.0),
        ("decision.stake", 60.0, 240.0),
        ("decision.period_discount", 0.2, 0.5),
        ("decision.pride", 3.0, 8.0),
        ("recording.callback_harm", 0.2, 0.6),
        ("recording.unlogged_harm", 0.15, 0.8),
        ("effort.resting", 0.15, 0.45),
        ("effort.motivation", 0.35, 0.75),
        ("effort.marginal_pay", 0.04, 0.18),
        ("motivation.autonomy", 0.12, 0.45),
        ("motivation.audit", 0.3, 2.0),
        ("motivation.contingent", 0.0, 0.04),
        ("motivation.contingent_share", 0.02, 0.15),
        ("motivation.strain_audit", 0.5, 4.0),
        ("motivation.strain_pressure", 0.02, 0.9),
        ("crowding.effort", 0.0, 0.06),
        ("crowding.depletion", 0.3, 2.5),
        ("care.haste", 0.02, 0.15),
        ("care.survey", 0.05, 0.5),
        ("know_how.growth", 0.1, 0.6),
        ("know_how.search", 0.05, 0.4),
        ("know_how.fading", 0.02, 0.08),
        ("know_how.worth", 3.0, 14.0),
        ("beliefs.heard_rate", 0.1, 1.0),
        ("beliefs.sanction_step", 0.5, 8.0),
        ("pay_memory.cut_quit", 2.0, 20.0),
        ("pay_memory.cut_effort", 0.0, 4.0),
        ("pay_memory.success", 0.1, 1.5),
        ("pay_memory.success_paid", 0.0, 8.0),
        ("pay_memory.poached", 0.0, 6.0),
        ("kinds.repayment", 0.5, 3.0),
        ("kinds.control", 0.3, 2.0),
        ("skill.ability", 0.15, 0.45),
        ("skill.coaching", 0.08, 0.30),
        ("skill.coaching_rate", 0.03, 0.08),
        ("workforce.escalation", 0.005, 0.04),
        ("workforce.offer_scale", 20.0, 80.0),
        ("workforce.quit_pay", 1.5, 5.0),
        ("workforce.quit_log_hazard", -5.8, -4.6),
        ("workforce.quit_motivation", 1.4, 3.5),
        ("calls.intercept", -3.9, -2.8),
        ("calls.do_not_call_irritation", 0.08, 0.24),
        ("customers.discovery", 0.05, 0.2),
        ("customers.debt_cancels", 0.4, 1.0),
        ("calls.trust", 0.7, 5.0),
        ("calls.irritation", 0.4, 3.0),
        ("customers.late_cancellation", 0.002, 0.008),
        ("customers.referral_match", 0.02, 0.15),
        ("customers.referral_disposition", 0.1, 0.7),
        ("loyalty.level", 7.2, 8.6),
        ("loyalty.churn_log_hazard", -7.1, -6.0),
    )
)  # fmt: skip
KEYS = tuple(parameter.key for parameter in PARAMETERS)
_LOW = np.array([parameter.low for parameter in PARAMETERS])
_HIGH = np.array([parameter.high for parameter in PARAMETERS])


class Fit(NamedTuple):
    """How well a point fits."""

    loss: float
    figures: dict[str, float]  # "fact: part" → figure
    holds: dict[str, bool]  # fact → whether it holds
    units: dict[str, float]  # "fact: part" → what its moves are measured in
    refuted: frozenset[str] = frozenset()  # facts of which a figure's whole interval is outside its band


def point_of(config: Config) -> NDArray[np.float64]:
    """The point ``[parameters]`` of a config's coefficients; clipped to the box."""
    values = np.array([value_at(config, key) for key in KEYS])
    point: NDArray[np.float64] = np.clip((values - _LOW) / (_HIGH - _LOW), 0.0, 1.0)
    return point


def coefficients(point: NDArray[np.float64]) -> dict[str, float]:
    """Coefficients by dotted key, to four significant digits: what is written is what was measured."""
    values = _LOW + np.clip(point, 0.0, 1.0) * (_HIGH - _LOW)
    return {key: float(f"{value:.4g}") for key, value in zip(KEYS, values, strict=True)}


def fit_of(
    config: Config, point: NDArray[np.float64], start: NDArray[np.float64], seeds: Sequence[int], *,
    threads: int = 1, everything: bool = False,
) -> Fit:  # fmt: skip
    """Measure all facts whose mechanisms are on, and the field defaults, at a point.

    Args:
        config: the scenario that the coefficients are set in.
        point: ``[parameters]``.
        start: where the fit began; the prior draws toward it.
        seeds: floors, the same for all points that are compared.
        threads: that share the floors.
        everything: also what is too long for a fit.
    """
    lab = Lab(load_config(config, coefficients(point)), seeds, threads=threads)
    verdicts = [
        fact.check(lab)
        for fact in (*FACTS.values(), *DEFAULTS.values())
        if (everything or fact.id not in CHECKED_AFTERWARDS) and not fact.missing(config)
    ]
    parts = {f"{verdict.fact.id}: {part.name}": part for verdict in verdicts for part in verdict.parts}
    figures = {name: part.estimate.mean for name, part in parts.items()}
    units = {name: unit_of(part) for name, part in parts.items()}
    distances = [distance(figures[name], units[name], part.band) for name, part in parts.items()]
    loss = float(np.mean(np.square(distances)) + PRIOR * np.mean((point - start) ** 2))
    refuted = {one.fact.id for one in verdicts if any(part.band.contradicted_by(part.estimate) for part in one.parts)}
    return Fit(loss, figures, {verdict.fact.id: verdict.holds for verdict in verdicts}, units, frozenset(refuted))


def unit_of(part: Part) -> float:
    """What a figure's move is measured in: its band's width; for a direction, four half-widths of its interval.

    So a quarter of it, to which a figure is taken to be known, is the half-width of the interval.
    """
    if part.band.one_sided:
        return max(4.0 * (part.estimate.high - part.estimate.mean), 1e-9)
    return part.band.high - part.band.low


def distance(figure: float, unit: float, band: Band) -> float:
    """How far a figure lies from the inside of its band, in bands; 3 at most, so that none drowns the others.

    Args:
        figure: what was measured.
        unit: what its moves are measured in, see `unit_of`.
        band: where it must lie.
    """
    if not math.isfinite(figure):
        return 3.0
    if band.one_sided:
        beyond = figure - band.low if math.isinf(band.high) else band.high - figure
        half_widths = 4.0 * beyond / unit - 1.0  # by which the interval clears the edge
        return min(max(0.5 - half_widths, 0.0), 3.0)
    margin = MARGIN * (band.high - band.low)
    outside = max(band.low + margin - figure, figure - band.high + margin, 0.0)
    return min(outside / (band.high - band.low), 3.0)


def band_of(figure: str) -> Band:
    """The band of a figure by its name, ``fact: part``."""
    fact, _, part = figure.partition(": ")
    return {**FACTS, **DEFAULTS}[fact].bands[part]


def proposed(
    fit: Fit, moves: Mapping[str, NDArray[np.float64]], point: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """The point near a measured one that would have the least loss if the figures moved in straight lines.

    A step of Gauss–Newton within a box of trust (Nocedal & Wright 2006, chapter 10), with the loss of `fit_of`.

    Args:
        fit: what was measured at the point.
        moves: ``[parameters]`` of each figure, in its units, as each coefficient moves through its whole range.
        point: ``[parameters]``.
        radius: how far a coefficient may move, as a share of its range.
    """
    from scipy.optimize import minimize

    names = [name for name in fit.figures if name in moves and math.isfinite(fit.figures[name])]
    slopes = np.stack([moves[name] * fit.units[name] for name in names])
    figures, units = (np.array([by_name[name] for name in names]) for by_name in (fit.figures, fit.units))
    bands = [band_of(name) for name in names]

    def loss(step: NDArray[np.float64]) -> float:
        distances = [distance(*each) for each in zip(figures + slopes @ step, units, bands, strict=True)]
        return float(np.mean(np.square(distances)) + PRIOR * np.mean(step**2))

    low, high = np.maximum(-radius, -point), np.minimum(radius, 1.0 - point)
    found = minimize(loss, np.zeros_like(point), method="L-BFGS-B", bounds=list(zip(low, high, strict=True)))
    best: NDArray[np.float64] = np.clip(point + found.x, 0.0, 1.0)
    return best


def smallest_move(
    parts: Mapping[str, Part], moves: Mapping[str, NDArray[np.float64]], point: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """The point nearest to a measured one at which every figure would clear the ends of its band.

    For figures that chance could carry out of their bands: a figure in a band should clear its ends by half of its
    interval's half-width, a direction by one and a half. A figure farther out than chance carries one is left out.

    Args:
        parts: what was measured at the point, by the figure's name.
        moves: ``[parameters]`` of each figure, in its unit, as each coefficient moves through its whole range.
        point: ``[parameters]``.
        radius: how far a coefficient may move, as a share of its range.
    """
    from scipy.optimize import minimize

    names = [name for name in parts if name in moves and not _far_out(parts[name])]
    slopes = np.stack([moves[name] for name in names])
    rows = [_to_clear(parts[name]) for name in names]
    figures, halves, lows, highs = (np.array(column) for column in zip(*rows, strict=True))

    def loss(step: NDArray[np.float64]) -> float:
        there = figures + slopes @ step
        missing = np.maximum(np.maximum(lows - there, there - highs), 0.0) / halves
        return float(np.sum(missing**2) + _RELUCTANCE * np.mean(step**2))

    low, high = np.maximum(-radius, -point), np.minimum(radius, 1.0 - point)
    found = minimize(loss, np.zeros_like(point), method="L-BFGS-B", bounds=list(zip(low, high, strict=True)))
    moved: NDArray[np.float64] = np.clip(point + found.x, 0.0, 1.0)
    return moved


def _to_clear(part: Part) -> tuple[float, float, float, float]:
    """Figure, half-width, and the ends that it should stay within."""
    half = max(part.estimate.high - part.estimate.mean, 1e-9)
    margin = half * (1.5 if part.band.one_sided else 0.5)
    return part.estimate.mean, half, part.band.low + margin, part.band.high - margin


def _far_out(part: Part) -> bool:
    figure, half, low, high = _to_clear(part)
    return max(low - figure, figure - high) > _CHANCE * half


def sensitivities(
    measure: Callable[[NDArray[np.float64]], dict[str, float]], point: NDArray[np.float64], step: float,
    done: Callable[[int], None] = lambda count: None,
) -> tuple[tuple[str, ...], NDArray[np.float64]]:  # fmt: skip
    """How each figure moves with each coefficient, by central differences over ``±step`` of its range.

    Returns:
        Names of the figures, and moves ``[figures, parameters]`` per whole range.
    """
    columns: list[NDArray[np.float64]] = []
    names: tuple[str, ...] = ()
    for index in range(len(point)):
        ends = []
        for sign in (-1.0, 1.0):
            moved = point.copy()
            moved[index] = np.clip(moved[index] + sign * step, 0.0, 1.0)
            figures = measure(moved)
            names = tuple(figures)
            ends.append((moved[index], np.array(list(figures.values()))))
        columns.append((ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0]))
        done(index + 1)
    return names, np.stack(columns, axis=1)


def posterior_spread(
    moves: NDArray[np.float64], units: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What the facts leave open, by the linearised posterior (Gauss–Newton) under a prior as wide as the box.

    A figure is taken to be known to a quarter of its band; the prior is normal, with the spread of a number that is
    uniform in the box (0.29). A coefficient whose spread stays near 0.29 is one that the facts do not pin down.

    Args:
        moves: ``[figures, parameters]`` per whole range.
        units: ``[figures]`` width of each band.

    Returns:
        Spread ``[parameters]``, as a share of the range; then precision of each direction, ascending, and the
        directions ``[parameters, parameters]`` in columns.
    """
    scaled = moves / (0.25 * units[:, None])
    precision = scaled.T @ scaled + np.eye(moves.shape[1]) * 12.0  # 12 = 1 / variance of a uniform number
    eigenvalues, directions = np.linalg.eigh(precision)
    covariance = directions @ np.diag(1.0 / eigenvalues) @ directions.T
    return np.sqrt(np.diag(covariance)), eigenvalues, directions
