"""Datasets: disk and environment reproduce what was collected, to the bit; or there is one clear error."""

import contextlib
import importlib.util
import json
import multiprocessing
import os
import signal
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from recorded import ACTING, ID
from worlds import small_config

from agents.offline import datasets, placing
from agents.offline.behaviours import Behaviour, behaviour_set, load_all
from agents.offline.collection import collect
from agents.offline.datasets import DatasetError, check_new, open_dataset, recording_env, recovered, write_dataset
from agents.offline.replay import ReplayError, replay, replay_all
from incentive_env.floors.reward import reward_weights, weigh
from incentive_env.studies.references import ReferenceScores
from incentive_env.support.seeds import COLLECTION_SEEDS

minari = pytest.importorskip("minari")
MKDIR = {"entry_point": "os:mkdir", "kwargs": {"path": "sprung"}}  # an environment that creates a folder
ARRAYS = ("observations", "actions", "rewards", "terminations", "truncations")


@pytest.mark.parametrize("data_format", ["hdf5", "arrow"])
@pytest.mark.parametrize("keep_truth", [False, True])
def test_a_dataset_gives_back_what_was_collected_and_replays_to_the_bit(written, small, data_format, keep_truth):
    episodes = collect(small, "loyalty", ACTING, 6, keep_truth=keep_truth)
    dataset = written(episodes, data_format=data_format)
    metadata = list(dataset.storage.get_episode_metadata(range(6)))
    for episode, stored, about in zip(episodes, dataset.iterate_episodes(), metadata, strict=True):
        for name in ARRAYS:
            assert getattr(stored, name).dtype == getattr(episode, name).dtype
            assert getattr(stored, name).tobytes() == getattr(episode, name).tobytes()
        assert stored.infos.keys() == episode.infos.keys()
        assert all(stored.infos[name].tobytes() == values.tobytes() for name, values in episode.infos.items())
        assert (about["seed"], about["policy"]) == (episode.seed, episode.behaviour.policy)
        assert about["rewards_sum"] == episode.rewards.sum()
    assert replay_all(dataset, range(6)) == dataset.total_steps == 6 * small.horizon.decisions


def test_the_recovered_environment_has_the_scenario_and_the_reward(written, small):
    env = written().recover_environment().unwrapped
    assert env.config == small
    assert env.reward == "loyalty"


@pytest.mark.parametrize(("reward", "known"), [("loyalty", True), ("conversion", False)])
def test_minaris_reference_scores_are_returns_of_the_best_fixed_scheme_and_the_true_state(monkeypatch, reward, known):
    scores = ReferenceScores(fixed=30.0, true_state=40.0, fixed_return=9.0, true_state_return=15.0)
    monkeypatch.setattr(datasets, "reference_scores", lambda env_id: {"incentive_env/Telesales-v1": scores}[env_id])
    game = gym.make("incentive_env/Telesales-v1", reward=reward).unwrapped
    wanted = {"ref_min_score": 9.0, "ref_max_score": 15.0} if known else {}
    assert datasets._reference_returns(game) == wanted


def test_a_floor_that_closes_ends_its_episode_early_and_replays(written):
    broke = small_config({"mechanisms.credit": False, "money.insolvency": True, "money.overhead": 20_000.0})
    dataset = written(collect(broke, "loyalty", ACTING, 6), broke)
    lengths = [len(episode) for episode in dataset.iterate_episodes()]
    assert min(lengths) < broke.horizon.decisions
    assert any(episode.terminations[-1] and not episode.truncations[-1] for episode in dataset.iterate_episodes())
    assert replay_all(dataset, range(6)) == sum(lengths)


def test_an_episode_depends_on_its_floor_and_behaviour_alone(small):
    noisy = [Behaviour("flat_salary", 0.2)]
    alone = collect(small, "loyalty", noisy, 1, first=COLLECTION_SEEDS[4])[0]
    among = collect(small, "loyalty", noisy, 6)[4]
    assert all(getattr(alone, name).tobytes() == getattr(among, name).tobytes() for name in ARRAYS)
    other = collect(small, "loyalty", noisy, 1, first=COLLECTION_SEEDS[4], seed=1)[0]
    assert other.actions.tobytes() != alone.actions.tobytes()


def test_held_noise_makes_one_scheme_an_episode_and_the_other_kind_a_scheme_a_decision(small):
    held, free = collect(small, "loyalty", [Behaviour("flat_salary", 0.2, held=True), Behaviour("flat_salary", 0.2)], 2)
    assert (held.actions == held.actions[0]).all()
    assert not (free.actions == free.actions[0]).all()


