"""A short trajectory that stays as it is, unless somebody means to change the model."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from worlds import open_floors, random_actions

from incentive_env import load_config

GOLDEN = Path(__file__).parent / "golden" / "telesales.json"
COUNTS = (
    "calls", "sales", "recorded_sales", "recorded_refusals", "recorded_callbacks", "unlogged", "gamed_calls",
    "surveys", "quits", "customers", "promoters", "detractors", "churned", "arrivals", "contacts", "fixed",
)  # fmt: skip
AMOUNTS = ("cash", "base_pay", "commission", "retention_pay", "norm", "reputation", "demand")


def _trajectory() -> dict[str, Any]:
    """Two floors of the shipped scenario under three fixed actions; sums over the weeks of each decision."""
    floors = open_floors(load_config("telesales"), [2024, 2025])
    opening = floors.observation()
    decisions = []
    for actions in random_actions(3, 2, seed=1):
        period = floors.decide(actions)
        weeks = period.floor_weeks
        decisions.append(
            {
                "counts": {name: weeks[name].sum(axis=1).astype(int).tolist() for name in COUNTS},
                "gamed": weeks["gamed"].sum(axis=1).astype(int).tolist(),
                "amounts": {name: _rounded(weeks[name][:, -1]) for name in AMOUNTS},
                "reward_terms": {name: _rounded(period.terms[name]) for name in period.terms.dtype.names},
                "report": _rounded(floors.observation()),
            }
        )
    return {"opening": _rounded(opening), "decisions": decisions}


def _rounded(numbers: np.ndarray) -> Any:
    """Numbers as JSON holds them, to five digits: the last bits may depend on the machine."""
    return np.vectorize(lambda number: float(f"{number:.5g}"))(numbers).tolist()


def test_the_golden_trajectory_has_not_changed():
    trajectory = _trajectory()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(trajectory, indent=1) + "\n", encoding="utf-8")
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == trajectory, (
        "the model gives another trajectory: if that is meant, regenerate it with UPDATE_GOLDEN=1 and say so in "
        "CHANGELOG.md, in a line that names tests/golden/telesales.json"
    )
