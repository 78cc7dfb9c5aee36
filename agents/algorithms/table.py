"""The table of algorithms: a row for each way to train a manager or to search for one.

Another algorithm of stable-baselines3 or sb3-contrib takes one row here and a file in ``configs/plans/training``.
"""

from collections.abc import Mapping
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from pydantic import create_model

from agents.algorithms.hacking import (
    AnchoredPPOPlan,
    AuditedPlan,
    EarlyStoppingPlan,
    MaxMinPlan,
    MonaPlan,
    MonitoredPlan,
    PessimisticEnsemblePlan,
)
from agents.algorithms.search import (
    FeedbackPlan,
    FloorByFloorPlan,
    OpenLoopPlan,
    QuantilizerPlan,
    RandomSearchPlan,
    SearchPlan,
    StaticPlan,
)
from agents.algorithms.training import (
    PPOPlan,
    RecurrentPPOPlan,
    SACPlan,
    TQCPlan,
    TrainingPlan,
)
from agents.loading import Part, checked, chosen, imported
from incentive_env import ConfigError

LearnerPlan = TrainingPlan | SearchPlan


class Algorithm(NamedTuple):
    """A row of the table."""

    plan: type[LearnerPlan]  # form of its files; of an algorithm without one of its own, a similar algorithm's
    where: str  # "module:name" of its class in stable-baselines3, or of the function that searches; loaded when used
    words: str  # what it is, for tables
    cost: float = 1.0  # of a unit of `TrainingPlan.work`, beside PPO's
    network: str = "MlpPolicy"  # name of its network in stable-baselines3


ALGORITHMS = {
    "ppo": Algorithm(PPOPlan, "stable_baselines3:PPO", "PPO (Schulman et al. 2017)"),
    "recurrent_ppo": Algorithm(
        RecurrentPPOPlan, "sb3_contrib:RecurrentPPO", "PPO with a memory", cost=2.8, network="MlpLstmPolicy"
    ),
    "anchored_ppo": Algorithm(
        AnchoredPPOPlan, "agents.hacking.anchored:AnchoredPPO",
        "PPO on a proxy, held near a safe scheme (Laidlaw, Singhal and Dragan, ICLR 2025)", cost=1.6,
    ),
    "monitored": Algorithm(
        MonitoredPlan, "agents.hacking.watched:MonitoredPPO",
        "PPO on a proxy, less what a monitor of known accuracy flags (Baker et al. 2025)",
    ),
    "audited": Algorithm(
        AuditedPlan, "agents.hacking.watched:AuditedPPO", "PPO on a proxy, less what the floor's own audits find"
    ),
    "max_min": Algorithm(
        MaxMinPlan, "agents.hacking.max_min:MaxMinPPO",
        "PPO against the worst of the rewards that fit a safe policy's data (Liu, Sun and Zheng 2026)", cost=1.6,
    ),
    "early_stopping": Algorithm(
        EarlyStoppingPlan, "agents.hacking.early_stopping:EarlyStoppingPPO",
        "PPO on a proxy that stops where the truth might begin to fall (Karwowski et al. 2024)", cost=1.8,
    ),
    "pessimistic_ensemble": Algorithm(
        PessimisticEnsemblePlan, "agents.hacking.pessimistic_ensemble:PessimisticEnsemblePPO",
        "PPO on a reward learned from few labels, minus λ standard deviations (Coste et al. 2024)", cost=1.8,
    ),
    "mona": Algorithm(
        MonaPlan, "agents.hacking.mona:MonaPPO",
        "myopic PPO on a proxy and an overseer's approval (Farquhar et al. 2025)", cost=12.0,
    ),
    "sac": Algorithm(SACPlan, "stable_baselines3:SAC", "SAC (Haarnoja et al. 2018), off-policy", cost=7.5),
    "tqc": Algorithm(TQCPlan, "sb3_contrib:TQC", "TQC (Kuznetsov et al. 2020), off-policy", cost=12.5),
    "cma_static": Algorithm(
        StaticPlan, "agents.search.learners:search_static", "the best fixed scheme, by CMA-ES", cost=0.8
    ),
    "cma_feedback": Algorithm(
        FeedbackPlan, "agents.search.learners:search_feedback", "a scheme linear in the report, by CMA-ES", cost=0.8
    ),
    "cma_open_loop": Algorithm(
        OpenLoopPlan, "agents.search.learners:search_open_loop", "schemes in turn that never look, by CMA-ES", cost=0.8
    ),
    "floor_by_floor": Algorithm(
        FloorByFloorPlan, "agents.search.floor_by_floor:only_in_suites",
        "the best scheme of each single floor, with its luck known: a reference, no policy", cost=0.8,
    ),
    "random_search": Algorithm(
        RandomSearchPlan, "agents.search.learners:search_at_random", "the best of many random schemes", cost=0.8
    ),
    "quantilizer": Algorithm(
        QuantilizerPlan, "agents.hacking.quantilizer:quantilize",
        "a draw from the best share of trusted schemes (Taylor 2016)", cost=0.8,
    ),
}  # fmt: skip
# Plain keywords of an algorithm's class that are not a plan's: `agents.training.train` sets them or they set nothing.
_NOT_OF_PLANS = {"verbose", "device", "stats_window_size"}


