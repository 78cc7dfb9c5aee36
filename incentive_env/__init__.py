"""incentive-env: a Gymnasium environment for incentive design.

``import incentive_env`` registers the environments and loads little else; the simulator is loaded when first used.
"""

from typing import TYPE_CHECKING, Any

import gymnasium as gym

if TYPE_CHECKING:
    from incentive_env.config import Config, ConfigError, load_config
    from incentive_env.env import SalesFloorEnv
    from incentive_env.mo_env import SalesFloorMOEnv, SalesFloorMOVectorEnv
    from incentive_env.model.scheme import Scheme
    from incentive_env.multiagent import parallel_env
    from incentive_env.panel import Panel, simulate
    from incentive_env.vector_env import SalesFloorVectorEnv

__version__ = "0.1.0"

__all__ = [
    "Config", "ConfigError", "Panel", "SalesFloorEnv", "SalesFloorMOEnv", "SalesFloorMOVectorEnv",
    "SalesFloorVectorEnv", "Scheme", "load_config", "parallel_env", "simulate",
]  # fmt: skip

_HOME = {
    "Config": "config", "ConfigError": "config", "load_config": "config", "Panel": "panel", "simulate": "panel",
    "SalesFloorEnv": "env", "SalesFloorVectorEnv": "vector_env", "Scheme": "model.scheme",
    "SalesFloorMOEnv": "mo_env", "SalesFloorMOVectorEnv": "mo_env", "parallel_env": "multiagent",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


for _scenario, _config in (("Telesales", "telesales"), ("ContactCenter", "contact_center")):
    gym.register(
        id=f"incentive_env/{_scenario}-v0",
        entry_point="incentive_env.env:SalesFloorEnv",
        vector_entry_point="incentive_env.vector_env:SalesFloorVectorEnv",
        kwargs={"config": _config},
    )
    gym.register(
        id=f"incentive_env/MO-{_scenario}-v0",
        entry_point="incentive_env.mo_env:SalesFloorMOEnv",
        vector_entry_point="incentive_env.mo_env:SalesFloorMOVectorEnv",
        disable_env_checker=True,  # it wants a scalar reward
        kwargs={"config": _config},
    )

gym.register(id="incentive_env/LEN-v0", entry_point="incentive_env.theory.env:LENEnv")
