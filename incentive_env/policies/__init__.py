"""Policies that need no learning library: fixed schemes, linear feedback, trained networks; by name or from a file."""

from incentive_env.policies.contract import Acting, Context, Policy, PolicyLike
from incentive_env.policies.files import PolicyError, as_policy, found_for, load_policy, shipped, unknown_policy
from incentive_env.policies.fixed import FIXED, NAMES, FixedPolicy, NamedScheme, RandomPolicy

__all__ = [
    "FIXED", "NAMES", "Acting", "Context", "FixedPolicy", "NamedScheme", "Policy", "PolicyError", "PolicyLike",
    "RandomPolicy", "as_policy", "found_for", "load_policy", "shipped", "unknown_policy",
]  # fmt: skip
