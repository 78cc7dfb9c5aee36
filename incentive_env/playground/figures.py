"""Weekly records as the few series that the laboratory draws, and what they say of two schemes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.words import OUTCOMES, Outcome
from incentive_env.floors import measures
from incentive_env.studies.evaluate import summarise
from incentive_env.studies.simulate import Rollout
from incentive_env.support.statistics import Interval, interval

Series = NDArray[np.float64]


class Figures(NamedTuple):
    """Floors under a scheme; series by quota period are NaN where there was nothing to measure."""

    weeks: Series  # [periods] last week of each
    conversion: Series  # [floors, periods] recorded
    nps: Series  # [floors, periods] measured
    loyalty: Series  # [floors, periods] true, points
    trust: Series  # [floors, periods] true, mean over customers
    irritation: Series  # [floors, periods] likewise
    strain: Series  # [floors, periods]
    exits: Series  # [floors, periods] % a year
    cash: Series  # [floors, periods] thousand €
    volume: Series  # [floors, periods] % of the book that the client leaves with the floor
    open: Series  # [floors, periods] 1 while there is something to manage, 0 once client or bank has closed the floor
    channels: Series  # [floors, channels] cases in 100 calls, over the episode
    whole: Series  # [floors, outcomes] figures of the whole run, in the order of `OUTCOMES`

    @classmethod
    def join(cls, parts: "list[Figures]") -> "Figures":
        """Floors of several parts, one after the other."""
        columns = zip(*(part[1:] for part in parts), strict=True)
        return cls(parts[0].weeks, *(np.concatenate(column) for column in columns))


_FEW = 4  # floors, below which there is no interval, unless there were no more to begin with


class Band(NamedTuple):
    """A mean over floors with its 95 % interval, period by period."""

    mean: Series
    low: Series
    high: Series


class Comparison(NamedTuple):
    """An outcome of two schemes on the same floors."""

    outcome: Outcome
    first: float
    second: float
    more: Interval  # second less first, floor by floor


def figures_of(rollout: Rollout, config: Config) -> Figures:
    """Series and outcomes of floors that have been managed for an episode."""
    weeks = rollout.floor_weeks
    length = config.horizon.decision_weeks
    starts = np.arange(0, weeks.shape[1], length)

    def total(name: str) -> Series:
        summed: Series = np.add.reduceat(measures.column(weeks, name), starts, axis=1)
        return summed

    ends = np.minimum(starts + length, weeks.shape[1])
    net = np.add.reduceat(measures.net_promoters(weeks), starts, axis=1) / (ends - starts)
    result = summarise(rollout, config)
    return Figures(
        weeks=ends.astype(np.float64),
        conversion=measures.RECORDED_CONVERSION.known(total),
        nps=measures.MEASURED_NPS.known(total),
        loyalty=measures.loyalty_points(net, config),
        trust=measures.TRUST.known(total),
        irritation=measures.IRRITATION.known(total),
        strain=measures.STRAIN.known(total),
        exits=measures.EXITS.known(total),
        cash=weeks["cash"][:, ends - 1] / 1000.0,
        volume=100.0 * weeks["volume"][:, ends - 1],
        open=1.0 - weeks["closed"][:, ends - 1],
        channels=100.0 * result.channels,
        whole=np.stack([getattr(result, name) * outcome.factor for name, outcome in OUTCOMES.items()], axis=1),
    )


def band(values: Series) -> Band:
    """Mean and 95 % interval (Student's t) of series ``[floors, periods]``, over floors that have a value; else NaN."""
    from scipy import stats

    there = np.isfinite(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    squares = np.where(there, (values - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(squares / np.maximum(count - 1, 1) / np.maximum(count, 1))
    # A few floors, the last that are open say, tell nothing of how sure the mean is.
    half = np.where(count >= min(_FEW, len(values)), spread * stats.t.ppf(0.975, np.maximum(count - 1, 1)), np.nan)
    return Band(mean, mean - half, mean + half)


def compare(first: Figures, second: Figures) -> list[Comparison]:
    """Every outcome of two schemes that managed the same floors."""
    return [
        Comparison(outcome, float(mine.mean()), float(theirs.mean()), interval(theirs - mine))
        for outcome, mine, theirs in zip(OUTCOMES.values(), first.whole.T, second.whole.T, strict=True)
    ]
