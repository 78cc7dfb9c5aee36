"""Linear contracts whose optimum is known in closed form: what a learner should find, and what gaming does to it."""

from incentive_env.theory.contracts import PROBLEMS, Distorted, Gaming, Multitask, SingleTask
from incentive_env.theory.env import LENEnv
from incentive_env.theory.problem import Problem, Response
from incentive_env.theory.two_period import TwoPeriod

__all__ = ["PROBLEMS", "Distorted", "Gaming", "LENEnv", "Multitask", "Problem", "Response", "SingleTask", "TwoPeriod"]
