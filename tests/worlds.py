"""Worlds small enough to be worked out by hand, and short ways to run them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import numba
import numpy as np
from hypothesis import strategies as st

from incentive_env import Config, load_config
from incentive_env.config.levers import LEVERS
from incentive_env.config.mechanisms import Mechanisms
from incentive_env.config.record import config_records
from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import NAMES
from incentive_env.floors.seats import CONDUCT_NAMES
from incentive_env.model.scratch import Scratch, empty_scratch
from incentive_env.model.state import FLOOR_WEEK, LONG_AGO, NEVER, REP_WEEK, RESPONSE, Customers, empty_state, flat
from incentive_env.model.witness import Witness, empty_moves, empty_witness

N_LEVERS, N_ENTRIES, N_CHOICES = len(LEVERS), len(NAMES), len(CONDUCT_NAMES)  # of an action, a report, a seat's action

SMALL: Mapping[str, Any] = {
    "salesforce.reps": 3, "market.slots": 8, "horizon.burn_in_weeks": 4, "horizon.decisions": 3,
    "horizon.scored_weeks": 8, "client.may_leave": False, "money.insolvency": False,
}  # fmt: skip

# No mechanism with a switch is on: what is worked out by hand has few terms.
PLAIN: Mapping[str, Any] = {f"mechanisms.{name}": False for name in Mechanisms.model_fields}

# Two ways in which a floor closes at once; no bank lends.
CLIENT_LEAVES: Mapping[str, Any] = {
    "mechanisms.credit": False, "client.may_leave": True, "client.step": 1.0, "client.usual_sales": 1000.0,
    "client.anger_rate": 10.0,
}  # fmt: skip
BANKRUPT: Mapping[str, Any] = {
    "mechanisms.credit": False, "money.insolvency": True, "money.overhead": 1e6, "money.layoff_weeks": 0.01,
}  # fmt: skip

# Shapes stay small, so that many lives are soon lived.
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "salesforce.reps": st.integers(1, 5),
        "market.slots": st.integers(1, 12),
        "market.products": st.integers(1, 4),
        "market.customers_per_slot": st.integers(1, 50),
        "salesforce.honesty_mean": st.floats(0.05, 0.95),
        "rationality.mode": st.sampled_from(["logit", "best_response", "naive"]),
        "decision.temperature": st.floats(0.01, 50.0),
        "decision.stake": st.floats(0.0, 5000.0),
        "decision.norm_erosion": st.floats(0.0, 1.0),
        "recording.temperature": st.floats(0.01, 50.0),
        "tactics.false_promise.debt": st.floats(0.0, 2.0),
        "channels.callback": st.booleans(),
        "channels.unlogged": st.booleans(),
        "customers.discovery": st.floats(0.0, 1.0),
        "customers.lead_rate": st.floats(0.0, 1.0),
        "loyalty.churn_log_hazard": st.floats(-15.0, 0.0),
        "workforce.quit_log_hazard": st.floats(-12.0, 0.0),
        "workforce.vacancy_weeks": st.integers(0, 6),
        "workforce.escalation": st.floats(0.0, 1.0),
        "events.campaign.chance": st.floats(0.0, 1.0),
        "events.product_fault.chance": st.floats(0.0, 1.0),
        "events.newcomers.chance": st.floats(0.0, 1.0),
        "client.may_leave": st.booleans(),
        "client.anger_rate": st.floats(0.0, 10.0),
        "money.insolvency": st.booleans(),
        "money.overhead": st.floats(0.0, 100_000.0),
        "surveys.share": st.floats(0.0, 1.0),
        "reporting.noise": st.floats(0.0, 10.0),
        "horizon.burn_in_weeks": st.sampled_from([0, 4, 8]),
    },
)


def small_config(overrides: Mapping[str, Any] | None = None) -> Config:
    return load_config(_usual_small_config(), overrides or {})


@cache
def _usual_small_config() -> Config:
    return load_config(None, SMALL)


def open_floors(config: Config, seeds: Sequence[int], *, threads: int = 1, watch: bool = False) -> Floors:
    floors = Floors(config, len(seeds), threads=threads, watch=watch)
    floors.reset(np.array(seeds, np.uint64))
    return floors


def random_actions(decisions: int, floors: int, seed: int = 0) -> np.ndarray:
    """Actions ``[decisions, floors, levers]``; floor *i* has the same ones in a batch of any size."""
    rows = [np.random.default_rng([seed, floor]).uniform(-1, 1, (decisions, N_LEVERS)) for floor in range(floors)]
    return np.stack(rows, axis=1).astype(np.float32)


def numbers(records: np.ndarray) -> np.ndarray:
    """All numbers of records whose fields are all of one width."""
    return np.ascontiguousarray(records).view(np.float64)


class TinyFloor(NamedTuple):
    """One floor of two reps and 2 × 4 slots; compiled stages take its records directly."""

    floor: Any
    reps: np.ndarray
    customers: Customers
    responses: np.ndarray
    tallies: np.ndarray
    week: Any
    p: Any
    scratch: Scratch
    witness: Witness


TINY: Mapping[str, Any] = {
    "salesforce.reps": 2, "market.slots": 4, "market.products": 1, "market.customers_per_slot": 10,
}  # fmt: skip

# Nothing happens to a customer by chance.
QUIET: Mapping[str, Any] = {
    "customers.discovery": 0.0, "customers.late_cancellation": 0.0, "customers.lead_rate": 0.0,
    "customers.referral_rate": 0.0, "loyalty.churn_log_hazard": -15.0, "loyalty.churn_slope": 0.0,
    "tactics.honest.cooling_off": 0.0, "service.base_contacts": 0.0, "service.irritation_contacts": 0.0,
}  # fmt: skip


def tiny_floor(overrides: Mapping[str, Any] | None = None) -> TinyFloor:
    """Every slot holds a customer without any history, both reps are newcomers, and no lever is set."""
    state = empty_state(1, reps=2, slots=4, products=1)
    floor, reps, customers = state.floors[0], state.reps[0], _one_floor(state.customers)
    floor["seed"], floor["week"], floor["volume"], floor["open_seats"], floor["demand"] = 7, 100, 1.0, 2, 1.0
    reps["present"], reps["honesty"], reps["patience"], reps["loss_aversion"] = 1, 0.5, 1.0, 1.0
    customers.active[:], customers.trust[:], customers.satisfaction[:] = 1, 0.6, 0.6
    customers.due_week[:], customers.wronged_until[:] = NEVER, LONG_AGO
    customers.contact_week[:], customers.sold_week[:] = LONG_AGO, LONG_AGO
    return TinyFloor(
        floor, reps, customers, blank(RESPONSE, 2), blank(REP_WEEK, 2), blank(FLOOR_WEEK, 1)[0],
        config_records(load_config(None, {**TINY, **(overrides or {})}))[0], one_scratch(len(customers.active)),
        one_witness(0),
    )  # fmt: skip


def _one_floor(batch: Customers) -> Customers:
    return Customers(*(field[0] for field in flat(batch)))


def one_scratch(customers: int, *, watch: bool = False) -> Scratch:
    return Scratch(*(field[0] for field in empty_scratch(1, customers, watch=watch)))


def one_witness(customers: int) -> Witness:
    """Of one floor and one week; nobody watches 0 customers."""
    witness = empty_witness(1, customers)._replace(moves=empty_moves(1, 1, customers))
    return Witness(*(field[0] for field in witness))._replace(moves=witness.moves[0, 0])


class Core:
    """The core's inner functions, which have no way in from Python, called as if they had one."""

    def __init__(self, *modules: ModuleType) -> None:
        self._modules = modules

    def __getattr__(self, name: str) -> Any:
        module = next(module for module in self._modules if hasattr(module, name))
        value = getattr(module, name)
        return _way_into(value) if hasattr(value, "py_func") else value


@cache
def _way_into(function: Callable[..., Any]) -> Callable[..., Any]:
    names = ", ".join(inspect.signature(function).parameters)
    way_in = eval(f"lambda {names}: function({names})", {"function": function})
    return numba.njit(error_model="numpy", _nrt=False)(way_in)


def blank(dtype: np.dtype, count: int) -> np.ndarray:
    return np.zeros(count, np.dtype((np.record, dtype)))
