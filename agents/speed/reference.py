"""The reference loop: the cost of a customer's week if it were pure arithmetic on well-packed arrays.

A customer's week is six uniforms, six logistic functions, and its state read and written. Floors come one after the
other, four weeks each, as in the simulator; customers do not wait for each other, so that the compiler can take several
at once. Three forms:

==========  ===================================  ======================================================================
form        a customer's state is                compiled
==========  ===================================  ======================================================================
``whole``   every array of `model.state`'s       as ``bare``; the six numbers are its five feelings, as doubles, and its
            ``Customers``                        first need, all the rest is changed by an instruction a field
``bare``    six doubles                          as fast as we can: vector instructions, polynomial exponential
``plain``   six doubles                          as one would write it: `np.exp`, no liberties with arithmetic
==========  ===================================  ======================================================================

It is not a simulation: no decisions, no discoveries, no branches. The figure is how many times slower the model is.

``fastmath`` is allowed here, as it is not in the simulator, whose floors are the same bits in any batch. But not its
right to reorder sums: with it the compiler finds that adding 2⁵² and taking it off again is nothing, leaves the
rounding out, and is fast and wrong.

Only the arrays of ``whole`` come from the model. If the reference shared the model's mixer or exponential, a loss there
would slow both, and the ratio would hide it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numba
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from incentive_env import Config
from incentive_env.model.compiled import Function
from incentive_env.model.state import Customers, empty_state

Arrays: TypeAlias = tuple[np.ndarray, ...]
Week: TypeAlias = Callable[[Arrays, np.uint64], None]

FEELINGS = ("trust", "irritation", "satisfaction", "debt", "disposition")  # doubles here, single in the model
NUMBERS = len(FEELINGS) + 1  # of a customer's state, each with a draw and a logistic function a week
RATE = 0.1  # share of the way that a number goes in a week

_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}  # all but "reassoc"


def _compiler(**options: Any) -> Callable[[Function], Function]:
    """A decorator that compiles; nothing here makes arrays, so that references to them need no counting."""
    options |= {"error_model": "numpy", "_nrt": False}
    decorator: Callable[[Function], Function] = numba.njit(**options)
    return decorator


_plain, _plain_part = _compiler(), _compiler(forceinline=True)
_fast, _fast_part = _compiler(fastmath=_FAST), _compiler(fastmath=_FAST, forceinline=True)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_U12, _U27, _U30, _U31 = np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)
_APART = np.uint64(8)  # steps between neighbours; a power of two, found by counting on
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0

_PER_UNIT = 1.0 / np.log(2.0)
_ROUNDING = 1.5 * 2.0**52  # adding it rounds to a whole number, which the lowest bits then hold
# Of 2^x in −½ … ½, within 3e-9: as fine as the simulator's own exponential.
_C0, _C1, _C2, _C3, _C4, _C5, _C6 = map(
    float, Chebyshev.interpolate(np.exp2, 6, domain=[-0.5, 0.5]).convert(kind=Polynomial).coef
)


@_plain_part
def _mix(z: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64, as in `incentive_env.model.rng`."""
    z = (z ^ (z >> _U30)) * _FIRST
    z = (z ^ (z >> _U27)) * _SECOND
    return z ^ (z >> _U31)


@_plain_part
def _key(floor: int, week: int) -> np.uint64:
    """The key of a floor's draws in a week."""
    return _mix(np.uint64(floor) * _GOLDEN + np.uint64(week))


@_fast_part
def _uniform(key: np.uint64, customer: int, draw: int) -> float:
    """A number in [0, 1), 52 bits fine: the bits behind the point of a number in [1, 2), less 1."""
    many = _mix(key + np.uint64(customer) * _APART + np.uint64(draw) * _GOLDEN)
    return np.uint64((many >> _U12) | _ONE).view(np.float64) - 1.0


@_fast_part
def _logistic(x: float) -> float:
    """Share between 0 and 1, within 1e-9, for x within ±700: 1 / (1 + 2^k · 2^r), k whole and r within ±½."""
    y = x * -_PER_UNIT
    shifted = y + _ROUNDING
    r = y - (shifted - _ROUNDING)
    power = _C0 + r * (_C1 + r * (_C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * _C6)))))
    # k, in the lowest bits of what was rounded, is added to the exponent's bits.
    bits = np.float64(power).view(np.int64) + (np.float64(shifted).view(np.int64) << 52)
    return 1.0 / (1.0 + np.int64(bits).view(np.float64))


@_plain_part
def _plain_logistic(x: float) -> float:
    return float(1.0 / (1.0 + np.exp(-x)))


