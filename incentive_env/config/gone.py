"""Keys and names that earlier versions had, and what took their place: for the errors of those who still use them."""

from fnmatch import fnmatchcase

# Patterns of dotted keys of the configuration, names of what a policy sees, kinds of policies, and plans.
_GONE: dict[str, str] = {
    "horizon.run_off_weeks": "the policy manages to the end, and the last weeks of the episode are scored: use "
    "horizon.scored_weeks",
    "rewards.*.run_off": "nothing follows the episode that a reward could hold; learners bootstrap at its end: leave "
    "it out",
    "oracle": "what sees the true state is no bound: the plan is called ppo_state, the kind of linear feedback "
    "state_feedback",
    "time_left": "a manager is not shown when the episode ends: leave it out",
}


def why_gone(key: str) -> str | None:
    """What to do instead of using a key or name that is gone; ``None`` where it never existed."""
    return next((advice for pattern, advice in _GONE.items() if fnmatchcase(key, pattern)), None)
