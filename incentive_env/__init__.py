"""incentive-env: a Gymnasium environment for incentive design.

``import incentive_env`` registers the environments and loads little else; the simulator is loaded when first used.
"""

from typing import TYPE_CHECKING, Any

import gymnasium as gym

if TYPE_CHECKING:
    from incentive_env.config import Config, ConfigError, load_config
    from incentive_env.envs.multi_objective import SalesFloorMOEnv, SalesFloorMOVectorEnv
    from incentive_env.envs.parallel import parallel_env
    from incentive_env.envs.single import SalesFloorEnv
    from incentive_env.envs.vector import SalesFloorVectorEnv
    from incentive_env.model.scheme import Scheme
    from incentive_env.studies.evaluate import evaluate
    from incentive_env.studies.explain import explain
    from incentive_env.studies.references import reference_scores
    from incentive_env.studies.simulate import Panel, simulate

__version__ = "0.2.0"

__all__ = [
    "Config", "ConfigError", "Panel", "SalesFloorEnv", "SalesFloorMOEnv", "SalesFloorMOVectorEnv",
    "SalesFloorVectorEnv", "Scheme", "evaluate", "explain", "load_config", "parallel_env", "reference_scores",
    "simulate",
]  # fmt: skip

_HOME = {
    "Config": "config", "ConfigError": "config", "load_config": "config",
    "Panel": "studies.simulate", "simulate": "studies.simulate",
    "SalesFloorEnv": "envs.single", "SalesFloorVectorEnv": "envs.vector", "Scheme": "model.scheme",
    "SalesFloorMOEnv": "envs.multi_objective", "SalesFloorMOVectorEnv": "envs.multi_objective",
    "parallel_env": "envs.parallel", "reference_scores": "studies.references",
    "evaluate": "studies.evaluate", "explain": "explain",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"{__name__}.{_HOME[name]}")
    return home if name == "explain" else getattr(home, name)  # that module can be called


for _scenario, _config in (("Telesales", "telesales"), ("ContactCenter", "contact_center")):
    gym.register(
        id=f"incentive_env/{_scenario}-v1",
        entry_point="incentive_env.envs.single:SalesFloorEnv",
        vector_entry_point="incentive_env.envs.vector:SalesFloorVectorEnv",
        kwargs={"config": _config},
    )
    gym.register(
        id=f"incentive_env/MO-{_scenario}-v1",
        entry_point="incentive_env.envs.multi_objective:SalesFloorMOEnv",
        vector_entry_point="incentive_env.envs.multi_objective:SalesFloorMOVectorEnv",
        disable_env_checker=True,  # it expects a scalar reward
        kwargs={"config": _config},
    )

gym.register(id="incentive_env/LEN-v0", entry_point="incentive_env.theory.env:LENEnv")
