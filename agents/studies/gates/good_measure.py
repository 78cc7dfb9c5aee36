"""G1: a good measure, until it is a target. Correlations over floors of what is measured with the score."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from incentive_env import Config
from incentive_env.floors import measures
from incentive_env.model.scheme import Scheme
from incentive_env.model.state import YEAR
from incentive_env.policies import FIXED, FixedPolicy
from incentive_env.studies.evaluate import summarise
from incentive_env.studies.simulate import roll_out
from incentive_env.support.seeds import GATE_SEEDS
from incentive_env.support.statistics import correlation

NOT_PAID = ("flat_salary", "balanced_scorecard")
QUOTA = "quota_with_threat"
# The pay that pays on each of the other measures: a scheme, or a lever at its highest beside a flat salary.
PAID_ON = {"measured NPS": "survey_bonus", "service level": "activity_pay", "profit": "piece_rate"}
_GOOD, _GOOD_OPEN, _TURNED = Threshold(least=0.5), Threshold(least=0.35), Threshold(most=-0.2)


class Cloud(NamedTuple):
    """What was measured on each floor, and what it deserved; all ``[floors]``."""

    score: NDArray[np.float64]  # points
    closed: NDArray[np.bool_]
    measured: dict[str, NDArray[np.float64]]  # over the decisions of the episode
    last_year: NDArray[np.float64]  # recorded conversion in the last year that was simulated


def good_measure(bench: Bench) -> Outcome:
    """Recorded conversion against the score, with and without closing; the other measures beside."""
    paid = dict.fromkeys(PAID_ON.values())
    names = (*NOT_PAID, QUOTA)
    on = clouds(bench, (*names, *paid))
    off = clouds(bench, names, closing=False)
    floors = bench.budget.floors
    figures = []
    for there, where, good in ((on, "", _GOOD), (off, ", closing off", _GOOD_OPEN)):
        for name in names:
            value = correlation(there[name].measured["recorded conversion"], there[name].score)
            threshold = _TURNED if name == QUOTA else good
            figures.append(Figure(f"recorded conversion and score, {name}{where}", value, threshold, floors=floors))
    for measure, pay in PAID_ON.items():
        for name in (NOT_PAID[0], pay):
            value = correlation(on[name].measured[measure], on[name].score)
            figures.append(Figure(f"{measure} and score, {name}", value, floors=floors))
    for name in names:
        value = correlation(on[name].last_year, on[name].score)
        figures.append(Figure(f"conversion of the last year and score, {name}", value, floors=floors))
    data = {name: _plain(cloud) for name, cloud in on.items()}
    return Outcome(figures, {"clouds": data, "clouds_closing_off": {name: _plain(off[name]) for name in off}})


def clouds(bench: Bench, names: tuple[str, ...], *, closing: bool = True) -> dict[str, Cloud]:
    """The floors under schemes, by their names; each is made once."""
    config, seeds = bench.scenario(closing=closing), GATE_SEEDS[: bench.budget.floors]
    new = [name for name in names if not bench.knows(_key(name, closing))]
    for name, cloud in zip(new, bench.workers.run(cloud_under, [(config, name, seeds) for name in new]), strict=True):
        bench.keep(_key(name, closing), cloud)
    return {name: bench.known(_key(name, closing)) for name in names}


def cloud_under(config: Config, name: str, seeds: range) -> Cloud:
    """The floors under a scheme: a hand-made one, or a flat salary with one lever at its highest."""
    rollout = roll_out(config, FixedPolicy(scheme_called(name, config), config), seeds)
    episode = measures.totals(rollout.floor_weeks[:, : config.horizon.episode_weeks], axis=1)
    last = measures.totals(rollout.floor_weeks[:, -YEAR:], axis=1)
    measured = {
        "recorded conversion": measures.RECORDED_CONVERSION.of(episode),
        "measured NPS": measures.MEASURED_NPS.of(episode),
        "service level": measures.SERVICE_LEVEL.of(episode),
        "profit": measures.profit(episode) / config.horizon.episode_weeks,
    }
    closed = rollout.floor_weeks["closed"][:, -1] != 0
    return Cloud(summarise(rollout, config).loyalty, closed, measured, measures.RECORDED_CONVERSION.of(last))


def _key(name: str, closing: bool) -> str:
    return f"floors under {name}" + ("" if closing else ", closing off")


def scheme_called(name: str, config: Config) -> Scheme:
    """A hand-made scheme, or a flat salary with one lever at its highest."""
    if name in FIXED:
        return FIXED[name].scheme
    return FIXED["flat_salary"].scheme._replace(**{name: getattr(config.levers, name).high})


def _plain(cloud: Cloud) -> dict[str, Any]:
    series = {"score": cloud.score, **cloud.measured, "conversion of the last year": cloud.last_year}
    return {name: [round(float(value), 5) for value in values] for name, values in series.items()} | {
        "closed": cloud.closed.tolist()
    }
