"""One film of a small floor, for all who look at it."""

from collections.abc import Callable

import numpy as np
import pytest

from incentive_env import Config, Scheme
from incentive_env.rendering import Frame, film

HARSH = Scheme(base_pay=520, commission=8, target=0.3, pressure=0.8)


@pytest.fixture(scope="session")
def frames(small: Config) -> list[Frame]:
    """A year and more under a quota with a threat."""
    return film(small, HARSH, seed=1, weeks=60)


@pytest.fixture
def floor_of() -> Callable[..., Frame]:
    """A frame made by hand: ``floor_of(reps=2, slots=3, week=5)``; every customer is a passive."""
    return _floor_of


def _floor_of(reps: int = 2, slots: int = 3, **fields: object) -> Frame:
    a_rep, a_slot = (reps,), (reps, slots)
    usual = {
        "scenario": "by hand", "week": 3, "episode_weeks": 8, "scheme": Scheme(),
        "present": np.ones(a_rep, bool), "strain": np.full(a_rep, 0.3), "motivation": np.full(a_rep, 0.9),
        "honesty": np.full(a_rep, 0.5), "tenure": np.full(a_rep, 30.0),
        "tactics": np.zeros((reps, 5)), "gamed": np.zeros((reps, 9)), "clean": np.ones(a_rep),
        "customers": np.full(a_slot, 7.0), "left_wronged": np.zeros(a_slot, bool),
        "promoter_from": 8.5, "detractor_below": 6.5, "loyalty": 12.34, "conversion": 0.25, "gaming_share": 0.5,
        "cash": 1234.0, "volume": 1.0, "events": {}, "closed": False,
    }  # fmt: skip
    arrays = {name: np.asarray(value) for name, value in fields.items() if isinstance(usual[name], np.ndarray)}
    return Frame(**{**usual, **fields, **arrays})  # type: ignore[arg-type]
