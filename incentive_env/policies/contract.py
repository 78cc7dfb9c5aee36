"""The one contract of whoever chooses: stable-baselines3's ``predict``."""

from typing import Any, Protocol


class Predictor(Protocol):
    """A manager, from reports ``[floors, entries]`` to schemes ``[floors, levers]``; or whoever sits in reps' seats.

    For seats it is ``[rows, sights]`` and ``[rows, choices]``, as `incentive_env.floors.seats` has them.
    """

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = True
    ) -> tuple[Any, Any]:
        """Actions, a row for each row of what is seen, and what it is to be handed at the next call."""
