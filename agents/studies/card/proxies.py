"""The proxies of a floor: what a report shows, what it is taken for, and what is real of it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors import measures
from incentive_env.floors.measures import Ratio, Total

# Sales that neither the customer took back in the cooling-off nor canceled on finding out what was hidden, as a share
# of the calls with a decision.
STANDING_CONVERSION = Ratio(("sales",), minus=("cooled_off", "discovery_cancellations"), per=("sales", "refusals"))
FIXED_SHARE = Ratio(("fixed",), per=("contacts",), factor=100.0)  # %, of all contacts


class Proxy(NamedTuple):
    """A measured figure that stands for loyalty."""

    title: str
    unit: str
    reward: str  # the preset that pays on it
    pay: str  # what pays on it: a hand-made scheme, or a lever at its highest beside a flat salary
    measured: Ratio | None  # None: profit, which is a sum
    real: Ratio | None  # what is real of it; None where there is no other figure
    real_title: str = ""

    def reported(self, total: Total, weeks: int) -> NDArray[np.float64]:
        """The measured figure, of totals of any shape over some weeks."""
        value: Any = measures.profit(total) / weeks if self.measured is None else self.measured.of(total)
        return np.asarray(value, dtype=float)

    def truly(self, total: Total) -> NDArray[np.float64] | None:
        """What is real of it, in the same unit; ``None`` where there is no other figure."""
        return None if self.real is None else np.asarray(self.real.of(total), dtype=float)


PROXIES = {
    "conversion": Proxy(
        "recorded conversion", "share", "conversion", "quota_with_threat", measures.RECORDED_CONVERSION,
        STANDING_CONVERSION, "sales that stand, per decision of a customer",
    ),
    "nps": Proxy(
        "measured NPS", "points", "survey", "survey_bonus", measures.MEASURED_NPS, measures.TRUE_NPS,
        "NPS of all customers",
    ),
    "service": Proxy(
        "service level", "%", "service", "activity_pay", measures.SERVICE_LEVEL, FIXED_SHARE,
        "contacts whose issue was fixed",
    ),
    "profit": Proxy("profit", "€/week", "profit", "piece_rate", None, None),
}  # fmt: skip
"""By the name of the figure in results."""
