"""Policies that need no learning library: fixed schemes, linear feedback, trained networks; by name or from a file."""

from incentive_env.policies.files import PolicyError, found_for, shipped
from incentive_env.policies.fixed import FIXED, FixedPolicy, NamedScheme, Policy, RandomPolicy
from incentive_env.policies.registry import NAMES, load_policy, unknown_policy

__all__ = [
    "FIXED", "NAMES", "FixedPolicy", "NamedScheme", "Policy", "PolicyError", "RandomPolicy", "found_for", "load_policy",
    "shipped", "unknown_policy",
]  # fmt: skip
