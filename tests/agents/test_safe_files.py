"""Files of strangers run nothing: what they hold is data, and what would be code is refused."""

import base64
import io
import json
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from stable_baselines3 import PPO
from worlds import N_ENTRIES, N_LEVERS

from agents.registry import load_policy
from agents.search.checkpoint import SearchError
from agents.search.evolution import SearchBudget, Start, search
from agents.training.checkpoints import CheckpointError, latest_checkpoint
from agents.training.train import train
from incentive_env import SalesFloorEnv
from incentive_env.policies import PolicyError


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


@pytest.fixture
def run(finished, tmp_path):
    """A copy of a finished run, whose newest checkpoint a stranger changes."""
    return shutil.copytree(finished, tmp_path / "run")


def _rewritten(file, parts, compression=zipfile.ZIP_STORED):
    """Replace parts of an archive, or add them."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, part in {**content, **parts}.items():
            archive.writestr(name, part)


def _saved(content, **how):
    file = io.BytesIO()
    torch.save(content, file, **how)
    return file.getvalue()


def _array(trap):
    file = io.BytesIO()
    np.save(file, np.array([trap], object), allow_pickle=True)
    return file.getvalue()


def _pickled_rest(file, trap):
    """What stable-baselines3's own ``load`` would unpickle."""
    encoded = base64.b64encode(pickle.dumps(trap)).decode()
    _rewritten(file, {"data": json.dumps({"policy_class": {":type:": "x", ":serialized:": encoded}})})


HARMS = {
    "weights": lambda file, trap: _rewritten(file / "model.zip", {"policy.pth": _saved(trap)}),
    "old weights": lambda file, trap: _rewritten(
        file / "model.zip", {"policy.pth": _saved(trap, _use_new_zipfile_serialization=False)}
    ),
    "variables": lambda file, trap: _rewritten(file / "model.zip", {"pytorch_variables.pth": pickle.dumps(trap)}),
    "no archive": lambda file, trap: (file / "model.zip").write_bytes(pickle.dumps(trap)),
    "statistics": lambda file, trap: _rewritten(file / "normaliser.npz", {"obs_mean.npy": _array(trap)}),
    "pickled statistics": lambda file, trap: (file / "normaliser.npz").write_bytes(pickle.dumps(trap)),
    "packed": lambda file, trap: _rewritten(file / "model.zip", {"more.pth": bytes(2**20)}, zipfile.ZIP_DEFLATED),
    "not finite": lambda file, trap: _rewritten(
        file / "normaliser.npz", {"obs_var.npy": _npy(np.full(N_ENTRIES, -1.0))}
    ),
    "description": lambda file, trap: (file / "run.yaml").write_text(
        f"reward: !!python/object/apply:os.mkdir ['{trap.mark}']\nseed: 1"
    ),
    "plan": lambda file, trap: _described(file, algorithm="os:mkdir"),
    "sizes": lambda file, trap: _described(file, policy={"net_arch": [4096] * 9}),
    "other sizes": lambda file, trap: _described(file, policy={"net_arch": [9]}),
}
STATES = {
    "object": lambda file, trap: _rewritten(file / "state.npz", {"seeds.npy": _array(trap)}),
    "pickle": lambda file, trap: (file / "state.npz").write_bytes(pickle.dumps(trap)),
    "packed": lambda file, trap: _rewritten(file / "state.npz", {"seeds.npy": bytes(2**20)}, zipfile.ZIP_DEFLATED),
    "far generator": lambda file, trap: _rewritten(file / "state.npz", {"numpy_position.npy": _npy(np.array(10**6))}),
    "too many decisions": lambda file, trap: _rewritten(file / "state.npz", {"decisions.npy": _npy(np.full(4, 10**9))}),
    "other floors": lambda file, trap: _rewritten(
        file / "state.npz", {"seeds.npy": _npy(np.arange(4, dtype=np.uint64))}
    ),
    "no number": lambda file, trap: _rewritten(
        file / "state.npz",
        {
            "decisions.npy": _npy(np.ones(4, np.int64)),
            "actions.npy": _npy(np.full((4, 3, N_LEVERS), np.nan, np.float32)),
        },
    ),
}


def _npy(content):
    file = io.BytesIO()
    np.save(file, content)
    return file.getvalue()


def _described(checkpoint, **changes):
    described = yaml.safe_load((checkpoint / "run.yaml").read_text())
    described["training"].update(changes)
    (checkpoint / "run.yaml").write_text(yaml.safe_dump(described))


@pytest.mark.parametrize("harm", HARMS)
def test_the_run_of_a_stranger_is_refused_in_one_line_and_runs_nothing(run, small, trap, harm):
    HARMS[harm](latest_checkpoint(run), trap)
    with pytest.raises(ValueError, match=r"checkpoint-0000000048") as error:
        load_policy(str(run), small)
    assert "\n" not in str(error.value)


def test_the_pickled_rest_of_a_model_is_not_read(run, small, finished, trap):
    _pickled_rest(latest_checkpoint(run) / "model.zip", trap)
    seen = np.random.default_rng(0).normal(size=(5, N_ENTRIES)).astype(np.float32)
    here, there = (load_policy(str(folder), small).predict(seen, deterministic=True)[0] for folder in (run, finished))
    np.testing.assert_array_equal(here, there)


@pytest.mark.parametrize("harm", STATES)
def test_the_state_of_a_stranger_is_not_resumed(run, small, plan, trap, harm):
    STATES[harm](latest_checkpoint(run), trap)
    with pytest.raises(CheckpointError, match=r"checkpoint-0000000048: cannot be resumed") as error:
        train(
            small, "conversion", plan.model_copy(update={"total_timesteps": 60}), run, seed=1, resume=True, quiet=True
        )
    assert "\n" not in str(error.value)


def test_a_model_of_stable_baselines3_is_read_on_trust_alone(small, tmp_path, trap):
    path, seen = tmp_path / "theirs.zip", np.zeros((2, N_ENTRIES), np.float32)
    model = PPO("MlpPolicy", SalesFloorEnv(small), device="cpu", n_steps=8, batch_size=8)
    model.save(path)
    with pytest.raises(
        PolicyError, match=r"part of it is pickled, and reading a pickle can run any code .* reads it with --trust"
    ):
        load_policy(str(path), small)
    policy = load_policy(str(path), small, trust=True)
    np.testing.assert_array_equal(policy.predict(seen)[0], model.predict(seen, deterministic=True)[0])
    _pickled_rest(path, trap)
    with pytest.raises(PolicyError, match="reads it with --trust"):
        load_policy(str(path), small)


def test_nothing_in_the_project_unpickles_but_what_asks_for_trust():
    """A new reader of pickles has to be named here, and has to ask."""
    readers = (
        "pickle.load", "torch.load", "load_replay_buffer", "allow_pickle=True", "unsafe_load", "full_load",
        ".restore_from_path(", "load_from_zip_file(path, device",
    )  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    files = [file for folder in ("incentive_env", "agents", "scripts") for file in (root / folder).rglob("*.py")]
    found = {file.relative_to(root).as_posix() for file in files for reader in readers if reader in file.read_text()}
    assert found == {"agents/training/trusted.py", "agents/rllib/train.py"}
