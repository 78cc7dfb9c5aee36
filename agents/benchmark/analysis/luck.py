"""What luck alone may do to the worst run of a group and to the spread over its runs.

Five runs cannot show how bad the worst of the next five will be. A comparison therefore looks at the whole BASE suite:
how far has any of its runs fallen below the median of its group? A basin that one run in ten ends in shows itself in 40
runs with a probability of 98 %. What goes far beyond all of them, and beyond the spread of the group itself, is no
luck of that kind. `agents.benchmark.analysis.characteristics` measures how often luck still passes the limits.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST_RUNS = 4  # of a group whose worst run and spread are judged
MEMORY = 40  # trained runs in BASE below which a fall is shown and does not fail: 1 − 0.9⁴⁰ = 0.985

# Found by simulation: with runs of Student's t of 3 degrees of freedom, 50 to 100 runs in groups of 4, 5 and 10, and
# spreads of the groups that are alike or differ tenfold, a limit is passed by chance in 1 to 3 % of comparisons.
_TIMES_THE_DEEPEST = 4.0  # fall of any run in BASE
_TIMES_OWN_SPREAD = 12.0  # standard deviations over the group's runs in BASE

Floats = NDArray[np.float64]


class Limits(NamedTuple):
    """Of a group on one scenario, points."""

    floor: Floats  # [...] below this a run is lower than luck explains
    spread: Floats  # [...] above this the standard deviation over runs is greater than luck explains


def limits_of(runs: Sequence[Floats]) -> list[Limits]:
    """Limits for each group of a suite on one scenario.

    Args:
        runs: mean loyalty ``[..., runs]`` of each trained group in BASE, points.
    """
    medians = [np.median(group, axis=-1) for group in runs]
    deepest = np.max([middle - group.min(axis=-1) for group, middle in zip(runs, medians, strict=True)], axis=0)
    farthest = np.max(
        [abs(group - middle[..., None]).max(axis=-1) for group, middle in zip(runs, medians, strict=True)], axis=0
    )
    limits = []
    for group, middle in zip(runs, medians, strict=True):
        own = _TIMES_OWN_SPREAD * spread_of(group)
        floor = middle - np.maximum(_TIMES_THE_DEEPEST * deepest, own)
        limits.append(Limits(floor, np.maximum(farthest, own)))
    return limits


def spread_of(runs: Floats) -> Floats:
    """Standard deviation ``[...]`` over runs ``[..., runs]``."""
    spread: Floats = runs.std(axis=-1, ddof=1)
    return spread
