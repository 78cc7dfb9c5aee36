"""What gates must reach: shared by the gates' own measurement and by the suites in which they are read."""

import math
from typing import NamedTuple


class Threshold(NamedTuple):
    """What a figure must reach; the ends that are not given are open."""

    least: float = -math.inf  # of the mean
    most: float = math.inf  # of the mean
    above: float = -math.inf  # of the whole interval
    below: float = math.inf  # of the whole interval

    def holds(self, estimate: tuple[float, float, float]) -> bool:
        """Whether a mean with the ends of its interval reaches it; one that is not finite never does."""
        mean, low, high = estimate
        if not all(map(math.isfinite, estimate)):
            return False
        return self.least <= mean <= self.most and low > self.above and high < self.below

    def __str__(self) -> str:
        words = (("at least {:.3g}", self.least), ("at most {:.3g}", self.most), ("interval above {:.3g}", self.above))
        parts = [
            text.format(end) for text, end in (*words, ("interval below {:.3g}", self.below)) if math.isfinite(end)
        ]
        return ", ".join(parts)


LEAD = Threshold(least=8.0, above=5.0)  # G3: what sees the report, over the best fixed scheme, points
OPEN_LOOP = Threshold(most=0.5)  # G3: share of that lead that schemes in turn have
MEMORY = Threshold(least=2.0, above=0.0)  # G4: the report with its history, over the report, points
HIDDEN = Threshold(least=3.0)  # G5: the true state, over the report, points