def test_the_truth_is_kept_only_when_asked_for_and_adds_up_to_the_reward(small, episodes):
    assert episodes[0].infos == {}
    episode = collect(small, "balanced", ACTING[:1], 1, keep_truth=True)[0]
    terms = np.stack([values for name, values in episode.infos.items() if name.startswith("reward_terms.")], axis=1)
    assert np.isnan(terms[0]).all()  # nothing has been paid before the first decision
    np.testing.assert_array_equal(weigh(terms[1:], reward_weights(small, "balanced")), episode.rewards)
    assert {"truth.loyalty", "figures.nps"} <= episode.infos.keys()


def test_floors_of_datasets_are_not_those_of_evaluation_or_training(small):
    for first in (10_000, COLLECTION_SEEDS[-1]):
        with pytest.raises(ValueError, match=r"floors of datasets are 7000000 to 7999999"):
            collect(small, "loyalty", ACTING, 2, first=first)


def test_every_set_of_behaviours_can_act_on_reports(small):
    for name in ("fixed", "scattered", "mixed", "trained"):
        acting = behaviour_set(name, small)
        assert load_all(acting, small).keys() == {each.policy for each in acting}
    assert "ppo_state" not in {each.policy for each in behaviour_set("mixed", small)}


def _killed_while_writing(episodes, config, root):
    placing._take_name = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    write_dataset(ID, episodes, recording_env(config, config, "loyalty"), root=root)


def test_a_killed_collection_leaves_no_dataset(episodes, small, tmp_path, monkeypatch):
    process = multiprocessing.get_context("fork").Process(
        target=_killed_while_writing, args=(episodes, small, tmp_path)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    assert minari.list_local_datasets() == {}
    with pytest.raises(DatasetError, match="datasets: none"):
        open_dataset(ID, tmp_path)


def test_what_a_kill_left_is_put_back_or_deleted(written, episodes, small, tmp_path):
    """A dataset that is replaced is moved aside first, and a kill may come before the new one takes its place."""
    written()
    hidden = tmp_path / f".partial-{ID.replace('/', '+')}"
    hidden.mkdir()
    (hidden / "half").touch()
    (tmp_path / ID).replace(hidden / ".replaced")
    with pytest.raises(OSError, match="disk full"), placing.placed(tmp_path, ID):
        raise OSError("disk full")
    assert open_dataset(ID, tmp_path).total_episodes == 9
    assert [path.name for path in tmp_path.iterdir()] == ["incentive_env"]


def test_a_failed_overwrite_keeps_the_dataset_and_a_good_one_replaces_it(written, episodes, monkeypatch, tmp_path):
    written()
    with monkeypatch.context() as patched:
        patched.setattr(placing, "_take_name", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            written(episodes[:3], overwrite=True)
    assert open_dataset(ID, tmp_path).total_episodes == 9
    assert written(episodes[:3], overwrite=True).total_episodes == 3
    assert [path.name for path in tmp_path.iterdir()] == ["incentive_env"]


@pytest.mark.parametrize(
    ("dataset_id", "options", "says"),
    [
        ("fixed", {}, "must read NAMESPACE/NAME-vVERSION"),
        ("a/../b-v0", {}, "must read NAMESPACE/NAME-vVERSION"),
        ("a/b-v0", {}, "must read NAMESPACE/NAME-vVERSION, .* a namespace of at least two"),
        (ID, {}, "already exists at"),
        ("incentive_env/tests-v1", {"overwrite": True}, "exists and is not a dataset"),
        (f"{ID}/more-v0", {}, "would lie inside the dataset at"),
        ("new-v0", {"data_format": "hdf"}, "must be one of hdf5, arrow; nearest valid name: hdf5"),
    ],
)
def test_what_could_not_be_written_is_refused(written, tmp_path, dataset_id, options, says):
    written()
    (tmp_path / "incentive_env" / "tests-v1").mkdir()  # a namespace may be called like that, and hold others' datasets
    with pytest.raises(DatasetError, match=says):
        check_new(dataset_id, tmp_path, **options)


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "h5py" else there(name))
    check_new("new-v0", tmp_path, data_format="arrow")
    with pytest.raises(DatasetError, match="needs h5py: run `make setup`"):
        check_new("new-v0", tmp_path)


def test_a_dataset_that_cannot_be_opened_is_one_clear_error(written, episodes, tmp_path):
    folder = tmp_path / ID
    written()
    with pytest.raises(DatasetError, match=f"nearest valid name: {ID}; datasets: {ID}"):
        open_dataset("incentive_env/tests/tinny-v0", tmp_path)
    data = folder / "data" / "main_data.hdf5"
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])
    with pytest.raises(DatasetError, match="cannot be read"):
        open_dataset(ID, tmp_path)


