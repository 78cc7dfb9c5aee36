"""Plans of offline learning, ``configs/plans/offline/*.yaml``: one class per algorithm."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from agents.algorithms.training import Width
from agents.loading import Part, checked, chosen


class CloningPlan(Part):
    """Behaviour cloning: the mean of a normal policy by least squares, on floors held out for early stopping."""

    algorithm: Literal["bc"] = "bc"
    net_arch: tuple[Width, ...] = Field((64, 64), description="widths of the hidden layers")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="of Adam")
    batch_size: int = Field(512, ge=1, le=1_000_000, description="decisions in a minibatch")
    epochs: int = Field(100, ge=1, le=100_000, description="passes over the decisions, at most")
    patience: int = Field(15, ge=1, le=100_000, description="epochs without a better held-out loss before it stops")
    held_out: float = Field(0.1, gt=0.0, lt=1.0, description="share of the episodes held out for early stopping")


class BestPlan(CloningPlan):
    """Behaviour cloning of the episodes with the greatest returns."""

    algorithm: Literal["best_bc"] = "best_bc"  # type: ignore[assignment]
    best: float = Field(0.1, gt=0.0, le=1.0, description="share of the episodes that is cloned")


class AWRPlan(CloningPlan):
    """Advantage-weighted regression (Peng et al. 2019) with Monte Carlo returns, one round on fixed data."""

    algorithm: Literal["awr"] = "awr"  # type: ignore[assignment]
    gamma: float = Field(0.95, ge=0.0, lt=1.0, description="discount of a period of four weeks")
    temperature: float = Field(0.5, gt=0.0, le=100.0, description="β, in standard deviations of the advantage")
    max_weight: float = Field(20.0, gt=0.0, le=1e6, description="greatest weight of a decision")


OfflinePlan = CloningPlan | BestPlan | AWRPlan
_FORMS = {"bc": CloningPlan, "best_bc": BestPlan, "awr": AWRPlan}


def offline_plan(content: Mapping[str, Any], path: Path) -> OfflinePlan:
    """The plan of a file; without ``algorithm:``, behaviour cloning.

    Raises:
        ConfigError: an unknown algorithm, an unknown key, or a value out of bounds.
    """
    plan: OfflinePlan = checked(chosen(_FORMS, content.get("algorithm", "bc"), path), content, path)
    return plan
