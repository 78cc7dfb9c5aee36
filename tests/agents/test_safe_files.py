"""Files of strangers run nothing: what they hold is data, and what would be code is refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from agents.search.checkpoint import SearchError
from agents.search.evolution import SearchBudget, Start, search


class Trap:
    """A pickle that creates a file when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)

    def sprung(self) -> bool:
        return self.mark.exists()


@pytest.fixture
def trap(tmp_path):
    """Checked at the end: nothing has read it."""
    made = Trap(tmp_path / "sprung")
    yield made
    assert not made.sprung()


def test_the_trap_works(tmp_path):
    made = Trap(tmp_path / "sprung")
    pickle.loads(pickle.dumps(made))
    assert made.sprung()


def test_a_checkpoint_of_a_search_is_not_unpickled(trap, tmp_path):
    path = tmp_path / "search.json"
    path.write_bytes(pickle.dumps(trap))
    start = Start("middle", np.zeros(3), 0.3)
    with pytest.raises(SearchError, match="damaged or incomplete"):
        search(
            lambda points, seeds: points[:, :1], [start], SearchBudget(2, 4, 1, 1), checkpoint_path=path, resume=True
        )
