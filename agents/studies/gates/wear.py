"""G2: measures wear out, and recover. Pay on a measure from the first day, for a year, and after a pause."""

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from incentive_env import Config, load_config
from incentive_env.floors.measures import GAMING_SHARE, MEASURED_NPS, Ratio
from incentive_env.model.state import YEAR
from incentive_env.support.seeds import GATE_SEEDS
from incentive_env.support.statistics import UNKNOWN, Interval, interval
from incentive_env.validation.lab import NORM_FROZEN, Lab
from incentive_env.validation.measures import HALF, QUARTER, SATISFACTION, Gains, gains_of, share_back, share_left

_SALES = Ratio(("recorded_sales",), per=("present",))  # what commission is paid for, a simulated call a week
_UP, _LITTLE, _BACK = Threshold(above=0.0), Threshold(most=1 / 3), Threshold(least=0.5)


def wears_out(bench: Bench) -> Outcome:
    """Pay on measured NPS and true satisfaction; commission and gaming, also where the norm of gaming is frozen."""
    seeds = GATE_SEEDS[: bench.budget.floors]
    frozen = load_config(bench.config, NORM_FROZEN)
    sold = ("commission", _percent(GAMING_SHARE), _SALES, seeds)
    rows = [
        (bench.config, "survey_bonus", SATISFACTION, MEASURED_NPS, seeds),
        (bench.config, *sold), (frozen, *sold),
    ]  # fmt: skip
    bonus, commission, alone = bench.workers.run(gains_at_most, rows)
    rows_of = [
        ("survey bonus: true satisfaction, first quarter", interval(bonus.first), _UP),
        ("survey bonus: share of it left after a year", left(bonus), _LITTLE),
        ("survey bonus: measured NPS after a year", interval(bonus.measured_later), _UP),
        ("survey bonus: freshness given back by a pause", given_back(bonus, bonus.first - bonus.later), _BACK),
        *_of_commission("commission", commission),
        *_of_commission("commission, norm frozen", alone),
        ("survey bonus: true satisfaction after a year", interval(bonus.later), None),
        ("survey bonus: true satisfaction after the pause", interval(bonus.again), None),
        ("survey bonus: measured NPS, first quarter", interval(bonus.measured_first), None),
        ("commission: gaming, first quarter, points", interval(commission.first), None),
        ("commission: gaming after a year, points", interval(commission.later), None),
        ("commission: gaming after the pause, points", interval(commission.again), None),
        ("commission: recorded sales per rep, first quarter", interval(commission.measured_first), None),
    ]
    figures = [Figure(*row, floors=len(seeds)) for row in rows_of]
    return Outcome(figures, {"weeks": {"first": QUARTER, "paused": HALF, "later": [YEAR, YEAR + QUARTER]}})


def gains_at_most(config: Config, lever: str, aim: Ratio, measured: Ratio, seeds: range) -> Gains:
    """What the highest pay by a lever adds; closing is off, or the floors that are left would differ."""
    return gains_of(Lab(config, seeds), lever, getattr(config.levers, lever).high, aim, measured)


def left(gains: Gains) -> Interval:
    """Share of the first gain that is left after a year; unknown where there was none."""
    if gains.first.mean() <= 0.0:
        return UNKNOWN
    return share_left(gains)


def given_back(gains: Gains, worn: NDArray[np.float64]) -> Interval:
    """Share of the lost freshness that a pause gives back: 0 as if it had never paused, 1 as on the first day.

    Args:
        gains: what the pay adds.
        worn: ``[floors]`` how much worse it is after a year; where the mean is not above 0, nothing was lost and the
            share is unknown.
    """
    if worn.mean() <= 0.0:
        return UNKNOWN
    return share_back(gains)


def _of_commission(name: str, gains: Gains) -> list[tuple[str, Interval, Threshold]]:
    growth = gains.later - gains.first
    return [
        (f"{name}: growth of gaming over a year, points", interval(growth), _UP),
        (f"{name}: recorded sales per rep after a year", interval(gains.measured_later), _UP),
        (f"{name}: freshness given back by a pause", given_back(gains, growth), _BACK),
    ]


def _percent(ratio: Ratio) -> Ratio:
    return ratio._replace(factor=100.0)
