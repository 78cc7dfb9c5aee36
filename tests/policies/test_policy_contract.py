"""What every policy obeys, whatever its class: classes are discovered, and each needs an example here."""

import importlib
import inspect
import re
from itertools import pairwise
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.running_mean_std import RunningMeanStd

import agents
import incentive_env
from incentive_env import Scheme, evaluate, explain, parallel_env, simulate
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.observation import action_space, observation_space
from incentive_env.policies import FIXED, Acting, Policy, PolicyError, as_policy, load_policy
from incentive_env.policies.contract import CHOICES, ENTRIES
from incentive_env.policies.network import Layer

ROWS = 3
QUOTA = FIXED["quota_with_threat"].scheme


def policy_classes():
    """Every subclass of `Policy` in the packages, found by its text and then as Python sees it."""
    for package in (incentive_env, agents):
        root = Path(package.__path__[0])
        for path in root.rglob("*.py"):
            if re.search(r"^class \w+\(.*Policy\)", path.read_text(), re.MULTILINE):
                importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))
    found, classes = [Policy], []
    while found:
        found += (below := found.pop().__subclasses__())
        classes += [each for each in below if each.__module__.split(".")[0] in ("incentive_env", "agents")]
    return sorted(classes, key=lambda each: each.__name__)


def network_of(made):
    sizes = (made.inputs(), 4, len(CHOICES[made.sees]))
    drawn = np.random.default_rng(1)
    layers = [
        Layer(drawn.normal(size=(out, into)).astype("f4"), drawn.normal(size=out).astype("f4"))
        for into, out in pairwise(sizes)
    ]
    return made(np.zeros(sizes[0], np.float32), np.ones(sizes[0], np.float32), tuple(layers))


def learned(made):
    class Spaces(gym.Env):
        observation_space, action_space = observation_space(), action_space()

    return made(PPO("MlpPolicy", Spaces(), seed=1, device="cpu"), RunningMeanStd(shape=observation_space().shape))


def linear(made):
    from incentive_env.policies.feedback import LinearForm

    form = LinearForm("report")
    return made(form, np.random.default_rng(2).normal(size=form.size))


def mixture(made):
    from agents.offline.behaviours import Behaviour

    base = load_policy("best_feedback", incentive_env.load_config())
    return made([Behaviour("base", 0.1)] * ROWS, {"base": base}, range(ROWS), 7)


def raised(made):
    from agents.studies.attribution import Raise

    return made(Counting(), Raise("audit", 0.01), incentive_env.load_config())


class Counting(Policy):
    """Remembers in each row how often it acted."""

    def act_in(self, seen, context):
        count = np.where(context.starts(len(seen)), 0, 0 if context.state is None else context.state)
        return np.repeat(-1.0 + 0.1 * count[:, None], len(LEVER_NAMES), axis=1), count + 1


EXAMPLES = {
    "Blind": lambda made: made(Counting(), "campaign"),
    "Exploring": lambda made: made(Counting(), 0.1, 5),
    "FixedPolicy": lambda made: made(QUOTA, incentive_env.load_config()),
    "HistoryNetwork": network_of,
    "StackNetwork": network_of,
    "FunctionPolicy": lambda made: made(lambda seen: seen[:, : len(LEVER_NAMES)]),
    "LearnedPolicy": learned,
    "LinearFeedback": linear,
    "Lottery": lambda made: made(np.outer([-0.5, 0.0, 0.5], np.ones(len(LEVER_NAMES))), np.array([0.2, 0.5, 0.3])),
    "Mixture": mixture,
    "ModelPolicy": lambda made: made(Counting()),
    "NetworkPolicy": network_of,
    "RandomPolicy": lambda made: made(3),
    "Raised": raised,
    "Schedule": lambda made: made(np.outer([-0.5, 0.5], np.ones(len(LEVER_NAMES)))),
    "SeatNetwork": network_of,
    "StateNetwork": network_of,
}
DRAWS = {"RandomPolicy", "Mixture", "Exploring"}  # each call anew, so that only a new one does the same again


def example(made):
    if made.__name__ not in EXAMPLES:
        pytest.fail(f"{made.__name__}: needs an example in {Path(__file__).name}")
    policy = EXAMPLES[made.__name__](made)
    return policy, np.random.default_rng(4).normal(size=(ROWS, len(ENTRIES[policy.sees]))).astype(np.float32)


@pytest.fixture(params=policy_classes(), ids=lambda made: made.__name__)
def made(request):
    return request.param


