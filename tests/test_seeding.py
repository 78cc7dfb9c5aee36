"""What is judged on floors was not made on them."""

import itertools

from incentive_env.support import seeds


def test_ranges_of_seeds_do_not_meet():
    ranges = [value for name, value in vars(seeds).items() if name.endswith("_SEEDS") and isinstance(value, range)]
    ranges += seeds.BENCHMARK_SEEDS.values()
    first = seeds.TRAINING_SEEDS
    ranges += [range(first.start + by, first.stop + by) for by in range(10**7, 10**10, seeds.TRAINING_STRIDE)]
    ranges.sort(key=lambda one: one.start)
    assert len(ranges) > 15
    assert all(one.stop <= other.start for one, other in itertools.pairwise(ranges))