def learner_plan(content: Mapping[str, Any], path: Path) -> LearnerPlan:
    """The plan of a file, for any algorithm; without ``algorithm:`` it is PPO.

    Raises:
        ConfigError: an unknown algorithm or key, or a value out of bounds.
    """
    name = content.get("algorithm", "ppo")
    return checked(_form(name, chosen(ALGORITHMS, name, path)), {"algorithm": name, **content}, path)


def training_plan(content: Mapping[str, Any], path: Path) -> TrainingPlan:
    """The plan of a file, for an algorithm of stable-baselines3."""
    plan = learner_plan(content, path)
    if not isinstance(plan, TrainingPlan):
        raise ConfigError(f"{path}: {plan.algorithm} is a search; run it with scripts/benchmark.py")
    return plan


def search_plan(content: Mapping[str, Any], path: Path) -> SearchPlan:
    """The plan of a file, for a search."""
    plan = learner_plan(content, path)
    if not isinstance(plan, SearchPlan):
        raise ConfigError(f"{path}: {plan.algorithm} is not a search; train it with scripts/train.py")
    return plan


def cost_of(plan: LearnerPlan | None, decisions: int) -> float:
    """Rough cost of a plan, in decisions of PPO: for the time left, and to start with the longest.

    Args:
        plan: ``None`` if nothing is trained.
        decisions: of an episode.
    """
    return 0.0 if plan is None else ALGORITHMS[plan.algorithm].cost * plan.work(decisions)


def algorithm_table() -> str:
    """The table in Markdown."""
    rows = [f"| `{name}` | {row.words} | {row.cost:g} |" for name, row in ALGORITHMS.items()]
    return "\n".join(["| `algorithm:` | what it is | cost of a decision, PPO's is 1 |", "|---|---|---:|", *rows, ""])


def _form(name: str, row: Algorithm) -> type[LearnerPlan]:
    own = row.plan.model_fields["algorithm"].default == name
    return row.plan if own else _derived(name, row)


@cache
def _derived(name: str, row: Algorithm) -> type[LearnerPlan]:
    """A form like a similar algorithm's, whose hyper-parameters are the keywords of the algorithm's own class.

    Shared keywords keep the bounds and default of the similar algorithm, unless that default is None.
    """
    keywords = signature(imported(row.where).__init__).parameters
    similar = row.plan.model_fields["hyper_parameters"].annotation
    assert isinstance(similar, type)
    assert issubclass(similar, Part)
    fields: dict[str, Any] = {
        key: (field.annotation, field)
        for key, field in similar.model_fields.items()
        if key in keywords and field.default is not None
    }
    for key, keyword in keywords.items():
        plain = isinstance(keyword.default, bool | int | float | str) and not key.startswith("_")
        if plain and key not in fields and key not in _NOT_OF_PLANS:
            fields[key] = (keyword.annotation, keyword.default)
    section: type[Part] = create_model(f"{name}_parameters", __base__=Part, **fields)
    bases: Any = (_Derived, row.plan)
    entries: Any = {"algorithm": (Literal[name], name), "hyper_parameters": (section, section())}
    form: Any = create_model(f"{name}_plan", __base__=bases, **entries)
    return cast(type[LearnerPlan], form)


class _Derived(Part):
    """A plan whose class is made at run time; another process finds it by the algorithm's name."""

    def __reduce__(self) -> Any:
        return learner_plan, (self.model_dump(), Path("plan"))
