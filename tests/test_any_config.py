"""No valid configuration breaks a floor: each key at either end of its bounds, in pairs and in crowds."""

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
from lives import broken, live
from worlds import SMALL

from incentive_env import Config, ConfigError, load_config
from incentive_env.config import all_keys, value_at
from incentive_env.config.keys import bounds_of, field_of

Ends = tuple[str, tuple[Any, ...]]  # a key, and the ends of its bounds, or all that it may be

SHAPES = {"salesforce.reps", "market.slots"}  # too large at their upper end for so many floors
KEYS: list[Ends] = [
    (key, bounds_of(field_of(key)) or get_args(field_of(key).annotation) or (False, True))
    for key in all_keys()
    if key not in SHAPES and not key.startswith("horizon.") and field_of(key).annotation is not str
]


def _pairs(luck: int) -> Iterator[dict[str, Any]]:
    """Each end of each key once, together with an end of another key."""
    ends = [(key, end) for key, ends in KEYS for end in ends]
    order = np.random.default_rng(luck).permutation(len(ends))
    for first, second in zip(order[::2], order[1::2], strict=False):
        yield dict((ends[first], ends[second]))


def _crowds(luck: int) -> Iterator[dict[str, Any]]:
    """A dozen keys, a third of them or all at an end, or in between; floors of several shapes."""
    rng = np.random.default_rng(luck)
    while True:
        size = rng.choice([12, len(KEYS) // 3, len(KEYS)])
        drawn = {KEYS[number][0]: _value(rng, *KEYS[number]) for number in rng.choice(len(KEYS), size, replace=False)}
        weeks = int(rng.choice([1, 2, 4, 13]))
        shape = {
            "salesforce.reps": int(rng.integers(1, 4)), "market.slots": int(rng.choice([1, 2, 8])),
            "horizon.decision_weeks": weeks, "horizon.burn_in_weeks": weeks * int(rng.integers(2)),
            "horizon.scored_weeks": 1,
        }  # fmt: skip
        yield _without_contradictions({**drawn, **shape})


def _value(rng: np.random.Generator, key: str, ends: tuple[Any, ...]) -> Any:
    if field_of(key).annotation not in (int, float) or rng.random() < 0.8:
        return ends[rng.integers(len(ends))]
    between = ends[0] + rng.random() * (ends[1] - ends[0])
    return round(between) if field_of(key).annotation is int else between


def _without_contradictions(drawn: dict[str, Any]) -> dict[str, Any]:
    """The same, but where two keys contradict each other both keep their defaults."""
    usual, orders = Config(), [("loyalty.detractor", "loyalty.promoter")]
    orders += [("customers.cooling_off_weeks", "customers.retention_weeks")]
    orders += [(f"levers.{lever}.low", f"levers.{lever}.high") for lever in type(usual.levers).model_fields]
    for low, high in orders:
        if drawn.get(low, value_at(usual, low)) >= drawn.get(high, value_at(usual, high)):
            drawn = {key: value for key, value in drawn.items() if key not in (low, high)}
    return drawn


def _break(configs: Iterator[dict[str, Any]], number: int, decisions: int = 3) -> list[str]:
    """Live a number of configurations, or all; a line for each that breaks."""
    failures, refused = [], 0
    for luck, overrides in zip(range(number), configs, strict=False):
        try:
            life = live(overrides, luck, floors=2, decisions=decisions, seated=luck % 3 == 0)
        except ConfigError:
            refused += 1
            continue
        if wrong := broken(life):
            failures.append(f"{'; '.join(wrong)}: {dict(list(overrides.items())[:20])}")
    assert refused < 0.05 * number  # contradictions of a pair; everything else was tried
    return failures


def test_every_key_at_each_end_beside_another_breaks_nothing():
    assert not _break(_pairs(0), len(KEYS) * 2)


def test_crowds_of_keys_at_their_ends_break_nothing():
    assert not _break(_crowds(1), 500)


@pytest.mark.slow
@pytest.mark.parametrize("luck", range(2, 12))
def test_no_pair_and_no_crowd_breaks_anything(luck):
    assert not _break(_pairs(luck), len(KEYS) * 2)
    assert not _break(_crowds(luck), 1000)


@pytest.mark.slow
def test_nothing_breaks_in_three_years():
    assert not _break(_crowds(12), 300, decisions=39)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"client.least_demand": 0.0}, "client.least_demand = 0.0 in an override: must be a number from 0.01 to 1"),
        ({"levers.audit.high": 1.5}, "levers.audit.high = 1.5 in an override: must be a number from 0 to 1"),
        ({"levers.coaching.high": 41.0}, "levers.coaching.high = 41.0 in an override: must be a number from 0 to 40"),
    ],
)
def test_what_would_break_a_floor_is_refused(overrides, told):
    with pytest.raises(ConfigError) as caught:
        load_config(None, {**SMALL, **overrides})
    assert str(caught.value) == told
