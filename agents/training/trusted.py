"""A model that stable-baselines3 saved by itself, which only trust can read."""

from pathlib import Path
from typing import Any, cast

from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.save_util import load_from_zip_file

from agents.training.model import SEEN_SHAPES, Falling
from incentive_env.policies import PolicyError

_WHY = (
    "is a model of stable-baselines3: part of it is pickled, and reading a pickle can run any code that is in it; "
    "scripts/evaluate.py reads it with --trust, if you trust the maker; a policy file or a run needs no trust"
)


def read_trusted(path: Path, *, trust: bool) -> BasePolicy:
    """The network in a ``.zip`` of stable-baselines3's ``save``; it is given the report as it is.

    Raises:
        PolicyError: it is not trusted, it cannot be read, or it sees something else than the report.
    """
    if not trust:
        raise PolicyError(f"{path}: {_WHY}")
    try:
        data, parameters, _ = load_from_zip_file(path, device="cpu")
        assert data is not None
        form, spaces = data["policy_class"], (data["observation_space"], data["action_space"])
        network: BasePolicy = form(*spaces, Falling(0.0), **data["policy_kwargs"])
        network.load_state_dict(cast(Any, parameters)["policy"])
    except Exception as error:  # its pickles may raise anything
        raise PolicyError(f"{path}: cannot be read as a model of stable-baselines3: {error}") from None
    if spaces[0].shape != SEEN_SHAPES["report"]:
        raise PolicyError(f"{path}: sees {spaces[0].shape} entries, the report has {SEEN_SHAPES['report']}")
    return network
