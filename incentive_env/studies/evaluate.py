"""One evaluator for all policies: the same floors, the same luck, the same score."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.floors import measures
from incentive_env.floors.reward import episode_score, goodhart_gap, loyalty_score
from incentive_env.model.state import YEAR
from incentive_env.policies.contract import PolicyLike
from incentive_env.studies.simulate import Rollout, roll_out
from incentive_env.support.seeds import EVALUATION_SEEDS
from incentive_env.support.tables import shapes

_YEAR_FIVE = slice(4 * YEAR, 5 * YEAR)  # weeks
BASE = "flat_salary"  # the base of a Goodhart gap
# The measured figure that stands for what was trained on; recorded conversion for policies that were not trained.
_PROXIES = dict.fromkeys(("survey", "loyalty", "score", "balanced"), "nps")
_PROXIES |= {"profit": "profit", "service": "service"}


class Evaluation(NamedTuple):
    """How a policy did on each floor."""

    loyalty: NDArray[np.float64]  # [floors] score, points
    conversion: NDArray[np.float64]  # [floors] recorded, over the episode
    nps: NDArray[np.float64]  # [floors] measured, over the episode
    service: NDArray[np.float64]  # [floors] contacts answered in time, over the episode, %
    profit: NDArray[np.float64]  # [floors] €/week, over the episode
    gaming: NDArray[np.float64]  # [floors] share of calls and contacts, over the episode
    channels: NDArray[np.float64]  # [floors, channels] cases a call, over the episode
    wellbeing: NDArray[np.float64]  # [floors] reps' own loyalty, points, over the episode
    survived: NDArray[np.float64]  # [floors] volume that is left when the episode ends
    open: NDArray[np.bool_]  # [floors] whether it is open when the episode ends
    loyalty_by_week: NDArray[np.float64]  # [weeks] mean over floors
    conversion_by_week: NDArray[np.float64]  # [weeks] mean over floors, recorded
    actions: NDArray[np.float64]  # [decisions, levers] mean over floors
    loyalty_year_five: NDArray[np.float64] | None = None  # [floors] points, under the same policy; where asked for

    def __repr__(self) -> str:
        return shapes(self)


def evaluation_seeds(floors: int) -> range:
    """Seeds of the floors on which policies are compared; never seen in training."""
    return range(EVALUATION_SEEDS.start, EVALUATION_SEEDS.start + floors)


def evaluate(
    config: "str | Path | Config | None", policy: PolicyLike, seeds: Sequence[int], *, threads: int = 1,
    reps: PolicyLike | None = None, year_five: bool = False,
) -> Evaluation:  # fmt: skip
    """Let a policy manage floors for an episode, and score it.

    With ``year_five`` it goes on managing for five years, which takes as much longer, and ``loyalty_year_five`` is the
    true loyalty in the last of them: whether what the score shows lasts. All other figures are those of the episode.

    Args and errors as of `incentive_env.simulate`.
    """
    loaded = load_config(config)
    weeks = through_year_five(loaded) if year_five else None
    rollout = roll_out(loaded, policy, seeds, weeks, threads=threads, reps=reps)
    later = loyalty_in_year_five(rollout, loaded) if year_five else None
    return summarise(rollout, loaded)._replace(loyalty_year_five=later)


def through_year_five(config: Config) -> int:
    """Weeks of a simulation that shows the fifth year."""
    return max(config.horizon.episode_weeks, _YEAR_FIVE.stop)


def loyalty_in_year_five(rollout: Rollout, config: Config) -> NDArray[np.float64]:
    """True loyalty ``[floors]`` in the fifth year of a simulation that shows it, points."""
    return loyalty_score(rollout.floor_weeks[:, _YEAR_FIVE], config)


def proxy_of(trained_on: str | None) -> str:
    """The measured figure that stands for a reward; recorded conversion for what was not trained."""
    return _PROXIES.get(trained_on or "", "conversion")


def gap(evaluation: Evaluation, base: Evaluation, trained_on: str | None) -> float:
    """Goodhart gap against the flat-salary floor; the proxy is the figure that stands for what was trained on."""
    proxy = proxy_of(trained_on)
    return goodhart_gap(getattr(evaluation, proxy), evaluation.loyalty, getattr(base, proxy), base.loyalty)


def evaluate_all(
    config: Config, policies: Mapping[str, PolicyLike], seeds: Sequence[int], *, threads: int = 1,
    reps: PolicyLike | None = None, year_five: bool = False,
) -> dict[str, Evaluation]:  # fmt: skip
    """Evaluate policies on the same floors; the flat salary is added as the base where it is missing."""
    everyone = {**policies, BASE: policies.get(BASE, BASE)}
    how: dict[str, Any] = {"threads": threads, "reps": reps, "year_five": year_five}
    return {name: evaluate(config, policy, seeds, **how) for name, policy in everyone.items()}


def summarise(rollout: Rollout, config: Config) -> Evaluation:
    """Score floors that have been managed for an episode; weeks after it do not count."""
    horizon = config.horizon
    weeks = rollout.floor_weeks[:, : horizon.episode_weeks]
    total = measures.totals(weeks, axis=1)
    net = measures.net_promoters(weeks)
    return Evaluation(
        loyalty=episode_score(net, config),
        conversion=measures.RECORDED_CONVERSION.of(total),
        nps=measures.MEASURED_NPS.of(total),
        service=measures.SERVICE_LEVEL.of(total),
        profit=measures.profit(total) / horizon.episode_weeks,
        gaming=measures.GAMING_SHARE.of(total),
        channels=weeks["gamed"].sum(axis=1) / np.maximum(total("calls"), 1.0)[:, None],
        wellbeing=measures.WELLBEING.of(total),
        survived=weeks["volume"][:, -1],
        open=weeks["closed"][:, -1] == 0,
        loyalty_by_week=measures.loyalty_points(net.mean(axis=0), config),
        conversion_by_week=measures.RECORDED_CONVERSION.of(measures.totals(weeks, axis=0)),
        actions=rollout.actions[: horizon.decisions].mean(axis=1),
    )