def test_a_dataset_of_another_game_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    env = gym.make("CartPole-v1")
    first, second = env.reset(seed=1)[0], env.step(0)[0]
    buffer = minari.data_collector.EpisodeBuffer(
        id=0, seed=1, observations=np.stack([first, second]), actions=np.array([0]), rewards=[1.0],
        terminations=[False], truncations=[True], infos={},
    )  # fmt: skip
    with pytest.warns(UserWarning, match="is set to None"):
        minari.create_dataset_from_buffers("cartpole/one-v0", [buffer], env=env)
    with pytest.raises(
        DatasetError, match=r"comes from 'CartPole-v1', with observation_space 'Box' of shape \[4\], not"
    ):
        open_dataset("cartpole/one-v0", tmp_path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({**MKDIR, "id": "Safe-v0"}, "environment 'Safe-v0' must be one of incentive_env/Telesales-v1, "),
        ({**MKDIR, "id": "os:incentive_env/Telesales-v1"}, "must be one of incentive_env/Telesales-v1"),
        (MKDIR, "unknown argument 'path' of its environment"),
        ({"entry_point": "os:mkdir"}, None),  # ours is called
        ({"additional_wrappers": [{"name": "Note", **MKDIR}]}, "must have no wrappers, has Note"),
        ({"kwargs": {"config": "mine.yaml"}}, "config 'mine.yaml' must be one of contact_center, "),
        ({"kwargs": {"reward": "loyalti"}}, "reward 'loyalti' must be one of .*; nearest valid name: loyalty"),
        (
            {"kwargs": {"salesforce.rep": 3}},
            r"unknown argument 'salesforce\.rep'.*; nearest valid name: salesforce\.reps",
        ),
        ({"kwargs": [1]}, "must be a mapping, got"),
        ({"id": 3}, "cannot be read"),
        ({"additional_wrappers": 3}, "cannot be read"),
    ],
)
def test_the_metadata_of_a_dataset_chooses_no_code(written, tmp_path, monkeypatch, changes, says):
    """Minari would call the entry point that a stranger's file names."""
    monkeypatch.chdir(tmp_path)
    file = Path(written().storage.data_path) / "metadata.json"
    metadata = json.loads(file.read_text())
    spec = json.dumps({**json.loads(metadata["env_spec"]), **changes})
    file.write_text(json.dumps({**metadata, "env_spec": spec}))
    with pytest.raises(DatasetError, match=says) if says else contextlib.nullcontext():
        recovered(open_dataset(ID, tmp_path))
    assert not (tmp_path / "sprung").exists()


def _nudged(episode):
    rewards = episode.rewards.copy()
    rewards[1] = np.nextafter(rewards[1], np.inf)
    return episode._replace(rewards=rewards)


def _cut(episode):
    return episode._replace(
        observations=episode.observations[:-1], **{name: getattr(episode, name)[:-1] for name in ARRAYS[1:]}
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (_nudged, r"floor 7000000, decision 1: reward\[0\]: stored .*, now"),
        (_cut, "stops after 2 decisions, but the environment goes on"),
        (lambda episode: episode._replace(seed=episode.seed + 1), "before the first decision: observation"),
    ],
)
def test_replay_finds_a_changed_bit_and_says_where(written, episodes, changed, says):
    dataset = written([changed(episodes[0])])
    with pytest.raises(ReplayError, match=says):
        replay(dataset, 0)


def test_a_scenario_that_has_changed_is_reported(written):
    dataset = written()
    dataset.storage.update_metadata({"fingerprint": "deadbeef"})
    with pytest.raises(DatasetError, match="has fingerprint deadbeef, in this version"):
        recovered(dataset)


def test_episodes_of_minaris_own_collector_replay_too(small, tmp_path, monkeypatch):
    pytest.importorskip("jax", reason="Minari's collector appends by jax")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    env = minari.DataCollector(recording_env(small, small, "profit"))
    for seed in (3, 4):
        env.reset(seed=seed)
        while not any(env.step(env.action_space.sample())[2:4]):
            pass
    with pytest.warns(UserWarning, match="is set to None"):
        env.create_dataset(ID)
    assert replay_all(open_dataset(ID, tmp_path), range(2)) == 2 * small.horizon.decisions
