"""Who manages a floor: policies by name or file, the scenario's own scheme, and schemes with levers moved."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from incentive_env.cli.scenarios import holds_policy, holds_scenario, load_scenario
from incentive_env.config import Config, lineage, read_yaml, scenario_names
from incentive_env.config.levers import check_levers
from incentive_env.model.scheme import Scheme, scheme_from_mapping
from incentive_env.policies import FIXED, NAMES, FixedPolicy, Policy, PolicyError, found_for, load_policy, shipped
from incentive_env.support.spelling import nearest

# What a scenario itself says: the scheme in force before the manager's first decision; and the ``scheme`` of its file,
# or of one that it starts from, or where there is none, the former.
NEUTRAL, OWN = "neutral_scheme", "own_scheme"

Load = Callable[[str, Config], Policy]


class Side(NamedTuple):
    """A scenario and who manages it."""

    label: str
    config: Config
    policy: Policy


def read_side(said: str, usual: str, overrides: Sequence[str] = (), levers: Sequence[str] = ()) -> Side:
    """A side of a comparison, as people say it.

    Args:
        said: a policy; a scenario, which its own scheme manages; a YAML file with either or both; or
            ``SCENARIO:POLICY``.
        usual: the scenario where none is said.
        overrides: ``KEY=VALUE`` of the scenario.
        levers: ``NAME=VALUE`` of its fixed scheme.

    Raises:
        ConfigError: the scenario cannot be used.
        PolicyError: nothing has that name, or it cannot be used.
        ValueError: a lever is unknown, out of range, or none of a fixed scheme.
    """
    scenario, manager = _split(said, usual)
    config = load_scenario(scenario, overrides)
    label = ", ".join((f"{manager} on {config.name}", *overrides, *levers))
    return Side(label, config, load_manager(manager, scenario, config, levers))


def load_manager(
    name: str, scenario: str, config: Config, levers: Sequence[str] = (), load: Load = load_policy
) -> Policy:
    """The policy of a name or file, with levers of a fixed scheme moved.

    Args:
        name: `NEUTRAL`, `OWN`, or whatever ``load`` takes; a policy that was found for a scenario that this one starts
            from counts too.
        scenario: name or file that ``config`` was loaded from.
        config: the scenario that it is to manage.
        levers: ``NAME=VALUE``, each set instead of what the scheme says.
        load: from a name to a policy.

    Raises:
        PolicyError: nothing has that name, or it cannot be used.
        ValueError: a lever is unknown, no number or out of range, or the policy is no fixed scheme.
    """
    if name not in (NEUTRAL, OWN) and not levers:
        return load(_place(name, scenario, config), config)
    return FixedPolicy(fixed_scheme(name, scenario, config, levers, load), config)


def fixed_scheme(
    name: str, scenario: str, config: Config, levers: Sequence[str] = (), load: Load = load_policy
) -> Scheme:
    """The scheme of a name or file, to the digit, with levers moved; arguments and errors as of `load_manager`."""
    changed = _lever_values(levers)
    own = scheme_file(scenario) if name == OWN else None
    if own is not None:
        scheme = _scheme_of_file(own)
    elif name in (NEUTRAL, OWN):
        scheme = Scheme(**config.neutral_scheme.model_dump())
    elif name in FIXED:
        scheme = FIXED[name].scheme
    else:
        place = _place(name, scenario, config)
        load(place, config)  # says what is wrong with a name that is none
        path = shipped(config).get(place, Path(place))
        if not path.is_file() or "scheme" not in read_yaml(path):
            raise ValueError(f"levers can be set in a fixed scheme, and {name} is none")
        scheme = _scheme_of_file(path)
    return scheme._replace(**changed)


def scheme_file(scenario: str) -> Path | None:
    """The file that says what manages a scenario: its own, or the nearest that it starts from."""
    return next((path for path in lineage(scenario) if "scheme" in read_yaml(path)), None)


def known_policies(scenario: str) -> list[str]:
    """Names of all policies that can manage a scenario."""
    return [OWN, NEUTRAL, *NAMES, *found_for(scenario)]


def _split(said: str, usual: str) -> tuple[str, str]:
    """Scenario and policy that are meant."""
    path = Path(said)
    if path.is_file():
        return (said, OWN) if holds_scenario(path) else (usual, said)
    if said in known_policies(usual):
        return usual, said
    if said in scenario_names():
        return said, OWN
    scenario, colon, manager = said.rpartition(":")
    if colon:
        return scenario, manager
    known = (*known_policies(usual), *scenario_names())
    raise PolicyError(
        f"{said!r}: no policy, scenario or file{nearest(said, known)}; policies: {', '.join(known_policies(usual))}; "
        f"scenarios: {', '.join(scenario_names())}"
    )


def _place(name: str, scenario: str, config: Config) -> str:
    """What to load: a name, or the file of a policy that was found for a scenario further up."""
    if name in (*NAMES, *shipped(config)):
        return name
    path = found_for(scenario).get(name, Path(name))
    if path.is_file() and not holds_policy(path):
        raise PolicyError(f"{name}: holds no policy, which has a 'scheme:' or a 'kind:'; is it a scenario?")
    return str(path)


def _scheme_of_file(path: Path) -> Scheme:
    levers = read_yaml(path)["scheme"]
    if not isinstance(levers, dict):
        raise PolicyError(f"{path}: scheme: must hold levers, got {levers!r:.40}")
    try:
        return scheme_from_mapping(levers)
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None


def _lever_values(said: Iterable[str]) -> dict[str, float]:
    values = {}
    for text in said:
        lever, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not lever:
            raise ValueError(f"lever {text!r}: must read NAME=VALUE, for example commission=8")
        check_levers({lever: value})
        try:
            values[lever] = float(value)
        except ValueError:
            raise ValueError(f"lever {text!r}: must be set to a number") from None
    return values
