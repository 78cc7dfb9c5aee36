"""``incentive_env.explain(...)``; and ``from incentive_env.explain import explain``, as before the rooms were made."""

import sys
from types import ModuleType
from typing import Any

from incentive_env.studies.explain import Explanation, explain

__all__ = ["Explanation", "explain"]


class _CallableModule(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Explanation:
        return explain(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
