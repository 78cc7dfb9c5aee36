"""Seeds of floors: an episode's floor is its seed; the floors after it follow from it, in any batch."""

import numpy as np

_MASK = (1 << 64) - 1


def first_seed(np_random: np.random.Generator) -> int:
    """A seed where none was given."""
    return int(np_random.integers(1 << 63))


def next_seed(seed: int) -> int:
    """The seed of the floor after this one (SplitMix64's step and finaliser)."""
    z = (seed + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return (z ^ (z >> 31)) >> 1