def _week_with(logistic: Callable[[float], float], compiled: Callable[[Week], Week]) -> Week:
    """A week of a floor: some way of each number towards a share that depends on the next number and on luck."""

    @compiled
    def week(numbers: Arrays, key: np.uint64) -> None:
        """Args: six arrays ``[customers]`` of numbers, which stay in 0 … 1; the key of the week's draws."""
        a, b, c, d, e, f = numbers
        for i in range(len(a)):
            # All is drawn and read before anything is written: the six need not wait for one another.
            p, q, r, s, t, o = (
                _uniform(key, i, 0), _uniform(key, i, 1), _uniform(key, i, 2), _uniform(key, i, 3),
                _uniform(key, i, 4), _uniform(key, i, 5),
            )  # fmt: skip
            u, v, w, x, y, z = a[i], b[i], c[i], d[i], e[i], f[i]
            a[i] = u + RATE * (logistic(v - p) - u)
            b[i] = v + RATE * (logistic(w - q) - v)
            c[i] = w + RATE * (logistic(x - r) - w)
            d[i] = x + RATE * (logistic(y - s) - x)
            e[i] = y + RATE * (logistic(z - t) - y)
            f[i] = z + RATE * (logistic(u - o) - z)

    return week


fast_week = _week_with(_logistic, _fast)
plain_week = _week_with(_plain_logistic, _plain)


@_fast
def _change(field: np.ndarray) -> None:
    """Read and write ``[entries]`` once."""
    for i in range(len(field)):
        field[i] += 1


@_plain
def whole(numbers: Arrays, need: np.ndarray, flags: Arrays, dates: Arrays, amounts: Arrays, weeks: int) -> None:
    """Some weeks of a batch in which all that customers are is read and written once a week.

    Args:
        numbers: five arrays ``[floors, customers]`` of doubles.
        need: ``[floors, products × customers]``; that of the first product is the sixth number.
        flags: arrays ``[floors, entries]`` of bytes.
        dates: the same of integers.
        amounts: the same of floats.
        weeks: how many.
    """
    a, b, c, d, e = numbers
    customers = a.shape[1]
    for floor in range(len(a)):
        six = a[floor], b[floor], c[floor], d[floor], e[floor], need[floor][:customers]
        for week in range(weeks):
            fast_week(six, _key(floor, week))
            _change(need[floor][customers:])
            for field in flags:
                _change(field[floor])
            for field in dates:
                _change(field[floor])
            for field in amounts:
                _change(field[floor])


@_plain
def bare(numbers: Arrays, weeks: int) -> None:
    """Some weeks of a batch of six arrays ``[floors, customers]``."""
    a, b, c, d, e, f = numbers
    for floor in range(len(a)):
        for week in range(weeks):
            fast_week((a[floor], b[floor], c[floor], d[floor], e[floor], f[floor]), _key(floor, week))


@_plain
def plain(numbers: Arrays, weeks: int) -> None:
    """The same as `bare`, as one would write it."""
    a, b, c, d, e, f = numbers
    for floor in range(len(a)):
        for week in range(weeks):
            plain_week((a[floor], b[floor], c[floor], d[floor], e[floor], f[floor]), _key(floor, week))


def references(config: Config, floors: int) -> dict[str, Callable[[], None]]:
    """The three forms, each with a batch of its own; a call runs it for as long as a decision of the scenario."""
    size, weeks = config.slots, config.horizon.decision_weeks
    customers = empty_state(floors, config.salesforce.reps, config.market.slots, config.market.products).customers
    state = _sorted_out(customers)
    fast, slow = (tuple(np.full((NUMBERS, floors, size), 0.5)) for _ in range(2))
    return {
        "whole": lambda: whole(*state, weeks),
        "bare": lambda: bare(fast, weeks),
        "plain": lambda: plain(slow, weeks),
    }


def _sorted_out(customers: Customers) -> tuple[Arrays, np.ndarray, Arrays, Arrays, Arrays]:
    """The arrays of a batch as `whole` takes them: each once, those of a kind together."""
    flat = {name: field.reshape(len(field), -1) for name, field in customers._asdict().items()}
    need = flat.pop("need")
    doubles = tuple(flat.pop(name).astype(np.float64) for name in FEELINGS)
    of_kind = {kind: tuple(field for field in flat.values() if field.dtype == kind) for kind in ("u1", "i4", "f4")}
    assert sum(map(len, of_kind.values())) == len(flat), "a field is of a kind that the reference does not know"
    return doubles, need, of_kind["u1"], of_kind["i4"], of_kind["f4"]
