"""The results file: every cell of a suite with its figures floor by floor, and where they come from.

Everything that depends on the clock is under ``times``; the rest is the same bytes whenever a suite is run with the
same code and versions on the same kind of machine.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agents.records import Cases, Count, Flag, Money, Number, Percent, Points, Record, Share
from incentive_env.support.sealed import hash_of, sealed

FORMAT: Literal[2] = 2
FIGURES = ("loyalty", "conversion", "nps", "service", "profit", "gaming")  # kept floor by floor
Group = tuple[str, str | None, str]  # policy, reward, scenario: `Cell.group`
# What sees the true state, or knows its luck, is a reference and no contestant.
# Memory: of a recurrent network; draw: nothing, but each floor has a scheme drawn for it; luck: the floor's seed.
Sees = Literal["nothing", "report", "history", "stack", "memory", "state", "draw", "luck"]
Kind = Literal["fixed", "searched", "learned", "true_state", "luck_known"]


class ResultsError(ValueError):
    """A results file is missing, damaged, or cannot be compared."""


class Scored(Record):
    """One policy on the floors of one scenario; figures as in `incentive_env.studies.evaluate.Evaluation`."""

    loyalty: tuple[Points, ...]  # [floors] score, points
    conversion: tuple[Share, ...]  # [floors] recorded, share
    nps: tuple[Points, ...]  # [floors] measured, points
    service: tuple[Percent, ...]  # [floors] contacts answered in time, %
    profit: tuple[Money, ...]  # [floors] €/week
    gaming: tuple[Share, ...]  # [floors] share of calls and contacts
    year_five: tuple[Points, ...]  # [floors] loyalty in the fifth year under the same policy, points
    open: tuple[Flag, ...]  # [floors] whether it was open when the episode ended
    blind: tuple[Points, ...] = ()  # [floors] loyalty under its mean schedule, replayed without looking; at home alone
    throughout: Points  # mean over floors of loyalty in all weeks of the episode
    wellbeing: Points  # mean over floors, points
    volume: Share  # mean over floors: share of the client's volume that is left at the end
    channels: dict[str, Cases]  # gamed cases a call, mean over floors
    levers: dict[str, tuple[Number, ...]]  # [decisions] mean over floors, in units of the levers; empty but at home


class Point(Record):
    """A checkpoint during training, on the same floors each time; means over them."""

    step: Count  # decisions trained on so far (searches: decisions simulated)
    loyalty: Points
    conversion: Share
    nps: Points
    service: Percent
    profit: Money
    gaming: Share


class Cell(Record):
    """One policy, trained on one reward with one seed in one scenario, and how it did."""

    policy: str  # name of a fixed scheme or of a training file
    kind: Kind
    sees: Sees
    decisions: Count | None  # that it was trained on or searched with, validation included; None where it is not known
    starts_from: str | None  # scheme that training or search began at; None where there was none, or it is not known
    strength: Number | None = None  # λ of a method against reward hacking
    reward: str | None  # what it was trained on; None where nothing was trained
    scenario: str  # where it was trained, and is at home
    seed: Count  # of training; 0 where nothing was trained
    scored: dict[str, Scored] = Field(min_length=1)  # by scenario: at home first, then held out
    curve: tuple[Point, ...]  # empty where nothing was trained
    checksum: str = ""  # of all the rest; files hold it, and results that were not read need none

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


class Budget(Record):
    """Budget and start of the main table."""

    decisions: Count
    starts_from: str


class FloorRange(Record):
    """Consecutive seeds of floors."""

    first: Count
    count: Annotated[int, Field(strict=True, ge=2)]

    def __str__(self) -> str:
        return f"{self.first} to {self.first + self.count - 1}"


class Settings(Record):
    """What the hashes of a file stand for: every value by its full key, ``decision.conscience: 9.0``."""

    suite: dict[str, Any]  # but for its floors and cells, which stand in the file themselves
    scenarios: dict[str, dict[str, Any]]  # by name; the hash of each is in `Results.scenarios`
    plans: dict[str, dict[str, Any]]  # by policy; with its reward and scenario where these differ in their plan

    @property
    def suite_hash(self) -> str:
        """A hash of the suite and of every plan."""
        return hash_of([self.suite, self.plans])


class Results(Record):
    """A whole file."""

    format: Literal[2] = FORMAT
    suite: str
    suite_hash: str  # changes with any number of the suite and its training files
    settings: Settings
    keys: tuple[str, ...]  # of the cells that the suite asks for
    scenarios: dict[str, str]  # name to config hash
    held_out: dict[str, tuple[str, ...]]  # scenario at home to those its policies never saw
    floors: dict[str, FloorRange]  # "home", "held_out", "curve"
    main: Budget | None = None  # what differs from it is shown apart
    twins: tuple[tuple[str, ...], ...] = ()  # policies that differ in what they see alone, the one of the report first
    provenance: dict[str, Any]  # commit, versions, machine
    cells: tuple[Cell, ...] = Field(min_length=1)
    digest: str  # of suite, scenarios, floors and cells
    times: dict[str, Any]  # started, seconds of each cell
    checksum: str = ""  # of the whole file

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
    counted = ("suite_hash", "settings", "keys", "scenarios", "held_out", "floors", "cells")
    return hash_of({key: content.get(key) for key in counted})


def assembled(content: dict[str, Any]) -> Results:
    """Results of all their parts: the digest and every checksum are computed here."""
    return Results.model_validate(file_content(Results.model_validate({**content, "digest": ""})))


def file_content(results: Results) -> dict[str, Any]:
    """What a results file holds: every cell with its checksum, all of them with a digest, the file with a checksum."""
    content = results.model_dump(mode="json")
    content["cells"] = [sealed(cell) for cell in content["cells"]]
    content["digest"] = digest_of(content)
    return sealed(content)


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
