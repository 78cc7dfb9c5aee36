"""A few episodes of small floors, and a place for datasets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import ACTING, ID

from agents.offline.collection import Episode, collect
from agents.offline.datasets import open_dataset, recording_env, write_dataset
from incentive_env import Config


@pytest.fixture(scope="session")
def episodes(small: Config) -> list[Episode]:
    """Nine episodes of three behaviours; read them, but leave them as they are."""
    pytest.importorskip("minari")
    return collect(small, "loyalty", ACTING, 9)


@pytest.fixture
def written(small: Config, episodes: list[Episode], tmp_path: Path) -> Callable[..., Any]:
    """Write the episodes, or others, as a dataset under ``tmp_path``, and open it."""

    def write(given: list[Episode] = episodes, config: Config = small, **options: Any) -> Any:
        write_dataset(ID, given, recording_env(config, config, "loyalty"), root=tmp_path, **options)
        return open_dataset(ID, tmp_path)

    return write
