"""Ray is started once for all tests that need it, and stopped after them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

_FRAMEWORKS = ("test_rllib", "test_torchrl", "test_supersuit", "test_skrl")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Frameworks take seconds to import: their tests are not even looked at where they are left out anyway."""
    return True if "not interop" in config.option.markexpr and collection_path.name.startswith(_FRAMEWORKS) else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    pytest.importorskip("ray.rllib", exc_type=ImportError)
    from agents.rllib.train import ray_running

    with ray_running(4):
        yield
