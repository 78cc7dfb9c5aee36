"""One evaluator for all policies: the same floors, the same run-off, the same score."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.floors import measures
from incentive_env.floors.reward import goodhart_gap, loyalty_score
from incentive_env.policies.contract import PolicyLike
from incentive_env.studies.simulate import Rollout, roll_out
from incentive_env.support.seeds import EVALUATION_SEEDS

BASE = "flat_salary"  # the base of a Goodhart gap
# The measured figure that stands for what was trained on; recorded conversion for policies that were not trained.
_PROXIES = {"survey": "nps", "loyalty": "nps", "score": "nps", "balanced": "nps", "profit": "profit"}


class Evaluation(NamedTuple):
    """How a policy did on each floor."""

    loyalty: NDArray[np.float64]  # [floors] score, points
    conversion: NDArray[np.float64]  # [floors] recorded, over the episode
    nps: NDArray[np.float64]  # [floors] measured, over the episode
    profit: NDArray[np.float64]  # [floors] €/week, over the episode
    gaming: NDArray[np.float64]  # [floors] share of calls and contacts, over the episode
    channels: NDArray[np.float64]  # [floors, channels] cases a call, over the episode
    wellbeing: NDArray[np.float64]  # [floors] reps' own loyalty, points, over the episode
    survived: NDArray[np.float64]  # [floors] volume that is left when the episode ends
    loyalty_by_week: NDArray[np.float64]  # [weeks] mean over floors
    conversion_by_week: NDArray[np.float64]  # [weeks] mean over floors, recorded
    actions: NDArray[np.float64]  # [decisions, levers] mean over floors


def evaluation_seeds(floors: int) -> range:
    """Seeds of the floors on which policies are compared; never seen in training."""
    return range(EVALUATION_SEEDS.start, EVALUATION_SEEDS.start + floors)


def evaluate(
    config: "str | Path | Config | None", policy: PolicyLike, seeds: Sequence[int], *, threads: int = 1,
    reps: PolicyLike | None = None,
) -> Evaluation:  # fmt: skip
    """Let a policy manage floors for an episode and its run-off, and score it.

    Args and errors as of `incentive_env.simulate`.
    """
    loaded = load_config(config)
    return summarise(roll_out(loaded, policy, seeds, threads=threads, reps=reps), loaded)


def proxy_of(trained_on: str | None) -> str:
    """The measured figure that stands for a reward; recorded conversion for what was not trained."""
    return _PROXIES.get(trained_on or "", "conversion")


def gap(evaluation: Evaluation, base: Evaluation, trained_on: str | None) -> float:
    """Goodhart gap against the flat-salary floor; the proxy is the figure that stands for what was trained on."""
    proxy = proxy_of(trained_on)
    return goodhart_gap(getattr(evaluation, proxy), evaluation.loyalty, getattr(base, proxy), base.loyalty)


def evaluate_all(
    config: Config, policies: Mapping[str, PolicyLike], seeds: Sequence[int], *, threads: int = 1,
    reps: PolicyLike | None = None,
) -> dict[str, Evaluation]:  # fmt: skip
    """Evaluate policies on the same floors; the flat salary is added as the base where it is missing."""
    everyone = {**policies, BASE: policies.get(BASE, BASE)}
    return {name: evaluate(config, policy, seeds, threads=threads, reps=reps) for name, policy in everyone.items()}


def summarise(rollout: Rollout, config: Config) -> Evaluation:
    """Score floors that have been managed for an episode and its run-off."""
    weeks = rollout.floor_weeks
    run_off = config.horizon.run_off_weeks
    episode = weeks[:, :-run_off]
    total = measures.totals(episode, axis=1)
    return Evaluation(
        loyalty=loyalty_score(weeks[:, -run_off:], config),
        conversion=measures.RECORDED_CONVERSION.of(total),
        nps=measures.MEASURED_NPS.of(total),
        profit=measures.profit(total) / episode.shape[1],
        gaming=measures.GAMING_SHARE.of(total),
        channels=episode["gamed"].sum(axis=1) / np.maximum(total("calls"), 1.0)[:, None],
        wellbeing=measures.WELLBEING.of(total),
        survived=episode["volume"][:, -1],
        loyalty_by_week=measures.loyalty_points(measures.net_promoters(weeks).mean(axis=0), config),
        conversion_by_week=measures.RECORDED_CONVERSION.of(measures.totals(weeks, axis=0)),
        actions=rollout.actions.mean(axis=1),
    )
