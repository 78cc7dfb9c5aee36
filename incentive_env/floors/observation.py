"""What the manager sees: a report of figures, and the scheme in force. Nothing of the true state."""

from typing import NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from incentive_env.config.levers import LEVERS
from incentive_env.model.report import KNOWN, MEASURED


class Figure(NamedTuple):
    """One entry of what a manager, or a seat, sees."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    noise: float = 0.0  # standard deviation on a report without research; 0: simply known


FIGURES: tuple[Figure, ...] = (
    Figure("recorded_conversion", "share", 0.0, 1.0, "recorded sales / (recorded sales + recorded refusals)", 0.010),
    Figure("sales_per_rep", "sales/week", 0.0, 500.0, "recorded sales of a rep", 1.0),
    Figure("calls_per_hour", "calls/hour", 0.0, 60.0, "logged calls in an hour of outbound work", 0.2),
    Figure("handle_time", "s", 0.0, 3000.0, "talk and wrap-up of a call", 8.0),
    Figure("callback_share", "share", 0.0, 1.0, "logged calls on file as call-backs", 0.010),
    Figure("csat", "share", 0.0, 1.0, "satisfaction with the call, surveyed", 0.020),
    Figure("nps", "points", -100.0, 100.0, "promoters minus detractors among those surveyed", 4.0),
    Figure("first_time_fixed", "share", 0.0, 1.0, "answered inbound contacts that were fixed", 0.030),
    Figure("service_level", "share", 0.0, 1.0, "inbound contacts answered in time", 0.030),
    Figure("cancellations", "% of products/week", 0.0, 100.0, "products cancelled", 0.10),
    Figure("complaints", "% of customers/week", 0.0, 100.0, "customers who complain that a promise was broken", 0.20),
    Figure("churn", "%/year", 0.0, 500.0, "customers who leave", 3.0),
    Figure("do_not_call", "% of calls", 0.0, 100.0, "calls that end in never call me again", 0.5),
    Figure("payroll_per_sale", "€", 0.0, 2000.0, "pay / recorded sales", 1.0),
    Figure("exits", "%/year", 0.0, 1500.0, "reps who quit or are dismissed", 10.0),
    Figure("absence", "share", 0.0, 1.0, "hours absent", 0.005),
    Figure("audit_findings", "% of calls heard", 0.0, 400.0, "cases that audits gave away", 2.0),
    Figure("conduct_index", "share", 0.0, 1.0, "manipulation seen by mystery calls; 0.5 without research", 0.05),
    Figure("findings_customers", "% of calls heard", 0.0, 400.0, "cases against customers that audits found", 1.2),
    Figure("findings_records", "% of calls heard", 0.0, 400.0, "false records that audits found", 1.2),
    Figure("findings_service", "% of calls heard", 0.0, 400.0, "steered surveys and rushed contacts found", 1.2),
    Figure("season_index", "% of full need", -100.0, 100.0, "need above its level at this time of the year", 1.5),
    Figure("wage_index", "%", -100.0, 400.0, "pay elsewhere above its level", 2.0),
    Figure("client_demand", "1", 0.0, 4.0, "sales the client asks for, 1 is usual"),
    Figure("contract_met", "1", 0.0, 10.0, "recorded sales / demand of the period"),
    Figure("volume", "share", 0.0, 1.0, "of the book that the client leaves with the floor"),
    Figure("staffing", "share", 0.0, 1.0, "seats that are filled"),
    Figure("cash_weeks", "weeks of cost", -100.0, 400.0, "cash"),
    Figure("campaign", "weeks", 0.0, 104.0, "left of a campaign of the client"),
    Figure("product_fault", "weeks", 0.0, 104.0, "left of a product fault"),
    Figure("competitor", "weeks", 0.0, 104.0, "left of a competitor's attack"),
    Figure("newcomers", "weeks", 0.0, 104.0, "since a batch of newcomers came, counted down"),
    Figure("management_done", "share", 0.0, 1.0, "done of the audits, coaching and research ordered"),
)
assert tuple(figure.name for figure in FIGURES) == (*MEASURED, *KNOWN)

NAMES: tuple[str, ...] = (*(figure.name for figure in FIGURES), *(f"scheme_{lever}" for lever in LEVERS))
LOW: NDArray[np.float64] = np.array([figure.low for figure in FIGURES])
HIGH: NDArray[np.float64] = np.array([figure.high for figure in FIGURES])
NOISE: NDArray[np.float64] = np.array([figure.noise for figure in FIGURES])


def observation_space() -> spaces.Box:
    """Box of the observation ``[entries]``: figures in their units, scheme in force (−1 … 1)."""
    low = np.concatenate([LOW, np.full(len(LEVERS), -1.0)]).astype(np.float32)
    high = np.concatenate([HIGH, np.full(len(LEVERS), 1.0)]).astype(np.float32)
    return spaces.Box(low, high, dtype=np.float32)


def action_space() -> spaces.Box:
    """Box of the normalised action ``[levers]``: one entry a lever, −1 and +1 are the ends of its range."""
    return spaces.Box(-1.0, 1.0, (len(LEVERS),), dtype=np.float32)
