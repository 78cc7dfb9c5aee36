"""PettingZoo's `ParallelEnv` of a sales floor: the manager and every rep can be an agent."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from gymnasium.error import DependencyNotInstalled, ResetNeeded
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.reference import with_tables
from incentive_env.envs.single import SalesFloorEnv, check_actions
from incentive_env.floors.batch import Period
from incentive_env.floors.seats import (
    UTILITY_TERMS,
    Seats,
    rep_reward_weights,
    seat_action_space,
    seat_observation_space,
)
from incentive_env.floors.true_state import true_state
from incentive_env.policies import Acting, PolicyLike, as_policy

try:
    from pettingzoo import ParallelEnv, register
except ImportError:
    raise DependencyNotInstalled(
        "incentive_env.parallel_env() needs PettingZoo: pip install 'incentive-env[multiagent]'"
    ) from None

MANAGER = "manager"
Vector = NDArray[np.float32]


@with_tables
class SalesFloorParallelEnv(ParallelEnv[str, Vector, Vector]):  # type: ignore[misc]
    """A manager pays a sales floor, and the reps in its seats decide how to work for the pay.

    ## Description
    One step is a period of four weeks, the quota's. The manager sets a scheme as in `SalesFloorEnv`; each rep that is
    an agent chooses effort, a mix of tactics, what goes on file and how surveys are asked, for the whole period.
    The model simulates customers, pay, audits, colleagues, dismissals and quits. Where no seat is an agent, the manager
    meets the same floors, bit for bit, as in `SalesFloorEnv`.

    ## Agents
    ``"manager"``, unless a policy manages, and ``"rep_0"``, ``"rep_1"``, … for the seats asked for. A seat stays an
    agent's through the episode while the people in it come and go: a dismissed rep leaves the seat empty for some
    weeks (entry ``present`` is 0), then a newcomer with other traits sits there. A rep hired during a period does what
    was chosen for the empty seat until the next, and earns its reward; the reward is 0 if nobody was hired.

    ## Action Spaces
    The manager's is that of `SalesFloorEnv`. A seat's is ``Box(-1, 1, (choices,), float32)``:

    <!-- conduct -->

    ## Observation Spaces
    The manager's is that of `SalesFloorEnv`. A seat's is a ``Box`` of float32: the person's traits and
    condition, their conduct and record, what colleagues are seen to do, and the scheme;
    `incentive_env.floors.seats.SIGHTS` lists names, units and bounds. A seat sees
    no customer, and no other seat.
    All agents act at once, so seats that respond to a learning manager know its last scheme. A policy that manages
    announces its scheme, so that seats see the one of the coming period.

    ## Rewards
    The manager's is that of `SalesFloorEnv`. A seat's is what the period was worth to the person, in weeks of pay
    elsewhere (``workforce.outside_pay``), a week. With ``rep_reward="utility"`` it is the sum of nine terms, by the
    preferences of the model's own reps, but of actual instead of expected results: pay above what others pay, a missed
    quota, being found out, conscience, pride, opportunity, anger met, nuisance, effort. ``"pay"`` is the first alone.
    ``info["utility_terms"]`` holds them in € a week.

    ## Episode End
    As in `SalesFloorEnv`, for all agents at once.

    ## Arguments
    ``config``: a preset's name, a path, a `Config`, or ``None`` for Telesales. ``reward``: the manager's reward preset.
    ``manager``: a policy that manages instead of an agent, as `incentive_env.simulate` takes it. ``reps``: which seats
    are agents: how many, from the first on, or their numbers; ``None`` for all of them; the others are the model's own
    reps. ``rep_reward``: what agents in seats get, ``"utility"`` or ``"pay"``. ``render_mode``: as in `SalesFloorEnv`.
    Any further keyword is a dotted override of the config. A config or reward that cannot be used is a `ConfigError`;
    an unknown seat, rep_reward or policy, or no agent at all, is a ``ValueError``.

    ``pettingzoo.make("parallel", "incentive_env/Telesales-v1")`` makes it too, once this module is imported.

    >>> from incentive_env import parallel_env
    >>> env = parallel_env(manager="quota_with_threat", reps=2)
    >>> observations, infos = env.reset(seed=7)
    >>> env.agents
    ['rep_0', 'rep_1']
    >>> actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    >>> observations, rewards, terminations, truncations, infos = env.step(actions)
    >>> sorted(infos["rep_0"]["utility_terms"])[:3]
    ['anger', 'audit', 'conscience']
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "incentive_env/sales_floor_v1", "is_parallelizable": True,
        "render_modes": SalesFloorEnv.metadata["render_modes"], "render_fps": SalesFloorEnv.metadata["render_fps"],
    }  # fmt: skip

    def __init__(
        self, config: "str | Path | Config | None" = None, reward: str = "loyalty", *,
        manager: PolicyLike | None = None, reps: "int | Sequence[int] | None" = None, rep_reward: str = "utility",
        render_mode: str | None = None, **overrides: Any,
    ) -> None:  # fmt: skip
        rep_reward_weights(rep_reward)
        self._env = SalesFloorEnv(config, reward, render_mode, **overrides)
        self.config, self.render_mode, self.rep_reward = self._env.config, render_mode, rep_reward
        self._seats = Seats(self._env.floors)
        self._taken = _seat_numbers(reps, self.config.salesforce.reps)
        self._manager = None if manager is None else as_policy(manager, self.config)
        self._acting: Acting | None = None  # the manager's policy with the memory of this episode
        self._announced: NDArray[np.float32] | None = None  # its next action
        mine = [] if self._manager is not None else [MANAGER]
        self.possible_agents = mine + [f"rep_{seat}" for seat in self._taken]
        if not self.possible_agents:
            raise ValueError("reps = []: no agent is left, since a policy manages; name a seat, or leave out manager")
        self.agents: list[str] = []
        self.observation_spaces: dict[str, spaces.Space[Any]] = {}
        self.action_spaces: dict[str, spaces.Space[Any]] = {}
        for agent in self.possible_agents:
            manages = agent == MANAGER
            self.observation_spaces[agent] = self._env.observation_space if manages else seat_observation_space()
            self.action_spaces[agent] = self._env.action_space if manages else seat_action_space()

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """Space of what an agent sees; the same object each time."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Space of what an agent does; the same object each time."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Vector], dict[str, dict[str, Any]]]:
        """Open a floor; without a seed, the next of the sequence that the last seed began.

        Nothing is read from ``options``, and none is refused: PettingZoo's own checks pass some.
        """
        report, info = self._env.reset(seed=seed)
        self._seats.open(np.array([0]))
        self.agents = list(self.possible_agents)
        self._acting = None if self._manager is None else Acting(self._manager)
        self._announce()
        return self._observations(report), {agent: dict(info) for agent in self.agents}

    def step(
        self, actions: dict[str, Vector]
    ) -> tuple[
        dict[str, Vector], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
    ]:  # fmt: skip
        """Let all agents do what they chose for a period.

        Raises:
            ResetNeeded: the episode has not begun, or is over.
            ValueError: an agent is unknown or has no action, or one of a wrong shape or that is not finite.
        """
        if not self.agents:
            raise ResetNeeded("step() was called before reset(), or after the episode had ended: call reset() first")
        self._check_names(actions)
        if len(self._taken) > 0:
            wanted = np.stack([np.asarray(actions[f"rep_{seat}"], np.float64) for seat in self._taken])
            self._seats.choose(wanted[None], self._taken)
        scheme = actions[MANAGER] if self._announced is None else self._announced
        report, reward, terminated, truncated, info = self._env.step(scheme)
        assert self._env.last_period is not None
        gained = self._seats.gained(self._env.last_period)
        self._seats.remember(self._env.last_period)
        self._announce()
        observations = self._observations(report)
        of_seats = self._seats.rewards(gained, self.rep_reward)[0]
        rewards = {agent: reward if agent == MANAGER else float(of_seats[_seat_of(agent)]) for agent in self.agents}
        infos = {agent: info if agent == MANAGER else _seat_info(gained[0, _seat_of(agent)]) for agent in self.agents}
        terminations, truncations = dict.fromkeys(self.agents, terminated), dict.fromkeys(self.agents, truncated)
        if terminated or truncated:
            self.agents = []
        return observations, rewards, terminations, truncations, infos

    @property
    def last_period(self) -> Period | None:
        """The result of the last step; ``None`` before it."""
        return self._env.last_period

    def state(self) -> NDArray[np.float32]:
        """The true state of the floor ``[20]``, float32, for learners with a central critic; `true_state` names it."""
        return np.asarray(true_state(self._env.floors)[0].astype(np.float32))

    def render(self) -> Any:
        """As `SalesFloorEnv` does."""
        return self._env.render()

    def close(self) -> None:
        """Close the window, if there is one."""
        self._env.close()

    def _announce(self) -> None:
        """Ask the policy that manages for the scheme of the period to come."""
        if self._acting is not None:
            self._announced = np.asarray(self._acting.on(self._env.floors), np.float32)[0]

    def _observations(self, report: Vector) -> dict[str, Vector]:
        announced = None if self._announced is None else self._announced[None]
        seen = self._seats.seen(announced)[0]
        return {agent: report if agent == MANAGER else seen[_seat_of(agent)] for agent in self.agents}

    def _check_names(self, actions: dict[str, Vector]) -> None:
        missing = [agent for agent in self.agents if agent not in actions]
        unknown = [agent for agent in actions if agent not in self.agents]
        if missing or unknown:
            wrong = f"no action for {missing[0]}" if missing else f"an action for {unknown[0]}"
            raise ValueError(f"{wrong}; agents: {', '.join(self.agents)}")
        for agent in self.agents:
            try:
                check_actions(actions[agent], self.action_spaces[agent].shape or ())
            except ValueError as error:
                raise ValueError(f"{agent}: {error}") from None


def _seat_of(agent: str) -> int:
    return int(agent.removeprefix("rep_"))


def _seat_info(gained: NDArray[np.float64]) -> dict[str, Any]:
    return {"utility_terms": dict(zip(UTILITY_TERMS, gained.tolist(), strict=True))}


def _seat_numbers(reps: Any, seats: int) -> NDArray[np.int64]:
    """Numbers of the seats that are agents."""
    if reps is None:
        return np.arange(seats)
    if _is_whole(reps):
        if not 0 <= reps <= seats:
            raise ValueError(f"reps = {reps}: must be from 0 to {seats}, the seats of the floor, or their numbers")
        return np.arange(reps)
    if isinstance(reps, str) or not isinstance(reps, Iterable) or not all(map(_is_whole, reps)):
        raise ValueError(f"reps = {reps!r}: must be how many seats, their numbers, or None for all of them")
    numbers = np.asarray(list(reps), np.int64)
    if len(set(numbers.tolist())) < len(numbers) or not ((numbers >= 0) & (numbers < seats)).all():
        raise ValueError(f"reps = {list(reps)}: must be different seats from 0 to {seats - 1}")
    return numbers


def _is_whole(number: Any) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


parallel_env = SalesFloorParallelEnv
"""`SalesFloorParallelEnv` by the name that PettingZoo's environments have."""

for _scenario, _config in (("Telesales", "telesales"), ("ContactCenter", "contact_center")):
    register("parallel", f"incentive_env/{_scenario}-v1", parallel_env, kwargs={"config": _config})
