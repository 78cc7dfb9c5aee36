"""`gymnasium.Env` of a linear contract: one decision, or one a period, and the best ones are known."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import ArrayLike, NDArray

from incentive_env.config import ConfigError, KeywordError
from incentive_env.config.arguments import PlainSpec, check_options
from incentive_env.support.seeds import checked_seed
from incentive_env.support.spelling import nearest
from incentive_env.theory.contracts import PROBLEMS
from incentive_env.theory.parameters import Array
from incentive_env.theory.problem import Problem

MODES = ("expected", "sampled")
KEYWORDS = ("problem", "mode", "slope_low", "slope_high", "render_mode")


class LENEnv(PlainSpec, gym.Env[NDArray[np.float32], NDArray[np.float32]]):
    """A principal chooses the slopes of a linear contract; the agent responds as theory says, gaming included.

    ## Description
    Linear contract, exponential utility, normal noise (LEN): four textbook problems of incentive pay and one over two
    periods, each with its optimum in closed form, so that a learner can be held against what is right. The principal
    pays a + b · x on measures x. The agent answers with the effort, and the gaming, that maximise the certainty
    equivalent. The fixed pay a is no choice: it is set so that the agent just participates (certainty equivalent 0).

    | ``problem`` | what it shows | best slope | parameters |
    |---|---|---|---|
    | ``single_task`` | incentives against insurance | p k² / (k² + r c σ²) | p, k, c, sigma, r |
    | ``multitask`` | pay on one task draws effort from another | (I + r C Σ)⁻¹ p | p, C, Sigma, r |
    | ``distorted`` | what is measured is not what counts | f · g / (‖g‖² + r σ²) | f, g, sigma, r |
    | ``gaming`` | the measure rises as profit falls | max(0, (p/c − h/k) / (1/c + 1/k + r σ²)) | p, h, c, k, sigma, r |
    | ``two_period`` | pay wears the measure out | see `TwoPeriod` | p, g, cosine, wear, length, later, sigma, r |

    `incentive_env.theory.contracts` and `incentive_env.theory.two_period` hold the problems, their units and sources.

    ## Action Space
    ``Box(-1, 1, (slopes,), float32)``: the slopes b, money per unit of each measure, affine to ``slope_low`` …
    ``slope_high``. One slope, or in ``multitask`` one a task; the slope on a task that is not measured (infinite
    variance) counts as 0. Finite actions outside the box are clipped; a wrong shape, NaN or infinity is an error.

    ## Observation Space
    ``Box`` of the problem's parameters, float32, in the order in which its class declares them, matrices row by row;
    −1 stands for an infinite variance. They are the same in every episode, so that what is learnt is a bandit's arm.
    In ``two_period`` they are those of the current period: in the second one ``cosine``, the freshness of the measure,
    is lower if the measure was paid on, ``length`` is that of the second period, and ``later`` is 0.

    ## Rewards
    Profit of the period, money. ``mode="expected"``: its expectation. ``mode="sampled"``: as realised with normal
    noise in the measures, with the same mean. In ``single_task`` and ``multitask`` the noise is in output itself,
    which the principal values, so that profit varies with (p − b) · ε; in the others it is in the measure alone, and
    profit varies with −b ε. Rewards of two periods add up without a discount: the length of the second is its weight.

    ## Starting State
    The problem; nothing else.

    ## Episode End
    Termination after the one step; in ``two_period`` after the second, or after the first if ``later`` is 0.

    ## Arguments
    ``problem``: a name of the table. ``mode``: ``"expected"`` or ``"sampled"``. ``slope_low``, ``slope_high``: numbers
    or one for each slope; by default a range that holds the best slopes in its inner part, whatever the noise
    (`Problem.slope_range`). ``render_mode``: ``None`` or ``"ansi"``. Any further keyword is a parameter of the problem.

    >>> import gymnasium as gym, incentive_env
    >>> env = gym.make("incentive_env/LEN-v0", problem="multitask", p=[1, 1], C=[[1, 0.5], [0.5, 1]], Sigma=[1, 1])
    >>> observation, info = env.reset(seed=7)
    >>> observation.shape, env.action_space.shape
    ((11,), (2,))
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> terminated, bool(reward <= info["optimal_profit"])
    (True, True)
    >>> sorted(info)
    ['effort', 'expected_profit', 'fixed_pay', 'gaming', 'measure', 'optimal_profit', 'slopes']
    >>> env.unwrapped.problem.optimum().round(3).tolist()
    [0.4, 0.4]

    ``info`` holds the agent's best response (``effort`` ``[tasks]``, ``gaming``), the ``slopes`` in force and the
    ``fixed_pay``, the ``expected_profit``, and the ``measure`` ``[slopes]`` (in mode ``"sampled"`` with its noise), all
    of this period; and the ``optimal_profit`` of the whole episode over all slopes.

    ## References
    Holmström & Milgrom 1987, Econometrica 55:303; Holmström & Milgrom 1991, JLEO 7:24; Baker 2002, JHR 37:728.

    ## Version History
    * v0: initial version; problem ``two_period`` since 0.2.0.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["ansi"], "render_fps": 4}  # type: ignore[misc]

    def __init__(
        self, problem: str = "single_task", mode: str = "expected", slope_low: ArrayLike | None = None,
        slope_high: ArrayLike | None = None, render_mode: str | None = None, **parameters: Any,
    ) -> None:  # fmt: skip
        self.problem = _make_problem(problem, parameters)
        if mode not in MODES:
            raise ConfigError(f"unknown mode {mode!r}{nearest(mode, MODES)}; modes: {', '.join(MODES)}")
        if render_mode not in (None, *self.metadata["render_modes"]):
            # A TypeError: stable-baselines3's make_vec_env asks for rgb_array first, and goes on without on this one.
            raise TypeError(f"render_mode {render_mode!r}: must be None or one of {self.metadata['render_modes']}")
        self.mode = mode
        self.render_mode = render_mode
        self.slope_low, self.slope_high = _slope_range(self.problem, slope_low, slope_high)
        self._now = self.problem
        bound = np.max([np.abs(_observation(it)) for it in _periods(self.problem)], axis=0, initial=1.0)
        self.observation_space = gym.spaces.Box(-bound, bound, dtype=np.float32)
        self.action_space = gym.spaces.Box(-1.0, 1.0, (self.problem.slopes,), np.float32)
        self._optimal_profit = self.problem.optimal_profit()
        self._last: dict[str, Any] | None = None
        self._over = True

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin an episode; the seed is that of the noise in mode ``"sampled"``.

        Raises:
            ValueError: the seed is no whole number from 0 to 2^128 − 1, or there are options; the episode under way
                goes on.
        """
        check_options(options)
        super().reset(seed=None if seed is None else checked_seed(seed))
        self._now = self.problem
        self._last = None
        self._over = False
        return _observation(self._now), {}

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Offer a contract for one period, and let the agent respond.

        Raises:
            ResetNeeded: the episode has not begun, or is over.
            ValueError: the action has the wrong shape, or holds NaN or infinity.
        """
        if self._over:
            raise ResetNeeded("step() was called before reset(), or after the episode had ended: call reset() first")
        b = self._slopes(action)
        noise = self._noise()
        reward = float(self._now.realised_profit(b, noise))
        self._last = self._account(b, noise)
        following = self._now.after(b)
        self._over = following is None
        self._now = following or self._now
        return _observation(self._now), reward, self._over, False, dict(self._last)

    def action_of(self, b: ArrayLike) -> NDArray[np.float32]:
        """The action ``[slopes]`` that asks for slopes ``b``, outside the box where they are out of range."""
        share = (self.problem.in_force(b) - self.slope_low) / (self.slope_high - self.slope_low)
        return (2.0 * share - 1.0).astype(np.float32)

    def render(self) -> str | None:  # type: ignore[override]
        """The last contract and its result as text, in mode ``"ansi"``."""
        if self.render_mode is None:
            return None
        if self._last is None:
            return "no contract yet"
        return "\n".join(f"{name:<16}{np.round(value, 4)}" for name, value in self._last.items())

    def _slopes(self, action: NDArray[np.float32]) -> Array:
        array = np.asarray(action, np.float64)
        if array.shape != self.action_space.shape:
            wanted = self.action_space.shape
            raise ValueError(f"action has shape {array.shape}, must be {wanted}: one entry in [-1, 1] for each slope")
        if not np.isfinite(array).all():
            place = int(np.flatnonzero(~np.isfinite(array))[0])
            raise ValueError(f"action[{place}] = {array[place]}: must be finite")
        share = 0.5 * (np.clip(array, -1.0, 1.0) + 1.0)
        return self.problem.in_force(self.slope_low + share * (self.slope_high - self.slope_low))

    def _noise(self) -> Array:
        mean = np.zeros(self.problem.slopes)
        if self.mode == "expected":
            return mean
        return self.np_random.multivariate_normal(mean, self._now.covariance, check_valid="ignore", method="eigh")

    def _account(self, b: Array, noise: Array) -> dict[str, Any]:
        response = self._now.respond(b)
        return {
            "slopes": b,
            "fixed_pay": float(self._now.fixed_pay(b)),
            "effort": response.effort,
            "gaming": float(response.gaming),
            "measure": self._now.measured(response) + noise,
            "expected_profit": float(self._now.profit(b)),
            "optimal_profit": self._optimal_profit,
        }


