"""The true state of a floor in a few numbers, for policies that may see it: a bound on the value of a better report.

No report shows it. A policy that declares ``sees = "state"`` gets it from
`incentive_env.studies.simulate.roll_out`; the observation of the environments stays free of it.
"""

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.channels import CHANNELS
from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.model.state import CALLBACK, SURVEY

_OF_FLOOR = (  # logit; 1; share; 1; 1; log; share
    "team_honesty", "need_shift", "norm", "disappointment", "season", "wage", "ratchet",
)  # fmt: skip
_OF_REPS = (  # share; 0 … 1.5; 0 … 1.5; logit; share; 1
    "honesty", "motivation", "strain", "inexperience", "heard", "severity",
)  # fmt: skip
_KNOW_HOW = ("know_how_customers", "know_how_records", "know_how_service")  # 0 … 1, by family of channels
_OF_CUSTOMERS = ("trust", "irritation", "satisfaction", "debt")  # 0 … 1; 0 … 1.5; 0 … 1; 1
_KNOWN = (
    "client_demand", "volume", "staffing", "cash_weeks", "campaign", "product_fault", "competitor", "newcomers",
)  # fmt: skip
_FAMILIES = (slice(0, CALLBACK), slice(CALLBACK, SURVEY), slice(SURVEY, len(CHANNELS)))
NAMES: tuple[str, ...] = (*_OF_FLOOR, *_OF_REPS, *_KNOW_HOW, *_OF_CUSTOMERS, *_KNOWN)


def true_state(floors: Floors) -> NDArray[np.float64]:
    """True state ``[floors, len(NAMES)]``, in the order of `NAMES`.

    Reps' entries are means over those present, customers' over active slots; 0 where there are none. What is simply
    known (client, cash, events) is as on the report.
    """
    state = floors.state
    present = state.reps["present"] != 0
    active = state.customers.active != 0
    report = floors.observation()
    columns = [state.floors[name].astype(np.float64) for name in _OF_FLOOR]
    columns += [_mean(state.reps[name], present) for name in _OF_REPS]
    columns += [_mean(state.reps["know_how"][..., family].mean(axis=-1), present) for family in _FAMILIES]
    columns += [_mean(getattr(state.customers, name), active) for name in _OF_CUSTOMERS]
    columns += [report[:, REPORTED.index(name)].astype(np.float64) for name in _KNOWN]
    return np.stack(columns, axis=1)


def _mean(values: np.ndarray, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean ``[floors]`` of the entries ``[floors, ...]`` that are counted; the same bits in any batch."""
    floors = len(values)
    total = np.where(counted, values, 0.0).reshape(floors, -1).sum(axis=1)
    return np.asarray(total / np.maximum(counted.reshape(floors, -1).sum(axis=1), 1))
