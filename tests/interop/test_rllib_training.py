"""A manager trained by RLlib's PPO on two env runners, and its policy without RLlib."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from worlds import N_ENTRIES, N_LEVERS, SMALL, small_config

pytest.importorskip("ray.rllib", exc_type=ImportError)

from agents.loading import load
from agents.rllib.checkpoints import STATE, CheckpointError, checkpoints
from agents.rllib.plans import RLlibPlan
from agents.rllib.train import RESULTS, ppo_config, train
from incentive_env import SalesFloorVectorEnv
from incentive_env.policies import load_policy
from incentive_env.policies.files import resolved
from incentive_env.support.seeds import next_seed

pytestmark = pytest.mark.interop


def plan(**changes: object) -> RLlibPlan:
    sizes = {"train_batch_size": 24, "minibatch_size": 12, "num_epochs": 1}
    small = {"total_timesteps": 48, "num_envs_per_env_runner": 4, "checkpoint_every": 24, "hyper_parameters": sizes}
    return load("rllib", "ppo", {**small, "policy": {"net_arch": [8]}, **changes})


@pytest.fixture(scope="module")
def finished(cluster, tmp_path_factory) -> Path:
    """The directory of a run of two updates, on two env runners."""
    run = tmp_path_factory.mktemp("rllib") / "run"
    train(small_config(), "loyalty", plan(), run, quiet=True)
    return run


@pytest.fixture
def run(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def lines(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / RESULTS).read_text().splitlines()]


def test_two_env_runners_train_and_each_update_leaves_a_line(finished):
    output = lines(finished)
    assert len(output) == 2
    assert all(np.isfinite(list(line.values())).all() for line in output)
    assert [line["episode_length"] for line in output] == [SMALL["horizon.decisions"]] * 2
    assert [int(path.name.partition("-")[2]) for path in checkpoints(finished)] == [
        line["decisions"] for line in output
    ]
    assert 48 <= output[-1]["decisions"] <= 48 + 2 * 4  # an env runner ends with a step of all its floors


def test_the_exported_policy_sets_what_the_env_runners_set(finished):
    """RLlib's env runner and the policy file without RLlib manage the same floors to the same returns."""
    config = small_config()
    settings = ppo_config(config, "loyalty", plan(num_env_runners=0), seed=3)
    algorithm = settings.build_algo()
    algorithm.restore_from_path((checkpoints(finished)[-1] / STATE).absolute())
    runner = algorithm.env_runner
    episodes = runner.sample(num_episodes=4, explore=False)
    algorithm.stop()
    shutil.rmtree(algorithm.logdir)

    policy = load_policy(str(finished / "policy.yaml"), config)
    envs = SalesFloorVectorEnv(4, config, "loyalty")
    reports, _ = envs.reset(seed=next_seed(runner._seed))
    actions, returns = [], np.zeros(4)
    for _ in range(config.horizon.decisions):
        actions.append(policy.predict(reports)[0])
        reports, rewards, *_ = envs.step(actions[-1])
        returns += rewards
    theirs = np.clip([episode.get_actions(0) for episode in episodes], -1.0, 1.0)
    order = np.argsort([episode.get_return() for episode in episodes])
    np.testing.assert_allclose(theirs[order], actions[0][np.argsort(returns)], atol=1e-4)
    assert sorted(episode.get_return() for episode in episodes) == pytest.approx(sorted(returns), rel=1e-3)


def test_training_moves_the_policy_from_its_initial_scheme(finished):
    content = yaml.safe_load((finished / "policy.yaml").read_text())
    assert (content["kind"], content["sizes"], content["objective"]) == ("network", [N_ENTRIES, 8, N_LEVERS], "loyalty")
    assert content["found"]["decisions"] == lines(finished)[-1]["decisions"]
    start = resolved("policy.initial_scheme", plan().policy.initial_scheme, small_config())
    policy = load_policy(str(finished / "policy.yaml"), small_config())
    assert (np.abs(policy.layers[-1].bias - start) > 1e-6).all()
    assert np.abs(policy.layers[-1].bias - start).max() < 0.1


def test_a_run_goes_on_where_it_ended_on_as_many_env_runners_as_there_are(run):
    before = lines(run)
    policy = load_policy(str(run / "policy.yaml"), small_config())
    longer = plan(total_timesteps=72, num_env_runners=0)
    train(small_config(), "loyalty", longer, run, resume=True, trust=True, quiet=True)
    later = load_policy(str(run / "policy.yaml"), small_config())
    assert (later.layers[-1].bias != policy.layers[-1].bias).any()
    output = lines(run)
    assert output[:2] == before
    assert [line["decisions"] for line in output] == sorted({line["decisions"] for line in output})
    assert output[-1]["decisions"] >= 72
    done = checkpoints(run)[-1]
    assert train(small_config(), "loyalty", plan(total_timesteps=72), run, resume=True, trust=True, quiet=True) == done


def test_the_learning_rate_falls_to_0_and_again_where_a_run_that_was_over_is_prolonged(run):
    assert [line["learning_rate"] for line in lines(run)] == pytest.approx([1e-3, 0.0])  # after each update
    train(
        small_config(), "loyalty", plan(total_timesteps=96, num_env_runners=0), run, resume=True, trust=True, quiet=True
    )
    assert [line["learning_rate"] for line in lines(run)] == pytest.approx([1e-3, 0.0, 5e-4, 0.0])


def test_an_env_runner_that_is_lost_is_replaced_while_the_others_go_on(cluster):
    algorithm = ppo_config(small_config(), "loyalty", plan()).build_algo()
    algorithm.train()
    runners = algorithm.env_runner_group
    os.kill(runners.foreach_env_runner(lambda runner: os.getpid(), local_env_runner=False)[0], signal.SIGKILL)
    healthy = []
    while healthy[-2:] != [2, 2] and len(healthy) < 30:
        result = algorithm.train()
        healthy.append(runners.num_healthy_remote_workers())
        assert result["env_runners"]["num_env_steps_sampled"] >= 24
        time.sleep(0.5)
    algorithm.stop()
    shutil.rmtree(algorithm.logdir)
    assert 1 in healthy
    assert healthy[-1] == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"resume": False}, "holds a run already; resume it, or choose another directory"),
        ({"reward": "profit"}, "was trained with another reward; choose another directory"),
        ({"seed": 1}, "was trained with another seed"),
        ({"trust": False}, "reading a pickle can run any code that is in it. Give --trust"),
        ({"plan": plan(policy={"net_arch": [4]})}, "was trained with another training"),
    ],
)
def test_a_run_is_not_gone_on_with_as_another(run, changes, says):
    wanted = {"reward": "loyalty", "plan": plan(), "seed": 0, "resume": True, "trust": True, **changes}
    with pytest.raises(CheckpointError, match=says):
        train(small_config(), run=run, quiet=True, **wanted)


def test_a_damaged_checkpoint_is_said_to_be_one(run):
    next((checkpoints(run)[-1] / STATE).glob("learner_group/**/module_state.pkl")).write_bytes(b"no")
    with pytest.raises(CheckpointError, match="cannot be loaded, it is damaged or incomplete"):
        train(
            small_config(),
            "loyalty",
            plan(total_timesteps=72, num_env_runners=0),
            run,
            resume=True,
            trust=True,
            quiet=True,
        )
