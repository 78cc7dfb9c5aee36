"""What the manager sees: a report of figures, the time left, and the scheme in force. Nothing of the true state."""

from typing import NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from incentive_env.config.levers import LEVERS
from incentive_env.model.report import KNOWN, MEASURED


class Figure(NamedTuple):
    """One entry of the observation."""

    name: str
    unit: str
    low: float
    high: float
    noise: float  # standard deviation on a report without research; 0: simply known
    meaning: str


FIGURES: tuple[Figure, ...] = (
    Figure("recorded_conversion", "share", 0.0, 1.0, 0.010, "recorded sales / (recorded sales + recorded refusals)"),
    Figure("sales_per_rep", "sales/week", 0.0, 500.0, 1.0, "recorded sales of a rep"),
    Figure("calls_per_hour", "calls/hour", 0.0, 60.0, 0.2, "logged calls in an hour of outbound work"),
    Figure("handle_time", "s", 0.0, 3000.0, 8.0, "talk and wrap-up of a call"),
    Figure("callback_share", "share", 0.0, 1.0, 0.010, "logged calls on file as call-backs"),
    Figure("csat", "share", 0.0, 1.0, 0.020, "satisfaction with the call, surveyed"),
    Figure("nps", "points", -100.0, 100.0, 4.0, "promoters minus detractors among those surveyed"),
    Figure("first_time_fixed", "share", 0.0, 1.0, 0.030, "answered inbound contacts that were fixed"),
    Figure("service_level", "share", 0.0, 1.0, 0.030, "inbound contacts answered in time"),
    Figure("cancellations", "% of products/week", 0.0, 100.0, 0.10, "products cancelled"),
    Figure("complaints", "% of customers/week", 0.0, 100.0, 0.20, "customers who complain that a promise was broken"),
    Figure("churn", "%/year", 0.0, 500.0, 3.0, "customers who leave"),
    Figure("do_not_call", "% of calls", 0.0, 100.0, 0.5, "calls that end in never call me again"),
    Figure("payroll_per_sale", "€", 0.0, 2000.0, 1.0, "pay / recorded sales"),
    Figure("exits", "%/year", 0.0, 1500.0, 10.0, "reps who quit or are dismissed"),
    Figure("absence", "share", 0.0, 1.0, 0.005, "hours absent"),
    Figure("audit_findings", "% of calls heard", 0.0, 400.0, 2.0, "cases that audits gave away"),
    Figure("conduct_index", "share", 0.0, 1.0, 0.05, "manipulation seen by mystery calls; 0.5 without research"),
    Figure("client_demand", "1", 0.0, 4.0, 0.0, "sales the client asks for, 1 is usual"),
    Figure("contract_met", "1", 0.0, 10.0, 0.0, "recorded sales / demand of the period"),
    Figure("volume", "share", 0.0, 1.0, 0.0, "of the book that the client leaves with the floor"),
    Figure("staffing", "share", 0.0, 1.0, 0.0, "seats that are filled"),
    Figure("cash_weeks", "weeks of cost", -100.0, 400.0, 0.0, "cash"),
    Figure("campaign", "weeks", 0.0, 104.0, 0.0, "left of a campaign of the client"),
    Figure("product_fault", "weeks", 0.0, 104.0, 0.0, "left of a product fault"),
    Figure("competitor", "weeks", 0.0, 104.0, 0.0, "left of a competitor's attack"),
    Figure("newcomers", "weeks", 0.0, 104.0, 0.0, "since a batch of newcomers came, counted down"),
)
assert tuple(figure.name for figure in FIGURES) == (*MEASURED, *KNOWN)

NAMES: tuple[str, ...] = (*(figure.name for figure in FIGURES), "time_left", *(f"scheme_{lever}" for lever in LEVERS))
LOW: NDArray[np.float64] = np.array([figure.low for figure in FIGURES])
HIGH: NDArray[np.float64] = np.array([figure.high for figure in FIGURES])
NOISE: NDArray[np.float64] = np.array([figure.noise for figure in FIGURES])


def observation_space() -> spaces.Box:
    """Box of the observation ``[entries]``: figures in their units, time left (0 … 1), scheme in force (−1 … 1)."""
    low = np.concatenate([LOW, [0.0], np.full(len(LEVERS), -1.0)]).astype(np.float32)
    high = np.concatenate([HIGH, [1.0], np.full(len(LEVERS), 1.0)]).astype(np.float32)
    return spaces.Box(low, high, dtype=np.float32)


def action_space() -> spaces.Box:
    """Box of the normalised action ``[levers]``: one entry a lever, −1 and +1 are the ends of its range."""
    return spaces.Box(-1.0, 1.0, (len(LEVERS),), dtype=np.float32)
