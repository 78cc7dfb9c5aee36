"""What a feedback policy looks at: entries of the report or of the true state, standardised by fixed constants."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_WIDEST = 3.0  # standardised entries are clipped to ±this, so that one extreme report does not swing the scheme


class Feature(NamedTuple):
    """One entry, made comparable: ``(entry − centre) / scale``; or 1 while an event is under way, else 0."""

    name: str
    centre: float = 0.0
    scale: float = 1.0
    under_way: bool = False


# Centres and scales are round figures near mean and standard deviation under the hand-made schemes. They set what a
# weight means; what a policy can do does not depend on them.
_KNOWN = (
    Feature("staffing", 0.95, 0.15),
    Feature("cash_weeks", 20.0, 15.0),
    *(Feature(name, under_way=True) for name in ("campaign", "product_fault", "competitor", "newcomers")),
)
REPORT_FEATURES: tuple[Feature, ...] = (
    Feature("recorded_conversion", 0.20, 0.05),
    Feature("callback_share", 0.15, 0.04),
    Feature("csat", 0.85, 0.15),
    Feature("nps", 15.0, 15.0),
    Feature("cancellations", 0.55, 0.20),
    Feature("complaints", 0.20, 0.25),
    Feature("churn", 9.0, 4.5),
    Feature("exits", 30.0, 50.0),
    Feature("absence", 0.07, 0.015),
    Feature("findings_customers", 2.0, 3.0),
    Feature("findings_records", 2.0, 3.0),
    Feature("findings_service", 1.0, 2.0),
    Feature("season_index", 0.0, 5.0),
    Feature("wage_index", 0.0, 6.0),
    Feature("conduct_index", 0.40, 0.10),
    Feature("contract_met", 1.2, 0.4),
    *_KNOWN,
)
STATE_FEATURES: tuple[Feature, ...] = (
    Feature("team_honesty", 0.0, 0.8),
    Feature("need_shift", 0.0, 0.05),
    Feature("norm", 0.15, 0.15),
    Feature("disappointment", 0.05, 0.10),
    Feature("honesty", 0.6, 0.2),
    Feature("motivation", 0.70, 0.15),
    Feature("strain", 0.20, 0.10),
    Feature("inexperience", 0.05, 0.06),
    Feature("trust", 0.68, 0.05),
    Feature("irritation", 0.10, 0.04),
    Feature("satisfaction", 0.67, 0.06),
    Feature("debt", 0.01, 0.02),
    Feature("season", 0.0, 0.05),
    Feature("wage", 0.0, 0.06),
    Feature("heard", 0.04, 0.04),
    Feature("severity", 1.0, 0.5),
    Feature("know_how_customers", 0.2, 0.2),
    Feature("know_how_records", 0.2, 0.2),
    Feature("know_how_service", 0.2, 0.2),
    Feature("client_demand", 1.1, 0.15),
    *_KNOWN,
)
FEATURES = {"report": REPORT_FEATURES, "state": STATE_FEATURES}


def standardised(
    seen: NDArray[np.floating], features: tuple[Feature, ...], entries: tuple[str, ...]
) -> NDArray[np.float64]:
    """Features ``[rows, features]`` of what is seen, ``[rows, entries]``."""
    columns = [entries.index(feature.name) for feature in features]
    values = seen[:, columns].astype(np.float64)
    events = np.array([feature.under_way for feature in features])
    values[:, events] = values[:, events] > 0.0
    values -= np.array([feature.centre for feature in features])
    values /= np.array([feature.scale for feature in features])
    return np.clip(values, -_WIDEST, _WIDEST, out=values)
