"""Gaming is nobody's rule: it comes and goes with what pays, and with what is risked.

Each comparison is paired, on the same floors and luck, and must hold beyond its 95 % interval.
"""

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from incentive_env import Config, Scheme, load_config
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.measures import net_promoters
from incentive_env.floors.reward import episode_score
from incentive_env.policies.fixed import FIXED
from incentive_env.studies.simulate import roll_out

FLAT = Scheme(base_pay=600)
SEEDS = range(500, 532)
OPEN = {"client.may_leave": False, "money.insolvency": False}  # or the floors that survive would be a selection


def shares(scheme: Scheme, config: Config | None = None) -> dict[str, NDArray[np.float64]]:
    """Cases a call by channel, and of gamed calls, on each floor in the first year."""
    weeks = roll_out(config or load_config(None, OPEN), scheme, SEEDS, 52).floor_weeks
    calls = weeks["calls"].sum(axis=1)
    by_channel = {name: weeks["gamed"][..., i].sum(axis=1) / calls for i, name in enumerate(CHANNEL_NAMES)}
    return {**by_channel, "all": weeks["gamed_calls"].sum(axis=1) / calls}


def rises(more: NDArray[np.float64], less: NDArray[np.float64]) -> bool:
    difference = more - less
    return bool(difference.mean() - stats.t.ppf(0.975, len(difference) - 1) * stats.sem(difference) > 0)


@pytest.mark.parametrize(
    ("channel", "changes"),
    [
        ("all", {"commission": 15.0}),
        ("false_promise", {"commission": 15.0}),
        ("all", {"target": 0.28, "pressure": 0.8}),
        ("callback", {"target": 0.28, "pressure": 0.8}),
        ("unlogged", {"target": 0.28, "pressure": 0.8}),
        ("survey", {"survey_bonus": 200.0}),
        ("empty_log", {"activity_pay": 0.5}),
    ],
)
def test_a_channel_is_used_where_it_pays(channel, changes):
    assert rises(shares(FLAT._replace(**changes))[channel], shares(FLAT)[channel])


def test_a_target_alone_tempts_less_than_a_target_with_a_threat():
    assert rises(
        shares(FLAT._replace(target=0.28, pressure=0.8))["callback"], shares(FLAT._replace(target=0.28))["callback"]
    )


def test_audit_deters():
    tempted = FLAT._replace(commission=15.0)
    assert rises(shares(tempted)["all"], shares(tempted._replace(audit=0.12))["all"])


def test_on_a_decent_flat_floor_manipulation_is_near_its_floor():
    flat = shares(FLAT, load_config("decent_team", OPEN))
    assert sum(flat[name].mean() for name in CHANNEL_NAMES[:4]) < 0.05
    assert flat["callback"].mean() + flat["unlogged"].mean() < 0.02


@pytest.mark.parametrize("channel", CHANNEL_NAMES)
def test_each_channel_can_be_closed(channel):
    tempting = Scheme(base_pay=500, commission=15, target=0.28, pressure=0.8, survey_bonus=200, activity_pay=0.4)
    closed = shares(tempting, load_config(None, {**OPEN, f"channels.{channel}": False}))
    assert closed[channel].max() == 0.0
    assert closed["all"].mean() > 0.0


def test_a_norm_holds_a_floor_in_its_basin():
    """Two floors that differ in nothing but the norm they open with are still apart after a year of flat pay."""
    common = {**OPEN, "floors.honesty_spread": 0.0}
    rotten = shares(FLAT, load_config("rotten_team", common))
    decent = shares(FLAT, load_config("rotten_team", {**common, "floors.rotten_chance": 0.0}))
    assert rises(rotten["all"], decent["all"] + 0.1)


def test_the_loyalty_reward_ranks_schemes_as_the_score_does():
    config, seeds = load_config(), list(range(600, 608))
    envs = gym.make_vec("incentive_env/Telesales-v1", num_envs=len(seeds), autoreset_mode="SameStep", reward="loyalty")
    random = np.random.default_rng(0)
    returns, scores = [], []
    for _ in range(64):
        actions = np.tile(random.uniform(-1.0, 1.0, len(LEVER_NAMES)), (len(seeds), 1))
        rollout = roll_out(config, lambda seen, actions=actions: actions, seeds)
        returns.append(_mean_return(envs, actions, seeds, config.horizon.decisions))
        scores.append(episode_score(net_promoters(rollout.floor_weeks), config).mean())
    assert stats.spearmanr(returns, scores).statistic >= 0.9


def _mean_return(envs, actions, seeds, decisions) -> float:
    """Undiscounted return of each floor's first episode, mean over floors."""
    envs.reset(seed=seeds)
    total, alive = np.zeros(len(seeds)), np.ones(len(seeds), bool)
    for _ in range(decisions):
        _, rewards, terminated, truncated, _ = envs.step(actions)
        total += rewards * alive
        alive &= ~(terminated | truncated)
    return float(total.mean())


def test_every_fixed_scheme_is_within_the_ranges():
    config = load_config()
    for name, (scheme, idea) in FIXED.items():
        assert idea, name
        for lever, value in zip(LEVER_NAMES, scheme, strict=True):
            ends = getattr(config.levers, lever)
            assert ends.low <= value <= ends.high, (name, lever)
