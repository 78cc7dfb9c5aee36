"""Small results with figures of one's own choice, and a suite whose figures are drawn with known variance."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from agents.benchmark.results import FIGURES, Cell, Point, Results, Scored, Settings, assembled
from incentive_env.support.sealed import hash_of

HELD_OUT = {"home": ("away",)}
VALUES = {"decision.conscience": 9.0, "horizon.decisions": 2, "levers.base_pay.low": 0.0, "levers.base_pay.high": 900.0}


def _scored(loyalty: Sequence[float], base_pay: Sequence[float], **others: Sequence[float]) -> Scored:
    figures = {figure: tuple(others.get(figure, [0.0] * len(loyalty))) for figure in FIGURES}
    figures["loyalty"] = tuple(map(float, loyalty))
    later = {"year_five": figures["loyalty"], "open": tuple(len(loyalty) * [True])}
    later |= {"throughout": float(np.mean(loyalty))}
    return Scored(
        **figures, **later, wellbeing=50.0, volume=1.0, channels={"pitch": 0.0}, levers={"base_pay": tuple(base_pay)}
    )


def _cell(
    policy: str, loyalty: Mapping[str, Sequence[float]], *, reward: str | None = None, seed: int = 0,
    kind: str | None = None, curve: Sequence[tuple[int, float, float]] = (), scenario: str = "home",
    **others: Sequence[float],
) -> Cell:  # fmt: skip
    points = tuple(
        Point(step=step, loyalty=truth, conversion=proxy, nps=proxy, service=proxy, profit=proxy, gaming=0.0)
        for step, proxy, truth in curve
    )
    looks = kind == "true_state" or (reward is not None and policy != "static")
    pay = (600.0, 601.0) if looks else (600.0, 600.0)
    return Cell(
        policy=policy, kind=kind or ("learned" if reward else "fixed"), reward=reward,
        sees="report" if looks else "nothing", decisions=1000 if reward else 0,
        starts_from="flat_salary" if reward else None,
        scenario=scenario, seed=seed,
        scored={on: _scored(values, pay, **others) for on, values in loyalty.items()}, curve=points,
    )  # fmt: skip


def _results(cells: Sequence[Cell], **changes: object) -> Results:
    settings = Settings(suite={"points": 10}, scenarios={"home": VALUES, "away": VALUES}, plans={"ppo": {"lr": 0.1}})
    content = {
        "suite": "small", "settings": settings, "keys": [cell.key for cell in cells],
        "held_out": HELD_OUT, "floors": {use: {"first": 50_000, "count": 4} for use in ("home", "held_out", "curve")},
        "cells": [cell.model_dump() for cell in cells], "provenance": {}, "times": {}, **changes,
    }  # fmt: skip
    hashes = {name: hash_of(values) for name, values in content["settings"].scenarios.items()}
    return assembled({"suite_hash": content["settings"].suite_hash, "scenarios": hashes, **content})


@pytest.fixture(scope="session")
def make_cell() -> Callable[..., Cell]:
    """Policy, and loyalty by scenario and floor; curves as (step, proxy, loyalty)."""
    return _cell


@pytest.fixture(scope="session")
def make_results() -> Callable[..., Results]:
    """Of cells; further arguments take the place of parts of the file."""
    return _results


@pytest.fixture(scope="session")
def draw_results() -> Callable[..., Results]:
    """Two untrained and some trained policies at home and away; a floor is worth ±3 points, a seed ±1, luck ±1.

    ``shift`` moves all runs and ``fall`` the first of each group; the share ``bad`` of the runs lies 50 points below.
    """

    def draw(
        luck: int, seeds: int = 5, floors: int = 48, shift: float = 0.0, *, policies: int = 2, fall: float = 0.0,
        bad: float = 0.0,
    ) -> Results:  # fmt: skip
        ground = {
            on: 3.0 * np.random.default_rng([7, n]).standard_normal(floors) for n, on in enumerate(("home", "away"))
        }
        rng = np.random.default_rng([8, luck])

        def cell(policy: str, reward: str | None, seed: int, mean: float) -> Cell:
            run = mean + shift
            if reward:
                run += rng.standard_normal() - 50.0 * (rng.random() < bad) - (fall if seed == 0 else 0.0)
            loyalty = {on: run + floor + rng.standard_normal(floors) for on, floor in ground.items()}
            return _cell(policy, loyalty, reward=reward, seed=seed)

        names = [("ppo", "loyalty"), ("ppo", "conversion"), *((f"other_{n}", "loyalty") for n in range(policies - 2))]
        fixed = [cell("flat_salary", None, 0, 10.0), cell("piece_rate", None, 0, 0.0)]
        return _results([*fixed, *(cell(*name, seed, 15.0) for name in names for seed in range(seeds))])

    return draw
