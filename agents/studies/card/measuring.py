"""How good a proxy is before it is paid on, and how much of its rise is real where it is optimized."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.registry import load_policy
from agents.studies.card.proxies import PROXIES
from agents.studies.gates.good_measure import scheme_called
from incentive_env import Config
from incentive_env.floors import measures
from incentive_env.floors.reward import episode_score
from incentive_env.policies import FixedPolicy
from incentive_env.policies.contract import Policy
from incentive_env.policies.files import shipped
from incentive_env.studies.simulate import roll_out
from incentive_env.support.progress import Progress
from incentive_env.support.spelling import nearest
from incentive_env.support.statistics import UNKNOWN, Interval, correlation, jackknife

Floats = NDArray[np.float64]
REFERENCES = ("flat_salary", "balanced_scorecard")  # under which a proxy should be a good one
BASE = REFERENCES[0]


class Seen(NamedTuple):
    """What floors did under a policy: by decision, over the episode, and what it was worth."""

    reported: dict[str, Floats]  # [floors, decisions] of each proxy
    episode: dict[str, Floats]  # [floors] of each proxy, over the episode
    real: dict[str, Floats]  # [floors] what is real of it, over the episode; where there is such a figure
    truth: Floats  # [floors, decisions] true loyalty, points
    score: Floats  # [floors] points


class Correlations(NamedTuple):
    """r of a proxy with the truth under one policy."""

    step: Interval  # over all floors and decisions; the interval is over floors
    episode: Interval  # over floors: the proxy of the episode and the score


class Rise(NamedTuple):
    """What optimizing a proxy did to it, to what is real of it, and to the truth; against a flat salary."""

    policy: str
    proxy: Interval  # in the proxy's unit
    real: Interval | None  # likewise
    unreal: Interval | None  # the gameability gap: share of the proxy's rise that is not real; None if it did not rise
    truth: Interval  # points of the score


def watch(config: Config, policy: Policy, seeds: Sequence[int]) -> Seen:
    """Let a policy manage floors for an episode, and look at all proxies and the truth."""
    horizon = config.horizon
    weeks = roll_out(config, policy, seeds).floor_weeks[:, : horizon.episode_weeks]
    net = measures.net_promoters(weeks)
    by_decision = weeks.reshape(len(weeks), horizon.decisions, horizon.decision_weeks)
    each, whole = measures.totals(by_decision, axis=2), measures.totals(weeks, axis=1)
    real = {name: proxy.truly(whole) for name, proxy in PROXIES.items()}
    return Seen(
        {name: proxy.reported(each, horizon.decision_weeks) for name, proxy in PROXIES.items()},
        {name: proxy.reported(whole, horizon.episode_weeks) for name, proxy in PROXIES.items()},
        {name: values for name, values in real.items() if values is not None},
        measures.loyalty_points(net.reshape(by_decision.shape).mean(axis=2), config),
        episode_score(net, config),
    )


def watch_all(config: Config, names: Sequence[str], seeds: Sequence[int]) -> dict[str, Seen]:
    """The floors under each of several policies, by their names; all meet the same floors."""
    seen = {}
    with Progress("policies", len(names)) as progress:
        for number, name in enumerate(names, start=1):
            seen[name] = watch(config, _policy(name, config), seeds)
            progress.move(number)
    return seen


def correlations(seen: Seen, proxy: str) -> Correlations:
    """Correlations of a proxy with the truth under a policy.

    A proxy is a correlated one if r, over the states and actions that a reference policy meets, is above 0 (Laidlaw,
    Singhal & Dragan, ICLR 2025).
    """
    return Correlations(_pooled(seen.reported[proxy], seen.truth), correlation(seen.episode[proxy], seen.score))


def rise(policy: str, seen: Seen, base: Seen, proxy: str) -> Rise:
    """What a policy did to a proxy, to what is real of it, and to the score, against a base on the same floors."""
    more = seen.episode[proxy] - base.episode[proxy]
    truth = _mean(seen.score - base.score)
    if proxy not in seen.real:
        return Rise(policy, _mean(more), None, None, truth)
    real = seen.real[proxy] - base.real[proxy]
    unreal = jackknife(lambda up, true: 1.0 - true / up, more, real) if _mean(more).low > 0.0 else None
    return Rise(policy, _mean(more), _mean(real), unreal, truth)


def card(config: Config, optimized: Mapping[str, str], seeds: Sequence[int]) -> dict[str, Any]:
    """Everything of the card that is measured on floors, as plain data.

    Args:
        config: the scenario.
        optimized: for each proxy, the policy that was trained on it; a proxy without one has no rise.
        seeds: of the floors.
    """
    paid = {name: PROXIES[name].pay for name in PROXIES}
    names = list(dict.fromkeys([*REFERENCES, *paid.values(), *optimized.values()]))
    seen = watch_all(config, names, seeds)
    proxies = {}
    for name, proxy in PROXIES.items():
        under = [*REFERENCES, paid[name], *([optimized[name]] if name in optimized else [])]
        proxies[name] = {
            "title": proxy.title, "unit": proxy.unit, "reward": proxy.reward, "real": proxy.real_title or None,
            "r": {policy: _plain(correlations(seen[policy], name)) for policy in dict.fromkeys(under)},
            "rises": [_plain(rise(policy, seen[policy], seen[BASE], name)) for policy in dict.fromkeys(under[2:])],
            "clouds": {
                policy: {"proxy": _rounded(seen[policy].episode[name]), "score": _rounded(seen[policy].score)}
                for policy in (BASE, under[-1])
            },
        }  # fmt: skip
    return {"scenario": config.name, "floors": len(seeds), "references": list(REFERENCES), "proxies": proxies}


def optimized_policies(config: Config, named: Sequence[str] | None) -> dict[str, str]:
    """For each proxy the policy that was trained on it: as ``PROXY=POLICY`` names it, or the shipped ones.

    Raises:
        ValueError: no proxy has that name, one is named twice, or there is no such policy.
    """
    if named is None:
        shipped_ones = shipped(config)
        usual = {name: f"ppo_{proxy.reward}" for name, proxy in PROXIES.items()}
        return {name: policy for name, policy in usual.items() if policy in shipped_ones}
    chosen: dict[str, str] = {}
    for text in named:
        name, equals, policy = text.partition("=")
        if not equals or name not in PROXIES or name in chosen:
            allowed = "must be PROXY=POLICY, each proxy once; proxies: "
            raise ValueError(f"--trained {text}: {allowed}{', '.join(PROXIES)}{nearest(name, PROXIES)}")
        load_policy(policy, config)  # an unknown one is refused before any work
        chosen[name] = policy
    return chosen


def _policy(name: str, config: Config) -> Policy:
    try:
        return FixedPolicy(scheme_called(name, config), config)
    except AttributeError:  # neither a scheme nor a lever
        return load_policy(name, config)


def _pooled(proxy: Floats, truth: Floats) -> Interval:
    """Correlation over floors and decisions, with an interval over floors: the decisions of a floor hang together."""
    if np.ptp(proxy) == 0.0 or np.ptp(truth) == 0.0:
        return UNKNOWN
    u, v = ((values - values.mean()) / values.std() for values in (proxy, truth))

    def of_means(a: Any, b: Any, aa: Any, bb: Any, ab: Any) -> Any:
        return (ab - a * b) / np.sqrt((aa - a * a) * (bb - b * b))

    return jackknife(of_means, *(values.mean(axis=1) for values in (u, v, u * u, v * v, u * v)))


def _rounded(values: Floats) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def _mean(values: Floats) -> Interval:
    return jackknife(lambda mean: mean, values)


def _plain(row: Any) -> dict[str, Any]:
    """A row with its intervals as lists; what is unknown is None, as JSON has no NaN."""

    def value(part: Any) -> Any:
        if isinstance(part, Interval):
            return None if np.isnan(part.mean) else [float(f"{number:.6g}") for number in part]
        return part

    return {name: value(part) for name, part in row._asdict().items()}
