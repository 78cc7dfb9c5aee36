"""How well managers learned from a dataset do: compared with the behaviour that made it, on unseen floors."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.statistics import paired_difference, two_way_interval
from agents.loading import load
from agents.offline.behaviours import RANDOM, Behaviour, Mixture, behaviour_set, in_turn, load_all
from agents.offline.collection import collect
from agents.offline.datasets import open_dataset, recording_env, write_dataset
from agents.offline.decisions import read_decisions
from agents.offline.learning import discount_of, learn
from agents.offline.replay import replay_all
from incentive_env import Config
from incentive_env.policies.files import fingerprint
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.progress import Progress

FLOORS = 90_000  # first floor of this study; no plan was chosen on these floors, and nothing else uses them
BEHAVIOUR = "behaviour"


class Study(NamedTuple):
    """The settings of a study."""

    scenario: str  # name or file
    config: Config  # loaded from it
    reward: str
    sets: tuple[str, ...]  # of behaviours, a dataset each
    plans: tuple[str, ...]
    episodes: int  # of a dataset
    seeds: int  # of learning; also the number of ways in which behaviours are assigned to floors
    floors: int  # on which all are scored
    root: Path  # of the datasets; those of an earlier run are replaced

    @property
    def test_floors(self) -> range:
        """Seeds of the floors on which all are scored."""
        return range(FLOORS, FLOORS + self.floors)


def run_study(study: Study) -> dict[str, Any]:
    """Collect, replay, learn and score; all results but ``times`` are reproducible.

    Returns:
        For JSON: ``datasets`` with sizes; ``rows``, one per dataset and learner, with loyalty in points and differences
        from the behaviour and from the best policy in the dataset, all with 95 % intervals over floors and seeds.
    """
    rows: list[dict[str, Any]] = []
    datasets: dict[str, Any] = {}
    times: dict[str, Any] = {}
    work = len(study.sets) * (len(study.plans) * study.seeds + 1)
    with Progress("study", work) as progress:
        for number, name in enumerate(study.sets):
            done = number * (len(study.plans) * study.seeds + 1)
            behaviours = behaviour_set(name, study.config)
            dataset_id = f"incentive_env/{study.config.name}/{name}-v0"
            datasets[name], times[name] = _collected(study, dataset_id, behaviours)
            scores = {BEHAVIOUR: _behaviour_scores(study, behaviours), **_named_scores(study, behaviours)}
            progress.move(done := done + 1)
            for plan in study.plans:
                scores[plan], times[name][plan] = _learned_scores(study, dataset_id, plan, progress, done)
                done += study.seeds
            rows += _rows(name, scores, study.plans)
    return {
        "scenario": study.config.name, "fingerprint": fingerprint(study.config), "reward": study.reward,
        "seeds": study.seeds, "floors": study.floors, "first_floor": FLOORS, "datasets": datasets, "rows": rows,
        "times": times,
    }  # fmt: skip


def _collected(study: Study, dataset_id: str, behaviours: Sequence[Behaviour]) -> tuple[dict[str, Any], dict[str, Any]]:
    started = time.monotonic()
    episodes = collect(study.config, study.reward, behaviours, study.episodes)
    collected = time.monotonic()
    env = recording_env(study.scenario, study.config, study.reward)
    folder = write_dataset(
        dataset_id, episodes, env, root=study.root, overwrite=True,
        description=f"study of offline learning, {dataset_id}", algorithm_name=dataset_id,
    )  # fmt: skip
    written = time.monotonic()
    dataset = open_dataset(dataset_id, study.root)
    replayed = replay_all(dataset, range(len(episodes)))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    returns = np.array([episode.rewards.sum() for episode in episodes])
    lengths = np.array([len(episode.rewards) for episode in episodes])[np.argsort(returns, kind="stable")]
    below, above = np.array_split(lengths, 2)
    content = {
        "id": dataset_id, "behaviours": len(behaviours), "episodes": len(episodes), "decisions": dataset.total_steps,
        "replayed": replayed, "megabytes": round(size / 1e6, 1),
        "ended_early": float(np.mean([bool(episode.terminations[-1]) for episode in episodes])),
        "mean_return": float(returns.mean()), "decisions_below_median": float(below.mean()),
        "decisions_above_median": float(above.mean()),
    }  # fmt: skip
    seconds = {"collect": collected - started, "write": written - collected, "replay": time.monotonic() - written}
    return content, {step: round(value, 1) for step, value in seconds.items()}


def _behaviour_scores(study: Study, behaviours: Sequence[Behaviour]) -> NDArray[np.float64]:
    """``[seeds, floors]`` of the behaviour itself: one per floor as in the dataset, assigned differently each time."""
    policies, floors = load_all(behaviours, study.config), study.test_floors
    mixtures = (
        Mixture(in_turn(behaviours, study.floors, shift), policies, floors, shift) for shift in range(study.seeds)
    )
    return np.stack([evaluate(study.config, mixture, floors).loyalty for mixture in mixtures])


def _named_scores(study: Study, behaviours: Sequence[Behaviour]) -> dict[str, NDArray[np.float64]]:
    """``[1, floors]`` of each policy in a dataset but ``random``, without noise."""
    policies = load_all([each for each in behaviours if each.policy != RANDOM], study.config)
    return {name: evaluate(study.config, policy, study.test_floors).loyalty[None] for name, policy in policies.items()}


def _learned_scores(
    study: Study, dataset_id: str, name: str, progress: Progress, done: int
) -> tuple[NDArray[np.float64], float]:
    """``[seeds, floors]`` of a learner, and its seconds per run."""
    plan = load("offline", name)
    decisions = read_decisions(open_dataset(dataset_id, study.root), discount_of(plan))
    scores, seconds = [], 0.0
    for seed in range(study.seeds):
        started = time.monotonic()
        policy = learn(decisions, plan, seed=seed).policy
        seconds += time.monotonic() - started
        scores.append(evaluate(study.config, policy, study.test_floors).loyalty)
        progress.move(done + seed + 1)
    return np.stack(scores), round(seconds / study.seeds, 1)


def _rows(dataset: str, scores: dict[str, NDArray[np.float64]], plans: Sequence[str]) -> list[dict[str, Any]]:
    named = [name for name in scores if name not in (BEHAVIOUR, *plans)]
    best = max(named, key=lambda name: float(np.median(scores[name].mean(axis=1))))
    rows = []
    for name in (*plans, BEHAVIOUR, best):
        loyalty = two_way_interval(scores[name])
        rows.append(
            {
                "dataset": dataset, "learner": name, "kind": "learned" if name in plans else "in the dataset",
                "loyalty": loyalty.value, "loyalty_low": loyalty.low, "loyalty_high": loyalty.high,
                "by_seed": [round(float(score), 2) for score in scores[name].mean(axis=1)],
                "over_behaviour": _difference(scores[name], scores[BEHAVIOUR]) if name != BEHAVIOUR else None,
                "over_best": _difference(scores[name], scores[best]) if name != best else None,
            }
        )  # fmt: skip
    return rows


def _difference(head: NDArray[np.float64], base: NDArray[np.float64]) -> dict[str, float | None]:
    value, low, high, *_ = paired_difference(head, base)
    return {"value": value, "low": low, "high": high}
