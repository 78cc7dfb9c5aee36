"""What a training needs besides its networks to go on as if it had not been interrupted: arrays of plain numbers.

Floors are not stored but repeated: a floor depends on its seed and the actions on it alone.
"""

import json
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib.common.recurrent.type_aliases import RNNStates
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecNormalize

from agents.training.vec_adapter import Episodes, NativeVecEnv

Arrays = dict[str, NDArray[Any]]
_BUFFER = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")
_COUNTERS = ("num_timesteps", "_n_updates", "_episode_num")
_STATE_OF_TWISTER = 624  # numbers in the state of NumPy's older generator


class ResumingError(ValueError):
    """What was stored is not the state of this training."""


def write_state(file: Path, model: BaseAlgorithm, normaliser: VecNormalize) -> None:
    """Write the state of a training between an update and the next roll-out."""
    arrays = {**_state_of_luck(model), **_state_of_floors(normaliser), **_state_of_learner(model)}
    np.savez(file, allow_pickle=False, **arrays)


def read_state(file: Path, model: BaseAlgorithm, normaliser: VecNormalize) -> None:
    """Restore what `write_state` wrote, into a model with its networks and statistics restored.

    Raises:
        ResumingError: it belongs to another training, or to floors of another version.
    """
    with np.load(file) as stored:
        arrays = dict(stored)
    _restore_learner(model, arrays)
    _restore_floors(model, normaliser, arrays)
    _restore_luck(model, arrays)  # last: the others draw


def _state_of_luck(model: BaseAlgorithm) -> Arrays:
    _, key, position, has_gauss, gauss = np.random.get_state(legacy=True)  # noqa: NPY002 (what the library draws from)
    return {
        "torch": torch.get_rng_state().numpy(), "numpy_key": np.asarray(key), "numpy_position": np.array(position),
        "numpy_gauss": np.array([has_gauss, gauss]),
        "actions_drawn": np.array(json.dumps(model.action_space.np_random.bit_generator.state)),
    }  # fmt: skip


def _restore_luck(model: BaseAlgorithm, arrays: Arrays) -> None:
    key, position = arrays["numpy_key"], int(arrays["numpy_position"])
    if key.shape != (_STATE_OF_TWISTER,) or not 0 <= position <= _STATE_OF_TWISTER:
        raise ResumingError("the state of random numbers is not one of NumPy's")
    has_gauss, gauss = arrays["numpy_gauss"]
    np.random.set_state(("MT19937", key.astype(np.uint32), position, int(has_gauss), float(gauss)))  # noqa: NPY002
    model.action_space.np_random.bit_generator.state = json.loads(str(arrays["actions_drawn"]))
    torch.set_rng_state(torch.from_numpy(arrays["torch"]))


def _state_of_floors(normaliser: VecNormalize) -> Arrays:
    episodes = _floors(normaliser).episodes()
    seen = np.asarray(normaliser.get_original_obs())
    return {**episodes._asdict(), "seen": seen, "discounted_returns": normaliser.returns}


def _restore_floors(model: BaseAlgorithm, normaliser: VecNormalize, arrays: Arrays) -> None:
    episodes = Episodes(arrays["seeds"], arrays["decisions"], arrays["actions"])
    seen = _floors(normaliser).repeat(episodes)
    if seen.tobytes() != arrays["seen"].tobytes():
        raise ResumingError("its floors are those of another version of the simulator; train again")
    normaliser.old_obs = seen
    normaliser.returns = _shaped(arrays, "discounted_returns", normaliser.returns).copy()
    model._last_obs = normaliser.normalize_obs(seen)
    model._last_original_obs = seen
    model._last_episode_starts = episodes.decisions == 0


def _state_of_learner(model: BaseAlgorithm) -> Arrays:
    ended = list(model.ep_info_buffer or ())
    arrays: Arrays = {name: np.array(getattr(model, name)) for name in _COUNTERS}
    arrays["ended"] = np.array([[episode["r"], episode["l"]] for episode in ended]).reshape(-1, 2)
    arrays |= {f"memory_{number}": part.numpy() for number, part in enumerate(_memory(model))}
    for name, value in getattr(model, "kept_arrays", dict)().items():
        arrays[f"own_{name}"] = value
    if isinstance(model, OffPolicyAlgorithm):
        arrays |= _state_of_buffer(_buffer(model))
    return arrays


def _restore_learner(model: BaseAlgorithm, arrays: Arrays) -> None:
    for name in _COUNTERS:
        setattr(model, name, int(arrays[name]))
    ended = [{"r": float(earned), "l": int(length), "t": 0.0} for earned, length in arrays["ended"]]
    model.ep_info_buffer = deque(ended, maxlen=model._stats_window_size)
    model.ep_success_buffer = deque(maxlen=model._stats_window_size)
    memory = [torch.from_numpy(_shaped(arrays, f"memory_{n}", part.numpy())) for n, part in enumerate(_memory(model))]
    if memory:
        setattr(model, "_last_lstm_states", RNNStates((memory[0], memory[1]), (memory[2], memory[3])))  # noqa: B010
    if hasattr(model, "restore_arrays"):
        own = {name.removeprefix("own_"): part for name, part in arrays.items() if name.startswith("own_")}
        model.restore_arrays(own)
    if isinstance(model, OffPolicyAlgorithm):
        _restore_buffer(_buffer(model), arrays)


def _state_of_buffer(buffer: ReplayBuffer) -> Arrays:
    rows = buffer.buffer_size if buffer.full else buffer.pos
    parts = {f"buffer_{name}": getattr(buffer, name)[:rows] for name in _BUFFER}
    return {**parts, "buffer_full": np.array(buffer.full), "buffer_position": np.array(buffer.pos)}


def _restore_buffer(buffer: ReplayBuffer, arrays: Arrays) -> None:
    full, position = bool(arrays["buffer_full"]), int(arrays["buffer_position"])
    if not 0 <= position < buffer.buffer_size:
        raise ResumingError(f"buffer_position = {position}: must be from 0 to {buffer.buffer_size - 1}")
    buffer.full, buffer.pos = full, position
    rows = buffer.buffer_size if full else position
    for name in _BUFFER:
        there = getattr(buffer, name)[:rows]
        there[...] = _shaped(arrays, f"buffer_{name}", there)


def _shaped(arrays: Arrays, name: str, like: NDArray[Any]) -> NDArray[Any]:
    stored = arrays[name]
    if (stored.shape, stored.dtype) != (like.shape, like.dtype):
        raise ResumingError(f"{name} is {stored.dtype}{list(stored.shape)}, must be {like.dtype}{list(like.shape)}")
    return stored


def _memory(model: BaseAlgorithm) -> list[torch.Tensor]:
    """The memory of a recurrent learner: of policy and value, hidden and cell; of any other learner nothing."""
    states = getattr(model, "_last_lstm_states", None)
    return [] if states is None else [*states.pi, *states.vf]


def _buffer(model: OffPolicyAlgorithm) -> ReplayBuffer:
    assert model.replay_buffer is not None
    return model.replay_buffer


def _floors(normaliser: VecNormalize) -> NativeVecEnv:
    assert isinstance(normaliser.venv, NativeVecEnv)
    return normaliser.venv
