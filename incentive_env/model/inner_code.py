"""Functions of the core that only compiled code calls: linked into it as they are, and never run by themselves.

Numba optimises such a function, turns it into machine code, and then optimises it again in every caller. Here that
happens once, in the function that Python calls: a third less work for LLVM, and the same machine code.
"""

from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class InnerCompiler(Compiler):
    """Numba's own compiler, which puts the code into an `_InnerLibrary`."""

    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        super().__init__(typing, target, library, *rest)  # type: ignore[no-untyped-call]
        self.state.library = _InnerLibrary(target.codegen(), "inner")  # type: ignore[no-untyped-call]
        self.state.targetctx.get_executable = _no_executable  # of this function alone: the target is a copy


class _InnerLibrary(JITCodeLibrary):
    """Code to be linked into that of an entry."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True


def _no_executable(library: Any, description: Any, environment: Any) -> Any:
    """What numba knows a function by; there is nothing to run."""
    name = description.qualname.split(".")[-1]
    return _dynfunc.make_function(description.lookup_module(), name, "", 0, environment, (library,))
