"""`gymnasium.Env` of a sales floor: a batch of one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from incentive_env.config import Config, ConfigError, KeywordError, load_config
from incentive_env.config.arguments import PlainSpec, check_options
from incentive_env.config.reference import with_tables
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.observation import action_space, observation_space
from incentive_env.floors.reward import credit_closed, reward_weights, weigh
from incentive_env.model.report import FIGURES, TERMS, TRUTH
from incentive_env.support.seeds import checked_seed, first_seed, folded, next_seed

if TYPE_CHECKING:
    from incentive_env.rendering.window import Window

_NAMES = {"reward_terms": TERMS.names or (), "figures": FIGURES.names or (), "truth": TRUTH.names or ()}  # of infos
_OPTIONS_OF_WRAPPERS = ("minari_autoseed",)  # which Minari's collector reads and passes on


@with_tables
class SalesFloorEnv(PlainSpec, gym.Env[NDArray[np.float32], NDArray[np.float32]]):
    """A manager pays a sales floor; its people respond, gaming included.

    ## Description
    Twelve reps sell to books of customers by telephone. Every four weeks the manager sets an incentive scheme: a
    value for each lever. Reps choose effort, a tactic for each call, what goes on record and how surveys are asked, by
    what they expect to gain in money, risk and conscience. Customers buy, are disappointed, cancel, leave or
    recommend. A policy is trained on a reward preset and scored on true loyalty
    in the last year of the episode (``horizon.scored_weeks``).

    ## Action Space
    ``Box(-1, 1, (levers,), float32)``, affine to the levers' ranges in ``config.levers``. Finite actions outside the
    box are clipped; a wrong shape, NaN or infinity is an error.

    <!-- action -->

    ## Observation Space
    ``Box`` of float32: measured figures (noisy, late and possibly gamed), figures that are exactly
    known (client, staffing, cash, weeks left of announced events), and the scheme in force as the action that sets
    it. Neither the week nor the end of the episode is shown.
    `incentive_env.floors.observation.FIGURES` lists names and units.

    ## Rewards
    Named terms weighted by the preset ``reward``: ``conversion`` (recorded), ``survey`` (measured NPS), ``service``,
    ``profit``, ``loyalty`` (true) or ``balanced``. ``info["reward_terms"]`` holds the terms. The last reward of a
    floor that closes also holds the loyalty of the rest of its episode, so that nothing is gained by closing early.

    ## Starting State
    A floor drawn from the seed (honesty of the team, norm, need, mood, newcomers, cash), after twelve weeks under
    the neutral scheme. Equal seeds make equal floors, here and in any batch.

    ## Episode End
    Truncation after ``horizon.decisions`` (39, three years); the floor would go on, so learners bootstrap there.
    Termination when nothing is left to manage: the client has taken its whole volume away, or the floor without cash
    has laid off its last rep.

    ## Arguments
    ``config``: a preset's name, a path, a `Config`, or ``None`` for Telesales. ``reward``: a preset's name.
    ``render_mode``: ``None`` or one of those under Rendering. Any further keyword is a dotted override of the config.

    >>> import gymnasium as gym, incentive_env
    >>> from incentive_env.config.levers import LEVERS
    >>> env = gym.make("incentive_env/Telesales-v1", reward="profit", **{"salesforce.reps": 6})
    >>> observation, info = env.reset(seed=7)
    >>> observation in env.observation_space, len(env.action_space.low) == len(LEVERS)
    (True, True)
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> sorted(info)
    ['figures', 'reward_terms', 'truth']

    ## Rendering
    | Mode | ``render()`` |
    |---|---|
    | ansi | the scheme in force and the latest report, as text |
    | rgb_array | the floor as a picture, ``uint8`` of ``[height, width, 3]``; 1200 wide, as high as the floor needs |
    | human | ``None``: the picture stands in a window, which ``reset()`` and ``step()`` keep up to date |

    The picture shows the true state after the last week, which no report contains: each rep with strain, motivation and
    conduct, each customer by loyalty (`incentive_env.rendering.Frame`). Pygame draws it, and needs a display only
    for ``human``: ``pip install 'incentive-env[render]'``. Rendering changes nothing.

    ## Vectorized environment
    ``gym.make_vec("incentive_env/Telesales-v1", num_envs=64)`` makes the native `SalesFloorVectorEnv`.

    ## References
    Holmström & Milgrom 1991; Baker 2002; McKelvey & Palfrey 1995; Camerer & Ho 1999.

    ## Version History
    * v1: an episode is three years, scored in the third; nothing follows it and the time left is not observed.
    * v0: initial version.
    """

    metadata: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 4,
    }

    def __init__(
        self, config: "str | Path | Config | None" = None, reward: str = "loyalty", render_mode: str | None = None,
        **overrides: Any,
    ) -> None:  # fmt: skip
        self.config = configured(config, overrides)
        self._weights = reward_weights(self.config, reward)
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise TypeError(f"render_mode {render_mode!r}: must be None or one of {self.metadata['render_modes']}")
        self.reward = reward
        self.render_mode = render_mode
        self.observation_space = observation_space()
        self.action_space = action_space()
        self.floors = Floors(self.config, 1)
        self._seed: int | None = None
        self._decisions = 0
        self.last_period: Period | None = None
        self._over = True
        self._window: Window | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Open a floor. Without a seed, the next floor of the sequence that the last seed began.

        Args:
            seed: a whole number from 0 to 2^128 − 1.
            options: there are none; that of Minari's collector is let through.

        Raises:
            ValueError: the seed or an option cannot be used; the episode under way goes on as if nothing had happened.
        """
        check_options(options, _OPTIONS_OF_WRAPPERS)
        given = None if seed is None else checked_seed(seed)
        super().reset(seed=given)
        if given is not None:
            self._seed = folded(given)
        else:
            self._seed = first_seed(self.np_random) if self._seed is None else next_seed(self._seed)
        self.floors.reset([self._seed])
        self._decisions = 0
        self.last_period = None
        self._over = False
        self._show()
        return self.floors.observation()[0], {}

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Put a scheme in force for the next four weeks.

        Raises:
            ResetNeeded: the episode has not begun, or is over.
            ValueError: the action has the wrong shape, or holds NaN or infinity.
        """
        if self._over:
            raise ResetNeeded("step() was called before reset(), or after the episode had ended: call reset() first")
        period = self.floors.decide(check_actions(action, (self.action_space.shape or ()))[None])
        self.last_period = period
        self._decisions += 1
        terminated = bool(self.floors.closed[0])
        truncated = self._decisions >= self.config.horizon.decisions and not terminated
        self._over = terminated or truncated
        terms = self.floors.numbers["reward_terms"]
        if terminated:
            credit_closed(terms, self.floors, np.array([0]), self._weights)
        info = {key: dict(zip(_NAMES[key], of[0].tolist(), strict=True)) for key, of in self.floors.numbers.items()}
        self._show()
        return self.floors.observation()[0], float(weigh(terms[0], self._weights)), terminated, truncated, info

    def render(self) -> str | NDArray[np.uint8] | None:  # type: ignore[override]
        """Draw the floor after the last step, or as it opened, in the form of ``render_mode``.

        Raises:
            ResetNeeded: no floor has been opened yet.
            DependencyNotInstalled: the mode needs pygame, and it is missing.
        """
        if self.render_mode is None:
            return None
        if self._seed is None:
            raise ResetNeeded("render() was called before reset(): call reset() first")
        from incentive_env import rendering  # which takes a while to load, and most never draw

        if self.render_mode == "ansi":
            return rendering.ansi(self.floors, self.last_period)
        if self.render_mode == "rgb_array":
            from incentive_env.rendering.picture import picture

            return picture(rendering.frame_of(self.floors, self.last_period))
        self._show()
        return None

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            self._window.close()
            self._window = None

    def _show(self) -> None:
        """Bring the window up to date, in mode ``"human"``."""
        if self.render_mode != "human":
            return
        from incentive_env.rendering.frame import frame_of
        from incentive_env.rendering.window import Window

        if self._window is None:
            self._window = Window(f"{self.config.name}: the floor", self.metadata["render_fps"])
        self._window.show(frame_of(self.floors, self.last_period))


def configured(config: "str | Path | Config | None", overrides: dict[str, Any]) -> Config:
    """The config of an environment that was given keywords besides.

    Raises:
        ConfigError: they cannot be used; a `KeywordError` if one is no key of the configuration at all.
    """
    try:
        return load_config(config, overrides)
    except ConfigError as error:
        strange = [key for key in overrides if "." not in key and key not in Config.model_fields]
        if not strange:
            raise
        raise KeywordError(f"{error} (got an unexpected keyword argument {strange[0]!r})") from None


def check_actions(actions: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Actions as an array of the required shape, clipped to the box; a `ValueError` says what is wrong with them."""
    array = np.asarray(actions, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"action has shape {array.shape}, must be {shape}: one entry in [-1, 1] for each lever")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"action{list(place)} = {array[place]}: must be finite")
    return np.minimum(np.maximum(array, -1.0), 1.0).astype(np.float32)