def test_no_example_is_left_over():
    assert EXAMPLES.keys() == {made.__name__ for made in policy_classes()}


def test_predict_is_that_of_stable_baselines3_and_stands_once(made):
    assert made.predict is Policy.predict
    mine, theirs = (inspect.signature(each.predict).parameters for each in (made, BaseAlgorithm))
    assert list(mine) == list(theirs)
    assert mine["deterministic"].default is True


def test_actions_have_a_row_for_each_row_seen_and_a_row_has_the_bits_of_one(made):
    policy, seen = example(made)
    actions, _ = policy.predict(seen)
    assert actions.shape == (ROWS, len(CHOICES[policy.sees]))
    if made.__name__ == "Mixture":  # as many rows as it has floors
        return
    alone, _ = example(made)[0].predict(seen[:1])
    if made.__name__ == "LearnedPolicy":  # torch: the last bits may differ
        np.testing.assert_allclose(alone[0], actions[0], rtol=1e-5, atol=1e-6)
    else:
        assert alone[0].tobytes() == actions[0].tobytes()


def test_the_start_of_an_episode_ends_the_memory_of_its_row(made):
    policy, seen = example(made)
    first, state = policy.predict(seen)
    _, state = policy.predict(seen, state)
    if made.__name__ in DRAWS:
        return
    np.testing.assert_array_equal(policy.predict(seen, state, np.ones(ROWS, bool))[0], first)
    one = np.arange(ROWS) == 1
    np.testing.assert_array_equal(policy.predict(seen, state, one)[0][one], first[one])


def test_memory_goes_on_within_an_episode_and_ends_with_it():
    seen = np.zeros((2, len(ENTRIES["report"])))
    acting = Acting(Counting())
    assert [acting.choose(seen)[0, 0] for _ in range(3)] == pytest.approx([-1.0, -0.9, -0.8])
    assert Acting(acting.policy).choose(seen)[0, 0] == -1.0


def test_what_is_seen_must_fit_and_be_finite(made):
    policy, seen = example(made)
    for wrong, says in [
        (seen[0], f"sees the {policy.sees}, of shape"),
        (seen[:, :-1], f"sees the {policy.sees}, of shape"),
        (np.where(seen == seen[0, 0], np.nan, seen), "given an observation that is not finite"),
    ]:
        with pytest.raises(ValueError, match=says):
            policy.predict(wrong)


def test_whatever_can_choose_becomes_a_policy(small):
    policy = Counting()
    assert as_policy(policy, small) is policy
    seen = np.zeros((2, len(ENTRIES["report"])))
    for like in (QUOTA, "quota_with_threat", lambda seen: np.tile(as_policy(QUOTA, small).action, (len(seen), 1))):
        np.testing.assert_array_equal(as_policy(like, small).predict(seen)[0][1], as_policy(QUOTA, small).action)


@pytest.mark.parametrize(
    ("policy", "seats", "says"),
    [
        ("piece_rat", False, "no policy 'piece_rat'; nearest valid name: piece_rate"),
        (5, False, "policy 5: must be a Scheme, the name or file of a policy"),
        (QUOTA, True, "reps: must be a policy that sees a seat, but FixedPolicy sees the report"),
        (Scheme(base_pay=600.0, audit=0.9), False, "audit = 0.9"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(small, policy, seats, says):
    with pytest.raises(ValueError, match=says):
        as_policy(policy, small, seats=seats)


def test_what_a_model_declares_to_see_is_checked(small):
    class Odd:
        sees = "stat"

        def predict(self, observation, state=None, episode_start=None, deterministic=True):
            return observation, None

    with pytest.raises(PolicyError, match=r"sees = .stat.: must be one of .*; nearest valid name: state"):
        as_policy(Odd(), small)


def test_a_policys_name_will_do_wherever_floors_are_run(small):
    by_name, by_scheme = (simulate(small, policy, [1], 4).floor_weeks for policy in ("quota_with_threat", QUOTA))
    assert by_name.tobytes() == by_scheme.tobytes()
    for door in (
        lambda name: simulate(small, name, [1], 4), lambda name: evaluate(small, name, [1]),
        lambda name: explain(small, name, [1], 4), lambda name: parallel_env(small, manager=name),
    ):  # fmt: skip
        with pytest.raises(PolicyError, match="no policy 'quota_with_thread'; nearest valid name: quota_with_threat"):
            door("quota_with_thread")
