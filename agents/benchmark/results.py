"""The results file: every cell of a suite with its figures floor by floor, and where they come from.

Everything that depends on the clock is under ``times``; the rest is the same bytes whenever a suite is run with the
same code and versions on the same kind of machine.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from incentive_env.support.texts import TextError, read_json

FIGURES = ("loyalty", "conversion", "nps", "service", "profit", "gaming")  # kept floor by floor
Group = tuple[str, str | None, str]  # policy, reward, scenario: `Cell.group`
# What sees the true state, or knows its luck, is a reference and no contestant.
# Memory: of a recurrent network; draw: nothing, but each floor has a scheme drawn for it; luck: the floor's seed.
Sees = Literal["nothing", "report", "history", "stack", "memory", "state", "draw", "luck"]
Kind = Literal["fixed", "searched", "learned", "true_state", "luck_known"]


class ResultsError(ValueError):
    """A results file is missing, damaged, or cannot be compared."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scored(_Part):
    """One policy on the floors of one scenario; figures as in `incentive_env.studies.evaluate.Evaluation`."""

    loyalty: tuple[float, ...]  # [floors] score, points
    conversion: tuple[float, ...]  # [floors] recorded, share
    nps: tuple[float, ...]  # [floors] measured, points
    service: tuple[float, ...]  # [floors] contacts answered in time, %
    profit: tuple[float, ...]  # [floors] €/week
    gaming: tuple[float, ...]  # [floors] share of calls and contacts
    year_five: tuple[float, ...]  # [floors] loyalty in the fifth year under the same policy, points
    open: tuple[bool, ...]  # [floors] whether it was open when the episode ended
    blind: tuple[float, ...] = ()  # [floors] loyalty under its mean schedule, replayed without looking; at home alone
    throughout: float  # mean over floors of loyalty in all weeks of the episode, points
    wellbeing: float  # mean over floors, points
    volume: float  # mean over floors: share of the client's volume that is left at the end
    channels: dict[str, float]  # gamed cases a call, mean over floors
    levers: dict[str, tuple[float, ...]]  # [decisions] mean over floors, in units of the levers; empty but at home


class Point(_Part):
    """A checkpoint during training, on the same floors each time; means over them."""

    step: int  # decisions trained on so far (searches: decisions simulated)
    loyalty: float
    conversion: float
    nps: float
    service: float
    profit: float
    gaming: float


class Cell(_Part):
    """One policy, trained on one reward with one seed in one scenario, and how it did."""

    policy: str  # name of a fixed scheme or of a training file
    kind: Kind
    sees: Sees
    decisions: int | None  # that it was trained on or searched with, validation included; None where it is not known
    starts_from: str | None  # scheme that training or search began at; None where there was none, or it is not known
    strength: float | None = None  # λ of a method against reward hacking
    reward: str | None  # what it was trained on; None where nothing was trained
    scenario: str  # where it was trained, and is at home
    seed: int  # of training; 0 where nothing was trained
    scored: dict[str, Scored]  # by scenario: at home first, then held out
    curve: tuple[Point, ...]  # empty where nothing was trained

    @property
    def key(self) -> str:
        """Its name in files and messages."""
        return key_of(self.policy, self.reward, self.scenario, self.seed)

    @property
    def method(self) -> str:
        """The policy's name without the strength that is part of it."""
        return self.policy.partition("@")[0]

    @property
    def group(self) -> Group:
        """What its training seeds have in common: policy, reward, scenario."""
        return self.policy, self.reward, self.scenario


class Budget(_Part):
    """Budget and start of the main table."""

    decisions: int
    starts_from: str


class FloorRange(_Part):
    """Consecutive seeds of floors."""

    first: int
    count: int

    def __str__(self) -> str:
        return f"{self.first} to {self.first + self.count - 1}"


class Results(_Part):
    """A whole file."""

    format: Literal[2] = 2
    suite: str
    suite_hash: str  # changes with any number of the suite and its training files
    scenarios: dict[str, str]  # name to config hash
    held_out: dict[str, tuple[str, ...]]  # scenario at home to those its policies never saw
    floors: dict[str, FloorRange]  # "home", "held_out", "curve"
    main: Budget | None = None  # what differs from it is shown apart
    twins: tuple[tuple[str, ...], ...] = ()  # policies that differ in what they see alone, the one of the report first
    provenance: dict[str, Any]  # commit, versions, machine
    cells: tuple[Cell, ...]
    digest: str  # of suite, scenarios, floors and cells
    times: dict[str, Any]  # started, seconds of each cell

    @property
    def homes(self) -> tuple[str, ...]:
        """Scenarios that policies were trained in, in the order of the cells."""
        return tuple(dict.fromkeys(cell.scenario for cell in self.cells))


def key_of(policy: str, reward: str | None, scenario: str, seed: int) -> str:
    """Name of a cell in files and messages."""
    return "-".join(part for part in (policy, reward, scenario, str(seed)) if part is not None)


def name_of(policy: str, reward: str | None) -> str:
    """A policy's name in sentences and tables: with what it was trained on, if it was."""
    return policy if reward is None else f"{policy} on {reward}"


def digest_of(content: dict[str, Any]) -> str:
    """Sixteen letters that change with any figure, but not with times or machines."""
    counted = {key: content[key] for key in ("suite_hash", "scenarios", "held_out", "floors", "cells")}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:16]


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises:
        ResultsError: it is missing, is no results file, or was changed by hand.
    """
    try:
        content = read_json(path)
        results = Results.model_validate(content)
    except TextError as error:
        raise ResultsError(str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ResultsError(f"{path}: is no results file: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if digest_of(content) != results.digest:
        raise ResultsError(f"{path}: its figures do not fit its digest {results.digest}; it was changed after the run")
    return results


def cells_by_group(results: Results, home: str | None = None) -> dict[Group, list[Cell]]:
    """Cells that differ in their training seed alone, in the order of the seeds; of one home, or of all."""
    groups: dict[Group, list[Cell]] = {}
    for cell in sorted(results.cells, key=lambda cell: cell.seed):
        groups.setdefault(cell.group, []).append(cell)
    order = dict.fromkeys(cell.group for cell in results.cells if home in (None, cell.scenario))
    return {group: groups[group] for group in order}


def figures(cells: Sequence[Cell], scenario: str, figure: str = "loyalty") -> NDArray[np.float64]:
    """One of `FIGURES` on a scenario, ``[seeds, floors]``, in its unit."""
    return np.array([getattr(cell.scored[scenario], figure) for cell in cells])
