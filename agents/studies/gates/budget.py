"""How long the searches of the gates are."""

from typing import NamedTuple

from agents.search.leaning import SurfaceBudget


class Search(NamedTuple):
    """The size of one search by CMA-ES; see `agents.search.evolution.SearchBudget`."""

    restarts: int
    generations: int
    population: int
    floors: int


class Budget(NamedTuple):
    """Floors and searches of one measurement."""

    floors: int  # of correlations and of measures that wear out
    unseen: int  # floors on which leads are measured
    validation: int  # floors on which the results of searches are compared
    brief: Search  # a good fixed scheme, where no gate needs the best one
    fixed: Search  # the best fixed scheme
    polish: Search  # the same again, from the best ends, on more floors
    surface: SurfaceBudget  # the way from a scheme to linear feedback, before evolution goes on
    feedback: Search  # the best linear feedback; each restart begins at another root
    fixed_open: Search  # the best fixed scheme where no floor closes; the first restart begins at the best scheme
    feedback_open: Search  # one restart, from the best feedback where floors close
    phases: Search | None  # the best three schemes, one after the other; None: not searched
    decisions: int  # of a training by PPO; 0: nothing is trained
    trainings: int  # seeds of each training


QUICK = Budget(
    floors=192, unseen=256, validation=128,
    brief=Search(2, 12, 12, 16), fixed=Search(2, 20, 12, 16), polish=Search(2, 6, 12, 24),
    surface=SurfaceBudget(2, 300, 64), feedback=Search(2, 12, 16, 8),
    fixed_open=Search(1, 8, 12, 12), feedback_open=Search(1, 8, 16, 8), phases=None, decisions=0, trainings=1,
)  # fmt: skip
USUAL = Budget(
    floors=192, unseen=256, validation=192,
    brief=Search(2, 12, 12, 16), fixed=Search(6, 16, 14, 20), polish=Search(2, 12, 14, 40),
    surface=SurfaceBudget(3, 400, 96), feedback=Search(2, 24, 16, 16),
    fixed_open=Search(2, 14, 14, 16), feedback_open=Search(1, 16, 16, 16), phases=Search(1, 24, 14, 16),
    decisions=100_000, trainings=1,
)  # fmt: skip
AT_LENGTH = Budget(
    floors=512, unseen=1024, validation=512,
    brief=Search(2, 20, 16, 24), fixed=Search(6, 80, 24, 32), polish=Search(2, 30, 24, 96),
    surface=SurfaceBudget(6, 1200, 256), feedback=Search(2, 150, 32, 32),
    fixed_open=Search(3, 60, 24, 32), feedback_open=Search(1, 120, 32, 32), phases=Search(2, 80, 24, 32),
    decisions=2_000_000, trainings=3,
)  # fmt: skip
