"""Seeds of floors: the ranges that each purpose uses, and the sequence from one episode's floor to the next.

No range overlaps another, so nothing is judged on floors that it was made on.
"""

import operator
from collections.abc import Sequence, Sized
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

EVALUATION_SEEDS = range(10_000, 20_000)  # on which policies are compared
FACT_SEEDS = range(20_000, 30_000)  # on which published facts are checked
UNSEEN_SEEDS = range(30_000, 40_000)  # not looked at while the model was adjusted
BENCHMARK_SEEDS = {  # only for scores of the benchmark
    "home": range(50_000, 60_000),
    "held_out": range(60_000, 70_000),
    "curve": range(70_000, 80_000),
}
SWEEP_SEEDS = range(80_000, 90_000)  # apart from the benchmark's, which scores a sweep's choice on new floors
FIT_SEEDS = range(400_000, 450_000)  # what calibrations are compared and chosen on
FRESH_FIT_SEEDS = range(450_000, 500_000)  # what chosen calibrations are measured on
GATE_SEEDS = range(500_000, 600_000)  # on which gates are measured
CARD_SEEDS = range(600_000, 700_000)  # on which Goodhart cards are measured
FACT_SEARCH_SEEDS = range(700_000, 800_000)  # of the search inside a published fact
TRAINING_SEEDS = range(1_000_000, 2_000_000)  # first floors of training with seed 0
TRAINING_STRIDE = 10_000_000  # from the floors of one training seed to those of the next
SEARCH_SEEDS = range(2_000_000, 3_000_000)  # what candidates of a search are tried on
VALIDATION_SEEDS = range(3_000_000, 4_000_000)  # what its finalists are compared on
ANCHOR_SEEDS = range(5_000_000, 6_000_000)  # what shows a regularised learner the safe policy
COLLECTION_SEEDS = range(7_000_000, 8_000_000)  # episodes of datasets
REP_TRAINING_SEEDS = range(10**16, 2 * 10**16)
TWO_LEVEL_SEEDS = range(2 * 10**16, 3 * 10**16)  # of managers and reps that learn in turns

Seeds: TypeAlias = Sequence[int] | NDArray[np.integer]  # one for each floor of a batch
LARGEST_SEED = (1 << 128) - 1  # as ``numpy.random.SeedSequence().entropy`` gives
_MASK = (1 << 64) - 1


def checked_seed(seed: Any, key: str = "seed") -> int:
    """A seed as a Python integer.

    Args:
        seed: what was given.
        key: how the caller names it, for the message.

    Raises:
        ValueError: it is no whole number from 0 to `LARGEST_SEED`.
    """
    try:
        number = None if isinstance(seed, bool | np.bool_) else operator.index(seed)
    except TypeError:
        number = None
    if number is None or not 0 <= number <= LARGEST_SEED:
        raise ValueError(f"{key} = {repr(seed)[:60]}: must be a whole number from 0 to 2^128 − 1")
    return number


def seeds_of_floors(seeds: Any, floors: int, key: str = "seed") -> list[int | None]:
    """A seed of 64 bits for each floor of a batch; ``None`` stays ``None``.

    Args:
        seeds: a whole number, from which floor *i* takes the *i*-th that follows, or a list with one for each floor.
        floors: number of floors.
        key: how the caller names it, for the message.

    Raises:
        ValueError: a seed cannot be used, or the list has another length.
    """
    if isinstance(seeds, str) or not isinstance(seeds, Sized) or getattr(seeds, "ndim", 1) == 0:
        first = checked_seed(seeds, key)
        return [folded(first + i) for i in range(floors)]
    if len(seeds) != floors:
        raise ValueError(f"{key}: a list of {len(seeds)}, must have {floors} entries, one for each floor")
    each: Any = seeds
    return [None if seed is None else folded(checked_seed(seed, f"{key}[{i}]")) for i, seed in enumerate(each)]


def floor_seeds(seeds: Any, floors: int) -> NDArray[np.uint64]:
    """A seed ``[floors]`` for each floor of a batch, as the core takes them; ``seeds`` as in `seeds_of_floors`.

    Raises:
        ValueError: a seed cannot be used or is ``None``, or the list has another length.
    """
    if isinstance(seeds, np.ndarray) and seeds.dtype == np.uint64 and seeds.shape == (floors,):
        return seeds
    each = seeds_of_floors(seeds, floors, "seeds")
    return np.array([checked_seed(seed, "seeds") for seed in each], np.uint64)


def folded(seed: int) -> int:
    """The 64 bits by which the core knows a seed; smaller seeds are their own."""
    return seed if seed <= _MASK else int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])


def first_seed(np_random: np.random.Generator) -> int:
    """A random seed, for a reset without one."""
    return int(np_random.integers(1 << 63))


def next_seed(seed: int) -> int:
    """The seed of the floor after this one (SplitMix64's step and finalizer), the same in any batch."""
    z = (seed + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return (z ^ (z >> 31)) >> 1
