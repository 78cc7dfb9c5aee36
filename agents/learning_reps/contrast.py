"""Learning reps compared with the model's own, scheme by scheme, over several training seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from agents.jobs.engine import Engine, Session
from agents.jobs.store import Store
from agents.jobs.work import Kept, Work
from agents.learning_reps.learner import seats_of, train_reps
from agents.learning_reps.measured import measure
from agents.learning_reps.plan import MODEL, Contrast, RepPlan
from agents.registry import load_policy
from incentive_env import Config, load_config
from incentive_env.config import read_yaml
from incentive_env.policies.network import SeatNetwork
from incentive_env.studies.evaluate import evaluation_seeds
from incentive_env.support.files import written_whole
from incentive_env.support.sealed import hash_of
from incentive_env.support.statistics import interval

CURVE = ("gaming", "recorded_conversion", "conversion", "utility")  # measured during training


class Job(NamedTuple):
    """One training under one scheme, or the measurement of the model's own reps."""

    config: Config
    scheme: str
    plan: RepPlan | None  # None: the model's own reps
    seats: RepPlan  # the plan whose seats are measured
    seed: int
    floors: int
    curve_floors: int


def run_contrast(contrast: Contrast, store: Store, engine: Engine, *, plain: bool = False) -> dict[str, Any]:
    """Train and measure what is not in the store yet, and return all figures.

    Returns:
        ``figures[scheme][learner][figure]`` with ``mean``, ``low``, ``high`` and ``each``: over training seeds for
        learning reps, over floors for the model's own.
    """
    config = load_config(contrast.scenario, contrast.overrides)
    works = [_work(job, name) for name, plan in contrast.learners.items() for job in _jobs(contrast, config, plan)]
    session = Session(
        "learning reps", store, engine, cells=len(works), cost=sum(work.cost for work in works), summary=_told,
        plain=plain,
    )  # fmt: skip
    with session:
        made = session.run(works)
    return {
        "contrast": contrast.model_dump(mode="json"),
        "figures": {scheme: _by_learner(contrast, made, scheme) for scheme in contrast.schemes},
    }


def _jobs(contrast: Contrast, config: Config, plan: RepPlan) -> list[Job]:
    seats_of(config, plan)
    jobs, floors = [], (contrast.floors, contrast.curve_floors)
    for scheme in contrast.schemes:
        load_policy(scheme, config)
        jobs.append(Job(config, scheme, None, plan, 0, *floors))
        jobs += [Job(config, scheme, plan, plan, seed, *floors) for seed in range(contrast.seeds)]
    return jobs


def _work(job: Job, learner: str) -> Work:
    name = _name(learner, job.plan is None)
    file = Path(job.scheme)
    scheme = read_yaml(file) if file.is_file() else job.scheme
    numbers = [job.config.model_dump(mode="json"), scheme, job.seats.model_dump(mode="json"), *job[4:]]
    cost = 0.0 if job.plan is None else job.plan.total_timesteps
    return Work(_key(job.scheme, name, job.seed), hash_of([job.plan is None, *numbers]), _make, (job, name), cost)


def _key(scheme: str, name: str, seed: int) -> str:
    return f"{Path(scheme).stem}-{name}-{seed}"


def _name(learner: str, own: bool) -> str:
    return f"{MODEL}{learner}" if own else learner


def _make(named_job: tuple[Job, str], store: Store) -> dict[str, Any]:
    """Figures of a job, floor by floor; trained reps are stored beside them."""
    job, name = named_job
    manager = load_policy(job.scheme, job.config)
    seats, floors = seats_of(job.config, job.seats), evaluation_seeds(job.floors)
    if job.plan is None:
        return {"figures": _listed(measure(job.config, manager, floors, None, seats))}
    curve: list[dict[str, float]] = []

    def look(reps: SeatNetwork, step: int) -> None:
        seen = measure(job.config, manager, evaluation_seeds(job.curve_floors), reps, seats)
        curve.append({"step": step, **{name: float(f"{seen[name].mean():.6g}") for name in CURVE}})

    network = train_reps(job.config, manager, job.plan, seed=job.seed, watch=look)
    with store.folder("reps") as folder:
        text = yaml.safe_dump({"scheme": job.scheme, **network.content()}, sort_keys=False)
        with written_whole(folder / f"{_key(job.scheme, name, job.seed)}.yaml") as partial:
            partial.write_text(text, encoding="utf-8")
    return {"figures": _listed(measure(job.config, manager, floors, network, seats)), "curve": curve}


def _listed(figures: Mapping[str, NDArray[np.float64]]) -> dict[str, list[float]]:
    return {name: [float(f"{value:.6g}") for value in values] for name, values in figures.items()}


def _by_learner(contrast: Contrast, made: Sequence[Kept], scheme: str) -> dict[str, Any]:
    cells = {kept.key: kept.cell for kept in made}
    rows: dict[str, Any] = {}
    for learner in contrast.learners:
        own = cells[_key(scheme, _name(learner, True), 0)]["figures"]
        rows[_name(learner, True)] = {name: _summary(values) for name, values in own.items()}
        mine = [cells[_key(scheme, learner, seed)] for seed in range(contrast.seeds)]
        rows[learner] = {name: _summary([np.mean(cell["figures"][name]) for cell in mine]) for name in own}
        rows[learner]["curves"] = [cell["curve"] for cell in mine]
    return rows


def _summary(values: Sequence[float]) -> dict[str, Any]:
    mean, low, high = interval(np.asarray(values, np.float64))
    return {"mean": mean, "low": low, "high": high, "each": [float(value) for value in values]}


def _told(kept: Kept) -> str:
    figures = kept.cell["figures"]
    return f"gaming {np.mean(figures['gaming']):.2f}, recorded conversion {np.mean(figures['recorded_conversion']):.2f}"
