"""Counter-based randomness: each draw is a pure function of (seed, week, entity, purpose).

So a floor is the same alone and in any batch, on any thread; and two schemes on one seed meet the same customers and
the same luck (common random numbers). The mixer is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
"""

import math

import numpy as np

from incentive_env.model.compiled import Key, compiled

# Purposes: one number for each kind of draw, with room for several draws per entity.
(
    OPENING_FLOOR, OPENING_REP, OPENING_CUSTOMER, DEMAND, EVENT, VOLUME, CALL, REFUSAL, SURVEY, ANSWER, INBOUND, LIFE,
    DISCOVERY, COOLING_OFF, DROP, CUSTOMER, AUDIT, SANCTION, EXIT, LAYOFF, APPLICANT, REPORT, HEARD, WAGE,
) = range(0, 24 * 64, 64)  # fmt: skip

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_U11, _U27, _U30, _U31, _U32 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW21 = np.uint64(2097151)
_TWO, _THREE, _UNIT21 = np.float32(2.0), np.float32(3.0), np.float32(1.0 / 2097152.0)


@compiled
def mix(z: np.uint64) -> np.uint64:
    """Scatter 64 bits so that neighbours become unrelated."""
    z = (z ^ (z >> _U30)) * _FIRST
    z = (z ^ (z >> _U27)) * _SECOND
    return z ^ (z >> _U31)


@compiled
def week_key(seed: np.uint64, week: int) -> np.uint64:
    """The key of all draws of one floor in one week."""
    return mix(mix(seed + _GOLDEN) ^ (np.uint64(week) * _GOLDEN))


@compiled
def bits(key: Key, purpose: int, entity: int) -> np.uint64:
    """64 random bits for one purpose and one entity (a rep, a slot, the floor)."""
    return mix(key + ((np.uint64(purpose) << _U32) | np.uint64(entity)) * _GOLDEN)


@compiled
def uniform(key: Key, purpose: int, entity: int) -> float:
    """A number in [0, 1), 53 bits fine."""
    return float(np.int64(bits(key, purpose, entity) >> _U11)) * (1.0 / 9007199254740992.0)


@compiled
def third(many: np.uint64, which: int) -> np.float32:
    """One of the three numbers in [0, 1), 21 bits fine, that 64 random bits hold; single precision holds it exactly."""
    return np.float32(np.int32((many >> np.uint64(21 * which)) & _LOW21)) * _UNIT21


@compiled
def rough_normal(many: np.uint64) -> np.float32:
    """Mean 0, deviation 1, within ±3: the sum of three uniforms (Irwin–Hall); for noise whose tails do not matter."""
    return _TWO * (third(many, 0) + third(many, 1) + third(many, 2)) - _THREE


@compiled
def normal(key: Key, purpose: int, entity: int) -> float:
    """A standard normal number (Box & Muller 1958); takes the purposes ``purpose`` and ``purpose + 1``."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(key, purpose, entity)))
    return radius * math.cos(2.0 * math.pi * uniform(key, purpose + 1, entity))


@compiled
def gumbel(key: Key, purpose: int, entity: int) -> float:
    """A standard Gumbel number: the noise behind a logit choice."""
    return -math.log(-math.log(max(uniform(key, purpose, entity), 1e-300)))
