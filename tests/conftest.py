"""Shared by all tests: one thread for numerical libraries, and small floors."""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import pytest
import worlds

from incentive_env import Config


@pytest.fixture(scope="session")
def small() -> Config:
    """Three reps with eight slots each; neither client nor bank can close the floor."""
    return worlds.small_config()


@pytest.fixture
def tiny() -> worlds.TinyFloor:
    """Two reps with four slots each and one product, all of it set by hand."""
    return worlds.tiny_floor()
