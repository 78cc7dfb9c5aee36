"""A problem of one or two decisions with a known answer, on which a method trains as it does on floors."""

from types import SimpleNamespace

import numpy as np
from gymnasium.spaces import Box
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from agents.algorithms.table import ALGORITHMS
from agents.loading import imported, load
from incentive_env.floors.reward import TERM_NAMES

COPIES = 32
LEARNER = {"n_steps": 8, "batch_size": 64, "n_epochs": 5, "learning_rate": 0.01}


class Bandit(VecEnv):
    """Choose a number from −1 to 1, in each of some decisions.

    Args:
        proxy: what is paid ``[copies]``, of the actions ``[copies]`` and the decision's number.
        terms: reward terms ``[copies]`` of the same actions, by name.
        figures: names of figures, all of them 0.
        length: decisions of an episode; the number of the decision is seen, and in the second the first action.
    """

    def __init__(self, proxy, terms=None, length=1, figures=()):
        self.proxy, self.terms, self.length = proxy, terms or (lambda actions: {}), length
        self.figures = {name: np.zeros(COPIES) for name in figures}
        self.judge, self.env = None, SimpleNamespace(config=None, reward="conversion", floors=SimpleNamespace())
        self.render_mode = None
        super().__init__(COPIES, Box(-1, 1, (2,), np.float32), Box(-1, 1, (1,), np.float32))
        self.number, self.first = 0, np.zeros(COPIES)

    def reset(self):
        self.number = 0
        return self._seen()

    def step_async(self, actions):
        self.actions = actions

    def step_wait(self):
        chosen = self.actions[:, 0].astype(float)
        floors = SimpleNamespace(num_floors=COPIES, number=self.number)
        if self.judge is not None:
            self.judge.foresee(floors, self.actions)
        rewards = self.proxy(chosen, self.first, self.number)
        infos = {
            "reward_terms": {name: np.zeros(COPIES) for name in TERM_NAMES} | self.terms(chosen),
            "figures": self.figures,
        }
        if self.judge is not None:
            rewards = self.judge.pay(rewards, infos)
        self.first, self.number = chosen, self.number + 1
        done = self.number == self.length
        self.number %= self.length
        seen = self._seen()
        ended = [{"terminal_observation": row, "TimeLimit.truncated": False} if done else {} for row in seen]
        return seen, rewards.astype(np.float32), np.full(COPIES, done), ended

    def _seen(self):
        first = self.first if self.number else np.zeros(COPIES)
        return np.column_stack([np.full(COPIES, self.number), first]).astype(np.float32)

    def close(self): ...

    def get_attr(self, attr_name, indices=None):
        return [getattr(self, attr_name)] * COPIES

    def set_attr(self, attr_name, value, indices=None):
        raise NotImplementedError

    def env_method(self, method_name, *args, indices=None, **kwargs):
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * COPIES


def learner(name, bandit, **changes):
    """An untrained learner of a plan, on a bandit; it looks at no safe policy by itself."""
    changes = {"hyper_parameters": LEARNER | changes.pop("hyper_parameters", {}), **changes}
    plan = load("training", name, changes)
    set_random_seed(0)
    algorithm = imported(ALGORITHMS[plan.algorithm].where)
    env = VecNormalize(bandit, gamma=plan.hyper_parameters.gamma, norm_obs=False)
    network = {"net_arch": [8], "log_std_init": -1.0}
    keywords = plan.hyper_parameters.model_dump()
    own = {} if name == "ppo" else {"plan": plan, "safe_action": np.zeros(1, np.float32)}
    model = algorithm("MlpPolicy", env, device="cpu", policy_kwargs=network, **keywords, **own)
    model.prepare = lambda: None
    model.set_logger(Logger(None, []))
    return model


def choice(model, number=0, first=0.0):
    """The most likely action."""
    seen = np.array([[number, first]], np.float32)
    return float(model.policy.predict(seen, deterministic=True)[0][0, 0])
