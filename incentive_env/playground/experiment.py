"""What is set in the laboratory: a scenario, changes to it, two schemes, and the floors that both are tried on."""

from functools import lru_cache
from typing import NamedTuple, Self

import yaml

from incentive_env.config import Config, load_config, value_at
from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import Scheme, lever_ranges
from incentive_env.policies import FIXED

Changes = tuple[tuple[str, float], ...]


class Setting(NamedTuple):
    """A number of the scenario that has a slider."""

    key: str
    label: str
    low: float
    high: float
    step: float | str = "any"  # no step of its own: the scenario's number need not lie on a grid


SETTINGS = (
    Setting("salesforce.honesty_mean", "honesty of the people", 0.2, 0.9),
    Setting("floors.rotten_chance", "share of floors that open with a norm of gaming", 0.0, 1.0),
    Setting("decision.norm_erosion", "how far colleagues' gaming erodes conscience", 0.0, 1.0),
    Setting("salesforce.patience", "patience of the people", 0.0, 1.0),
    Setting("market.need_mean", "need of the market", 0.3, 0.9),
    Setting("customers.discovery", "chance a week that a broken promise is found out", 0.0, 0.5),
    Setting("salesforce.reps", "reps on a floor", 2, 30, 1),
    Setting("market.slots", "customer slots of a rep", 10, 100, 5),
)


@lru_cache(maxsize=64)
def scenario_of(name: str, changes: Changes) -> Config:
    """The scenario of a name with some keys changed; loaded once."""
    return load_config(name, dict(changes))


class Experiment(NamedTuple):
    """Two schemes on the same floors."""

    scenario: str = "telesales"
    changes: Changes = ()
    first: Scheme = FIXED["flat_salary"].scheme
    second: Scheme = FIXED["quota_with_threat"].scheme
    floors: int = 16
    seed: int = 0

    @property
    def config(self) -> Config:
        """The scenario as changed."""
        return scenario_of(self.scenario, self.changes)

    @property
    def seeds(self) -> range:
        """Seeds of the floors."""
        return range(self.seed, self.seed + self.floors)

    @property
    def options(self) -> str:
        """The floors, as options of a command."""
        return f"--floors {self.floors} --seed {self.seed}"

    def value(self, key: str) -> float:
        """The number of the scenario at a dotted key."""
        number: float = value_at(self.config, key)
        return number

    def with_change(self, key: str, value: float) -> Self:
        """The same, one key of the scenario changed; what is as the scenario has it is no change."""
        usual = value_at(scenario_of(self.scenario, ()), key)
        kept = {name: number for name, number in self.changes if name != key}
        if abs(value - usual) > 1e-9:
            kept[key] = int(value) if isinstance(usual, int) else float(value)
        return self._replace(changes=tuple(sorted(kept.items())))

    def in_scenario(self, name: str) -> Self:
        """The same schemes in another scenario, unchanged, held within the ranges of its levers."""
        moved = self._replace(scenario=name, changes=())
        return moved._replace(first=within(self.first, moved.config), second=within(self.second, moved.config))

    def as_yaml(self, scheme: Scheme) -> str:
        """A file with the scenario's changes and one scheme, which scripts and command line run as it is."""
        tree: dict[str, object] = {"extends": self.scenario}
        for key, value in self.changes:
            section, name = key.split(".", 1)
            branch = tree.setdefault(section, {})
            assert isinstance(branch, dict)
            branch[name] = value
        tree["scheme"] = {lever: float(f"{value:.6g}") for lever, value in scheme._asdict().items()}
        head = (
            "# Written by the playground. The same floors again:\n"
            f"#   incentive-env simulate --config THIS_FILE {self.options}\n"
            f"#   python scripts/simulate.py --config THIS_FILE {self.options}\n"
        )
        return head + yaml.safe_dump(tree, sort_keys=False)


def within(scheme: Scheme, config: Config) -> Scheme:
    """A scheme with every lever held within the scenario's range."""
    low, high = lever_ranges(config)
    held = [min(max(value, least), most) for value, least, most in zip(scheme, low, high, strict=True)]
    return Scheme(**dict(zip(LEVERS, map(float, held), strict=True)))
