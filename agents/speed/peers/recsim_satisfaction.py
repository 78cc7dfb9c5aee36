"""RecSim's long-term satisfaction: one user who is recommended one of many documents, all of them objects."""

import _clock
import numpy as np
from recsim.environments import long_term_satisfaction

CANDIDATES = (10, 100, 1000, 10_000)
DOCUMENTS = 20_000
WHAT = (
    "An entity is the user or a candidate document, a favourable count: the documents have no dynamics, each is made "
    "anew with one uniform; only the user has a state (two variables, two normals and two exponentials per step)."
)


def build(candidates: int) -> _clock.Loop:
    """Makes the environment with so many documents to choose from, resampled at every step."""
    config = {"slate_size": 1, "num_candidates": candidates, "resample_documents": True}
    env = long_term_satisfaction.create_environment(config)
    env.seed(0)
    env.reset()
    steps = DOCUMENTS // candidates
    slates = list(np.random.default_rng(0).integers(candidates, size=(steps, 1)))
    return _clock.episodes(env, slates, 1 + candidates)


if __name__ == "__main__":
    _clock.run(build, CANDIDATES, peer="RecSim long-term satisfaction", package="recsim-no-tf", what=WHAT)
