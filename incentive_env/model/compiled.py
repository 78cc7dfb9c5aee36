"""How functions of the core are compiled: `compiled` inside, `entry` and `threaded_entry` where Python calls in."""

import gc
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np

from incentive_env.model.code_cache import keep_on_disk
from incentive_env.model.inner_code import InnerCompiler

# A record of a structured array: its fields are attributes that a type checker cannot see.
Record: TypeAlias = Any
Records: TypeAlias = np.ndarray  # an array of them
Key: TypeAlias = np.uint64  # of the random draws of a floor in a week, see `incentive_env.model.rng`

Function = TypeVar("Function", bound=Callable[..., Any])


# Without counting references to arrays: the core makes none, and counting costs more than most of what it does.
# ``fastmath`` stays off: it would let the compiler reorder sums, so that results depended on the batch.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
# A way in from Python for each of the inner functions would take a quarter of the time to compile.
_INNER: dict[str, Any] = {
    **_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": InnerCompiler,
}  # fmt: skip


def _load_without_scipy() -> None:
    """Load the part of numba that imports ``scipy.linalg`` only to learn whether it can be had: half of its start."""
    if "numba.np.arraymath" in sys.modules:
        return
    linalg: Any = import_module("numba.np.linalg")
    checked, linalg.ensure_blas = linalg.ensure_blas, _look_for_scipy
    try:
        arraymath: Any = import_module("numba.np.arraymath")
        arraymath.ensure_blas = checked
    finally:
        linalg.ensure_blas = checked  # imports it where a function of somebody else's needs it


def _look_for_scipy() -> None:
    if find_spec("scipy") is None:
        raise ImportError


_load_without_scipy()


def compiled(function: Function) -> Function:
    """Compile a function that other compiled functions call; its code is kept as a part of theirs.

    Set ``NUMBA_DISABLE_JIT=1`` to step through the model as plain Python.
    """
    wrapped: Any = numba.njit(**_INNER)(function)
    return cast(Function, wrapped)


def inlined(function: Function) -> Function:
    """The same for a function of the innermost loops, or with one caller: it is copied there, which saves the call."""
    wrapped: Any = numba.njit(**_INNER, inline="always")(function)
    return cast(Function, wrapped)


def entry(function: Function) -> Function:
    """Compile a function that Python calls, and keep the machine code on disk."""
    wrapped: Any = numba.njit(**_OPTIONS)(function)
    keep_on_disk(wrapped, _DIGEST)
    return cast(Function, wrapped)


def threaded_entry(function: Function) -> Function:
    """The same for a function that several threads call at once, each with memory of its own."""
    wrapped: Any = numba.njit(**_OPTIONS, nogil=True)(function)
    keep_on_disk(wrapped, _DIGEST)
    return cast(Function, wrapped)


def bound(function: Function, *examples: Any) -> Function:
    """The machine code of an entry for arguments of the types of ``examples``, without the search for it.

    Working out the types of a dozen record arrays costs as much as simulating half a week. The caller of the
    result must pass arguments of exactly these types and memory layouts.
    """
    if not hasattr(function, "overloads"):  # plain Python, under NUMBA_DISABLE_JIT
        return function
    key = (function, *(_kind(example) for example in examples))
    if key not in _BOUND:
        typeof: Any = numba.typeof
        signature = tuple(typeof(example) for example in examples)
        with _without_collection():
            function.compile(signature)  # type: ignore[attr-defined]
        _BOUND[key] = function.overloads[signature].entry_point
    return cast(Function, _BOUND[key])


_BOUND: dict[Any, Any] = {}


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for garbage: the compiler makes little, and the search takes a sixth of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _kind(example: Any) -> Any:
    """What determines the type of an argument, computed cheaply."""
    if isinstance(example, tuple):
        return type(example), *(_kind(part) for part in example)
    if isinstance(example, np.ndarray):
        return example.dtype, example.ndim, example.flags.c_contiguous, example.flags.writeable
    return getattr(example, "dtype", type(example))


def _sources_digest() -> str:
    """A digest of the model and of the tables whose names and order are constants in its machine code."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    tables = [package / "config" / f"{table}.py" for table in ("channels", "levers", "words")]
    for source in (*sorted((package / "model").glob("*.py")), *tables):
        digest.update(source.read_bytes())
    return digest.hexdigest()


_DIGEST = _sources_digest()
