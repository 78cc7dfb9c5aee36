"""Ray is started once for all tests that need it, and stopped after them."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    pytest.importorskip("ray.rllib")
    from agents.rllib.training import ray_running

    with ray_running(4):
        yield
