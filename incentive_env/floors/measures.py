"""Named measures of what happened on floors: each is defined here, and everything that reports one uses it.

They take records of any shape: ``FLOOR_WEEK``, ``REP_WEEK`` (without customers), or a panel's table. Counts are in
simulated calls and slots. What the compiled reports and rewards say is in `incentive_env.model.report`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.model.state import MONEY_IN, MONEY_OUT, YEAR

Total = Callable[[str], Any]  # sum of a column, over whatever is put together: weeks, floors, reps


class Ratio(NamedTuple):
    """``factor × (sum of plus − sum of minus) / sum of per``, of the totals of columns."""

    plus: tuple[str, ...]
    per: tuple[str, ...]
    minus: tuple[str, ...] = ()
    factor: float = 1.0

    def parts(self, total: Total) -> tuple[Any, Any]:
        """Numerator, without the factor, and denominator."""
        plus, minus = sum(total(name) for name in self.plus), sum(total(name) for name in self.minus)
        return plus - minus, sum(total(name) for name in self.per)

    def of(self, total: Total) -> Any:
        """The measure; 0 where there was nothing to measure."""
        part, whole = self.parts(total)
        return self.factor * part / np.maximum(whole, 1.0)

    def known(self, total: Total) -> Any:
        """The measure; NaN where there was nothing to measure."""
        part, whole = self.parts(total)
        return self.factor * np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), np.nan)


RECORDED_CONVERSION = Ratio(("recorded_sales",), per=("recorded_sales", "recorded_refusals"))  # share
TRUE_CONVERSION = Ratio(("sales",), per=("calls",))  # share
MEASURED_NPS = Ratio(("survey_promoters",), minus=("survey_detractors",), per=("surveys",), factor=100.0)  # points
TRUE_NPS = Ratio(("promoters",), minus=("detractors",), per=("customers",), factor=100.0)  # points, of all customers
GAMING_SHARE = Ratio(("gamed_calls", "gamed_rushed"), per=("calls", "answered"))  # share of calls and contacts
SERVICE_LEVEL = Ratio(("answered_in_time",), per=("contacts",), factor=100.0)  # %
WELLBEING = Ratio(("engagement",), per=("present",), factor=100.0)  # reps' own loyalty, points
EXITS = Ratio(("quits", "dismissals"), per=("present",), factor=100.0 * YEAR)  # % of reps a year
STRAIN = Ratio(("strain",), per=("present",))  # 0 … 1.5
EFFORT = Ratio(("effort",), per=("present",))  # share of the time at work
TRUST = Ratio(("trust",), per=("customers",))  # 0 … 1
IRRITATION = Ratio(("irritation",), per=("customers",))  # 0 … 1.5


def column(records: np.ndarray, name: str) -> NDArray[np.float64]:
    """A column of records; also ``gamed_CHANNEL``, the cases of a channel."""
    if name in (records.dtype.names or ()):
        return records[name]
    return records["gamed"][..., CHANNEL_NAMES.index(name.removeprefix("gamed_"))]


def totals(records: np.ndarray, axis: int | tuple[int, ...] | None = None) -> Total:
    """Sums of columns over some axes; over all of them where none is given."""
    return lambda name: column(records, name).sum(axis=axis)


def net_promoters(records: np.ndarray) -> NDArray[np.float64]:
    """Promoters minus detractors minus slots that a wronged customer left, in slots, of each record."""
    return np.asarray(records["promoters"] - records["detractors"] - records["left_wronged"])


def loyalty_points(net: Any, config: Config) -> Any:
    """True loyalty in points, −100 to 100, of net promoters or their means."""
    return 100.0 * net / config.slots


def profit(total: Total) -> Any:
    """What came in minus what went out, €."""
    return sum(total(name) for name in MONEY_IN) - sum(total(name) for name in MONEY_OUT)
