"""The contract of a policy: a class writes `Policy.act`; stable-baselines3's ``predict`` and all checks are here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.floors.seats import CONDUCT_NAMES, SIGHT_NAMES
from incentive_env.floors.true_state import NAMES as TRUE
from incentive_env.floors.true_state import true_state
from incentive_env.model.scheme import Scheme

Sees = Literal["report", "state", "seat"]
# What is seen, and what is chosen.
ENTRIES: dict[Sees, tuple[str, ...]] = {"report": REPORTED, "state": TRUE, "seat": SIGHT_NAMES}
CHOICES: dict[Sees, tuple[str, ...]] = {"report": LEVER_NAMES, "state": LEVER_NAMES, "seat": CONDUCT_NAMES}


class Context(NamedTuple):
    """The arguments of ``predict`` other than what the policy sees."""

    state: Any = None  # what the policy returned at the last decision; None at the first
    episode_start: NDArray[np.bool_] | None = None  # [rows] which rows begin an episode; None: those without a state
    deterministic: bool = True

    def starts(self, rows: int) -> NDArray[np.bool_]:
        """Which rows begin an episode ``[rows]``."""
        if self.state is None:
            return np.ones(rows, np.bool_)
        return np.zeros(rows, np.bool_) if self.episode_start is None else np.asarray(self.episode_start, np.bool_)


class Policy:
    """Chooses what is done, a row for each row of what is seen.

    A concrete policy writes `act`; one with a memory, or that depends on ``deterministic``, writes `act_in` instead.

    Attributes:
        sees: the ``"report"`` or the true ``"state"`` ``[floors, entries]`` for a manager, who chooses actions
            ``[floors, levers]``; what a ``"seat"`` sees ``[rows, sights]`` for reps, who choose conduct
            ``[rows, choices]``.
    """

    sees: Sees = "report"

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.floating]:
        """Actions ``[rows, levers]`` of what is seen ``[rows, entries]``."""
        raise NotImplementedError(f"{type(self).__name__} has neither act nor act_in")

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The hook for a memory: actions as of `act`, and the ``state`` of the next decision's context."""
        return self.act(seen), None

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = True
    ) -> tuple[NDArray[Any], Any]:
        """Choose, as models of stable-baselines3 do.

        Args:
            observation: what is seen ``[rows, entries]``.
            state: what the last call returned; ``None`` at the beginning of an episode.
            episode_start: ``[rows]`` which rows begin an episode.
            deterministic: the most likely action instead of one drawn by chance, where the policy knows both.

        Returns:
            Actions ``[rows, levers]`` from −1 to 1, and the state for the next call.

        Raises:
            ValueError: what is seen, or the action, has a wrong shape or is not finite.
        """
        seen = np.asarray(observation)
        width = len(ENTRIES[self.sees])
        if seen.ndim != 2 or seen.shape[1] != width:
            raise ValueError(f"the policy sees the {self.sees}, of shape (rows, {width}), but was given {seen.shape}")
        _check_finite(seen, "was given an observation")
        if episode_start is not None and np.all(episode_start):
            state = None
        chosen, state = self.act_in(seen, Context(state, episode_start, deterministic))
        actions = np.asarray(chosen)
        shape = (len(seen), len(CHOICES[self.sees]))
        if actions.shape != shape:
            raise ValueError(f"the policy returned actions of shape {actions.shape}, must be {shape}")
        _check_finite(actions, "returned an action")
        return actions, state


class Predicts(Protocol):
    """Anything with the ``predict`` of stable-baselines3, a trained model for example."""

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = ...
    ) -> tuple[Any, Any]:
        """Actions, and the state for the next call."""


# What `incentive_env.policies.as_policy` turns into a policy; a text is a name or a file.
PolicyLike = Policy | Predicts | Scheme | Callable[[NDArray[Any]], Any] | str | Path


class FunctionPolicy(Policy):
    """A function from what is seen to actions."""

    def __init__(self, function: Callable[[NDArray[Any]], Any], sees: Sees = "report") -> None:
        self.function, self.sees = function, sees

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.floating]:
        """What the function returns."""
        actions: NDArray[np.floating] = self.function(seen)
        return actions


class ModelPolicy(Policy):
    """A model with the ``predict`` of stable-baselines3; its memory is its own."""

    def __init__(self, model: Predicts, sees: Sees = "report") -> None:
        self.model, self.sees = model, sees

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """What the model predicts."""
        return self.model.predict(seen, **context._asdict())


class Acting:
    """A policy at work for an episode: its memory goes with it from decision to decision."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._state: Any = None
        self._first = True

    def on(self, floors: Floors) -> NDArray[Any]:
        """The most likely actions ``[floors, levers]`` on floors as they are now."""
        return self.choose(shown(floors, self.policy.sees))

    def choose(self, seen: NDArray[np.floating]) -> NDArray[Any]:
        """The most likely actions ``[rows, levers]`` of what is seen ``[rows, entries]``."""
        start = np.full(len(seen), self._first)
        self._first = False
        actions, self._state = self.policy.predict(seen, self._state, start, deterministic=True)
        return actions


def shown(floors: Floors, sees: Sees) -> NDArray[np.floating]:
    """What a manager sees of floors ``[floors, entries]``: the report, or the true state."""
    return true_state(floors) if sees == "state" else floors.observation()


def _check_finite(values: NDArray[Any], what: str) -> None:
    if not (np.issubdtype(values.dtype, np.number) and np.isfinite(values).all()):
        raise ValueError(f"the policy {what} that is not finite")
