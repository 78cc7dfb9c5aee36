"""Checks of a problem's parameters, for the ``metadata`` of dataclass fields."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import ConfigError

Array = NDArray[np.float64]
Metadata = Mapping[str, Callable[[str, Any], Any]]  # "check": from name and value to the checked value

SMALLEST, LARGEST = 1e-6, 1e6  # of parameters: within these bounds nothing overflows


def keep_checked(instance: Any) -> None:
    """Replace each field of a frozen dataclass by its checked value.

    Raises:
        ConfigError: a value cannot be used; the message names the field, the value and what is allowed.
    """
    for item in fields(instance):
        object.__setattr__(instance, item.name, item.metadata["check"](item.name, getattr(instance, item.name)))


def number(low: float, high: float = LARGEST) -> Metadata:
    """A number from ``low`` to ``high``."""
    return {"check": lambda name, value: float(_array(name, value, 0, low, high))}


def _not_zero(name: str, value: Any) -> Array:
    array = _array(name, value, 1)
    if np.abs(array).max() < SMALLEST:
        raise ConfigError(f"{name} = {value!r}: must have an entry of at least {SMALLEST:g}, or at most {-SMALLEST:g}")
    return array


def _positive_definite(name: str, value: Any) -> Array:
    array = _symmetric(name, value, _array(name, value, 2))
    if np.linalg.eigvalsh(array).min() < SMALLEST:
        raise ConfigError(f"{name} = {value!r}: must be positive definite, its eigenvalues at least {SMALLEST:g}")
    return array


def _covariance(name: str, value: Any) -> Array:
    given = np.diag(_array(name, value, 1, 0.0, np.inf)) if np.ndim(value) == 1 else value
    array = _symmetric(name, value, _array(name, given, 2, -np.inf, np.inf))
    measured = np.diag(array) < np.inf
    if not measured.any():
        raise ConfigError(f"{name} = {value!r}: must have a finite variance somewhere, or nothing can be paid on")
    beside = array[~measured]
    beside[:, ~measured] = np.where(np.eye(len(beside), dtype=bool), 0.0, beside[:, ~measured])
    if beside.any():
        raise ConfigError(f"{name} = {value!r}: must be 0 beside an infinite variance")
    inside = array[np.ix_(measured, measured)]
    if np.abs(inside).max() > LARGEST**2:
        raise ConfigError(f"{name} = {value!r}: must hold numbers from {-(LARGEST**2):g} to {LARGEST**2:g}, or inf")
    spread = np.linalg.eigvalsh(inside)
    if spread.min() < -1e-9 * spread.max():
        raise ConfigError(f"{name} = {value!r}: must be positive semidefinite")
    return array


def _symmetric(name: str, value: Any, array: Array) -> Array:
    """The array without its rounding errors, or an error where it differs from its transpose by more."""
    if array.shape[0] != array.shape[1] or not np.allclose(array, array.T, rtol=1e-9, atol=1e-12):
        raise ConfigError(f"{name} = {value!r}: must be symmetric")
    return _read_only(0.5 * (array + array.T))


def _array(name: str, value: Any, axes: int, low: float = -LARGEST, high: float = LARGEST) -> Array:
    """A copy of the value, with so many axes and entries within bounds."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        array = np.array(None)
    is_numeric = array.dtype.kind in "iuf"  # refuses true and "20"
    if not is_numeric or array.ndim != axes or array.size == 0 or not ((low <= array) & (array <= high)).all():
        kind = ("a number", "a vector of numbers", "a matrix of numbers")[axes]
        raise ConfigError(f"{name} = {value!r}: must be {kind} from {low:g} to {high:g}")
    return _read_only(array.astype(np.float64))


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array


VECTOR: Metadata = {"check": _not_zero}  # of any length, not all 0
COST_MATRIX: Metadata = {"check": _positive_definite}  # symmetric
NOISE_COVARIANCE: Metadata = {"check": _covariance}  # or its diagonal; ``inf`` there for what is not measured
