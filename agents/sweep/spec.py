"""Sweep files, ``configs/plans/sweeps/*.yaml``: what varies, over which values, by which search."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Discriminator, Field, Tag, model_validator

from agents.loading import Part, checked
from incentive_env.support.spelling import nearest

FIGURES = ("loyalty", "conversion", "nps", "profit", "gaming", "wellbeing", "volume")
Figure = Literal["loyalty", "conversion", "nps", "profit", "gaming", "wellbeing", "volume"]
NAMES = ("scenario", "policy", "reward")
SECTIONS = ("config", "scheme", "training")


class Range(Part):
    """All numbers between two; whole numbers if the varied entry is one."""

    low: float = Field(allow_inf_nan=False, description="the least")
    high: float = Field(allow_inf_nan=False, description="the most")
    log: bool = Field(False, description="draw evenly over orders of magnitude instead of numbers")
    step: float | None = Field(None, gt=0.0, allow_inf_nan=False, description="from one to the next; a grid needs it")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, got {self.low:g} and {self.high:g}")
        if self.log and self.step is not None:
            raise ValueError("log and step exclude each other")
        if self.log and self.low <= 0.0:
            raise ValueError(f"low must be above 0 where log is true, got {self.low:g}")
        return self


def _kind(given: Any) -> str:
    return "range" if isinstance(given, dict | Range) else "values"


Values = Annotated[
    Annotated[tuple[Any, ...], Tag("values")] | Annotated[Range, Tag("range")], Discriminator(_kind)
]  # so that a mistake in one is not reported as a mistake in the other


class Search(Part):
    """How settings are chosen."""

    method: Literal["grid", "random", "optuna"] = Field("grid", description="try all, draw at random, or search")
    trials: int | None = Field(None, ge=1, le=100_000, description="settings that are drawn or tried")
    batch: int = Field(8, ge=1, le=10_000, description="settings that Optuna proposes at once; they run in parallel")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="of the draws")

    @model_validator(mode="after")
    def _trials(self) -> Self:
        if self.method == "grid" and self.trials is not None:
            raise ValueError("trials: a grid tries everything; leave it out")
        if self.method != "grid" and self.trials is None:
            raise ValueError(f"trials: {self.method} needs to know how many")
        if self.method != "optuna" and "batch" in self.model_fields_set:
            raise ValueError("batch: is Optuna's; leave it out")
        return self


class Sweep(Part):
    """A whole file."""

    description: str = Field("", description="what it is for, in a sentence")
    floors: int = Field(32, ge=2, le=10_000, description="on which every setting is scored; the same floors for all")
    seeds: int | tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], ...] = Field(
        1, description="of training, from 0 on, or a list; untrained policies run once"
    )
    search: Search = Search()
    objective: Figure = Field("loyalty", description="figure to optimize, mean over floors and seeds")
    direction: Literal["maximise", "minimise"] = Field("maximise", description="of the objective")
    fixed: dict[str, Any] = Field({}, description="fixed entries, by name")
    vary: dict[str, Values] = Field(min_length=1, description="varied entries, by name: a list of values, or a range")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if isinstance(self.seeds, int) and not 1 <= self.seeds <= 1000:
            raise ValueError(f"seeds = {self.seeds}: must be from 1 to 1000, or a list of seeds")
        if not self.seed_list or len(set(self.seed_list)) < len(self.seed_list):
            raise ValueError(f"seeds = {list(self.seed_list)}: must be one or more, and none twice")
        for where, given in (("fixed", self.fixed), ("vary", self.vary)):
            for name in given:
                _check_name(where, name)
        for name in self.fixed.keys() & self.vary.keys():
            raise ValueError(f"{name}: stands both under fixed and under vary")
        for name, values in self.vary.items():
            self._check_values(name, values)
        return self

    def _check_values(self, name: str, values: "tuple[Any, ...] | Range") -> None:
        if isinstance(values, Range):
            if name in NAMES:
                raise ValueError(f"vary.{name}: takes a list of names, not a range")
            if self.search.method == "grid" and values.step is None:
                raise ValueError(f"vary.{name}: a grid takes a list of values, or a range with a step")
        elif not values:
            raise ValueError(f"vary.{name}: holds no value")
        elif len({repr(value) for value in values}) < len(values):
            raise ValueError(f"vary.{name}: holds a value twice: {list(values)}")

    @property
    def seed_list(self) -> tuple[int, ...]:
        """Training seeds."""
        return tuple(range(self.seeds)) if isinstance(self.seeds, int) else self.seeds

    @property
    def sign(self) -> float:
        """The factor that makes a higher objective better."""
        return 1.0 if self.direction == "maximise" else -1.0


class NamedSweep(NamedTuple):
    """A sweep, and where it comes from."""

    name: str
    path: Path
    sweep: Sweep


def named_sweep(content: Mapping[str, Any], path: Path) -> NamedSweep:
    """The sweep of a file.

    Raises:
        ConfigError: malformed, an unknown key, or a value out of bounds.
    """
    return NamedSweep(path.stem, path, checked(Sweep, content, path))


def grid_size(values: "tuple[Any, ...] | Range") -> int:
    """How many values an entry of a grid has."""
    if not isinstance(values, Range):
        return len(values)
    assert values.step is not None
    return math.floor((values.high - values.low) / values.step + 1e-9) + 1


def grid_values(values: "tuple[Any, ...] | Range", *, whole: bool) -> tuple[Any, ...]:
    """The values of one entry of a grid, in order."""
    if not isinstance(values, Range):
        return values
    assert values.step is not None
    numbers = [float(f"{values.low + step * values.step:.10g}") for step in range(grid_size(values))]
    return tuple(int(number) for number in numbers) if whole else tuple(numbers)


def _check_name(where: str, name: str) -> None:
    section, dot, rest = name.partition(".")
    if name in NAMES or (section in SECTIONS and dot and rest):
        return
    if name in ("seed", "seeds"):
        raise ValueError(f"{where}.{name}: unknown name; training seeds stand under seeds, at the top")
    known = [*NAMES, *(f"{section}.KEY" for section in SECTIONS)]
    head = nearest(section, (*NAMES, *SECTIONS))
    raise ValueError(f"{where}.{name}: unknown name{head}; names: {', '.join(known)}")
