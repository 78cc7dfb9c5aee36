"""Facts that need a mechanism: each is measured on few floors, and reacts to what it is about."""

import math

import pytest

from incentive_env import load_config
from incentive_env.config.mechanisms import MECHANISMS, Mechanisms
from incentive_env.validation import FACTS, Lab
from incentive_env.validation.pictures import draw

ON = {f"mechanisms.{name}": True for name in Mechanisms.model_fields}
NEEDY = [name for name, fact in FACTS.items() if fact.needs]
FEW = {"salesforce.reps": 6, "market.slots": 20, "horizon.burn_in_weeks": 4, "horizon.decisions": 6,
       "horizon.scored_weeks": 12}  # fmt: skip


@pytest.mark.parametrize("name", NEEDY)
def test_a_fact_on_few_floors_gives_a_figure_for_each_band(name):
    fact = FACTS[name]
    assert fact.missing(load_config(None, ON)) in ((), ("good_measure",))
    verdict = fact.check(Lab(load_config(None, {**ON, **FEW}), range(16)))
    assert [part.name for part in verdict.parts] == list(fact.bands)
    assert all(math.isfinite(part.estimate.mean) for part in verdict.parts), verdict.parts
    assert draw(verdict.picture).startswith(b"\x89PNG")


def figure(fact, part, *, without=None, floors=48, **change):
    """A figure with all mechanisms, or without one."""
    off = MECHANISMS[without].without if without else {}
    lab = Lab(load_config(None, {**ON, **change, **off}), range(floors))
    return FACTS[fact].measure(lab).estimates[part]


def test_an_empty_threat_loses_its_force_only_where_reps_learn():
    share = "fall without, share of that, norm frozen"
    learned = figure("empty_threat", share, **{"beliefs.sanction_step": 4.0})
    not_learned = figure("empty_threat", share, without="audit_beliefs")
    assert not_learned.mean > 0.7  # fear follows the share of calls heard, sanctioned or not
    assert learned.high < not_learned.low