def _make_problem(name: str, parameters: Mapping[str, Any]) -> Problem:
    if name not in tuple(PROBLEMS):  # which a name of any type can be compared with
        raise ConfigError(f"unknown problem {name!r}{nearest(name, PROBLEMS)}; problems: {', '.join(PROBLEMS)}")
    known = [item.name for item in fields(PROBLEMS[name])]
    for key in parameters:
        if key not in known:
            hint = nearest(key, (*known, *KEYWORDS))
            raise KeywordError(f"{key}: unknown parameter of problem {name}{hint}; parameters: {', '.join(known)}")
    return PROBLEMS[name](**parameters)


def _slope_range(problem: Problem, low: ArrayLike | None, high: ArrayLike | None) -> tuple[Array, Array]:
    default = problem.slope_range()
    lowest, highest = (
        _slopes_or(value, usual, name)
        for name, value, usual in zip(("slope_low", "slope_high"), (low, high), default, strict=True)
    )
    if not (lowest < highest).all():
        raise ConfigError(f"slope_low = {lowest.tolist()}, slope_high = {highest.tolist()}: must be lower, and higher")
    return lowest, highest


def _slopes_or(value: ArrayLike | None, usual: Array, name: str) -> Array:
    if value is None:
        return usual
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or array.shape not in ((), usual.shape) or not np.isfinite(array).all():
        raise ConfigError(f"{name} = {value!r}: must be a finite number, or {len(usual)} of them, one a slope")
    return np.broadcast_to(array, usual.shape).astype(np.float64)


def _periods(problem: Problem) -> Iterator[Problem]:
    """The problems of all periods, if nothing is paid."""
    now: Problem | None = problem
    while now is not None:
        yield now
        now = now.after(np.zeros(now.slopes))


def _observation(problem: Problem) -> NDArray[np.float32]:
    values = [np.ravel(getattr(problem, item.name)) for item in fields(problem)]
    flat = np.concatenate(values)
    return np.where(np.isfinite(flat), flat, -1.0).astype(np.float32)
