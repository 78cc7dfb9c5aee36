"""Schemes and scenarios that a list offers."""

from functools import cache

from incentive_env.config import read_yaml, scenario_names
from incentive_env.model.scheme import Scheme, scheme_from_mapping
from incentive_env.policies import FIXED, found_for


@cache
def preset_options(scenario: str) -> dict[str, str]:
    """Fixed schemes, hand-made and found for a scenario or one that it starts from, with names for people."""
    found = [name for name, path in found_for(scenario).items() if "scheme" in read_yaml(path)]
    return {name: name.replace("_", " ") for name in (*FIXED, *found)}


def scheme_named(name: str, scenario: str) -> Scheme:
    """A fixed scheme by its name."""
    if name in FIXED:
        return FIXED[name].scheme
    return scheme_from_mapping(read_yaml(found_for(scenario)[name])["scheme"])


@cache
def scenario_options() -> dict[str, str]:
    """Shipped scenarios, with names for people."""
    return {name: name.replace("_", " ") for name in scenario_names()}
