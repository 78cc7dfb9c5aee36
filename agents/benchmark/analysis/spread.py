"""Means over floors and training seeds, and the parts of their variance: what a comparison of two runs is judged by.

Tables use the intervals of `agents.benchmark.analysis.statistics`, which are of the median run and need no shape. These
here are of means, and take the runs as roughly normal; what a rare bad run does to them is measured in
`agents.benchmark.analysis.characteristics`, not assumed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]


class Spread(NamedTuple):
    """Means ``[...]`` and the independent parts of their variance."""

    mean: Floats  # [...]
    parts: tuple[tuple[Floats, int], ...]  # variance [...] and its degrees of freedom

    @property
    def error(self) -> Floats:
        """Standard error of the means ``[...]``."""
        error: Floats = np.sqrt(sum(variance for variance, _ in self.parts))
        return error

    def half_width(self, level: float) -> Floats:
        """Half of the two-sided interval ``[...]``: √ Σ t²_ν · variance, each part with the t of its own freedom.

        Banerjee (Sankhyā 22, 1960): it covers with `level` or more, whatever the true parts are. The distribution
        function of χ²₁ is concave, so that the coverage of a mixture is no less than the mixture of the coverages.
        Welch–Satterthwaite's single t does not: where few seeds happen to agree it takes the many degrees of freedom
        of the floors for the whole.
        """
        quantiles = [stats.t.ppf((1.0 + level) / 2.0, freedom) for _, freedom in self.parts]
        half: Floats = np.sqrt(sum(t**2 * variance for t, (variance, _) in zip(quantiles, self.parts, strict=True)))
        return half


def difference_spread(head: Floats, base: Floats, *, same_spread: bool = False) -> Spread:
    """Mean of head − base, and its variance by crossed random effects.

    Parts of the variance: s²_seed / S of each side, with s²_seed the variance over its seeds of the means over floors;
    and s²_floor / F, with s²_floor the variance over floors of the difference of the means over seeds. Each holds the
    interaction of seed and floor, so that it counts twice: the interval errs on the wide side. Floors are paired, seeds
    are not: the same seed makes two different runs as soon as the code differs in one rounding.

    Args:
        head: ``[..., seeds, floors]``; of one seed nothing is known, and its seed part is 0.
        base: likewise, with the same floors.
        same_spread: pool the variance over seeds of the two sides, for almost twice the degrees of freedom.
    """
    difference = head.mean(axis=-2) - base.mean(axis=-2)
    sides = [side.mean(axis=-1) for side in (head, base) if side.shape[-2] > 1]
    parts = [(side.var(axis=-1, ddof=1) / side.shape[-1], side.shape[-1] - 1) for side in sides]
    if same_spread and len(parts) == 2:
        parts = [pooled_part(*sides)]
    return Spread(difference.mean(axis=-1), (floor_part(difference), *parts))


def floor_part(by_floor: Floats) -> tuple[Floats, int]:
    """Variance of the mean of figures ``[..., floors]``, and its degrees of freedom."""
    floors = by_floor.shape[-1]
    return by_floor.var(axis=-1, ddof=1) / floors, floors - 1


def paired_arrays(head: ArrayLike, base: ArrayLike) -> tuple[Floats, Floats]:
    """Both as ``[seeds, floors]``.

    Raises:
        ValueError: the floors do not pair, or are fewer than two.
    """
    ours, theirs = np.asarray(head, dtype=float), np.asarray(base, dtype=float)
    if ours.ndim != 2 or theirs.ndim != 2 or ours.shape[1] != theirs.shape[1] or ours.shape[1] < 2:
        raise ValueError(
            f"needs [seeds, floors] with the same floors, two or more; got {ours.shape} and {theirs.shape}"
        )
    return ours, theirs


def pooled_part(one: Floats, other: Floats) -> tuple[Floats, int]:
    """Variance of the difference of two means of runs ``[..., runs]`` with one variance, and its degrees of freedom."""
    seeds = one.shape[-1], other.shape[-1]
    freedom = sum(seeds) - 2
    squares = sum(side.var(axis=-1) * side.shape[-1] for side in (one, other))
    return squares / freedom * (1.0 / seeds[0] + 1.0 / seeds[1]), freedom
