"""About how much work a training plan is: for the time that is left, and to begin with what takes longest."""

from agents.training.plans import GradientPlan, Plan, RandomSearchPlan, SACPlan

# What a decision costs beside one of PPO, about.
_EFFORT = {"recurrent_ppo": 2.5, "sac": 4.0, "tqc": 7.0, "anchored_ppo": 1.1}


def cost_of(plan: Plan | None, decisions: int) -> float:
    """Cost of a plan, in decisions of PPO.

    Args:
        plan: ``None`` where nothing is trained.
        decisions: of an episode.
    """
    if plan is None:
        return 0.0
    if isinstance(plan, GradientPlan):
        steps = plan.hyper_parameters.gradient_steps / 8 if isinstance(plan, SACPlan) else 1.0
        return plan.total_timesteps * _EFFORT.get(plan.algorithm, 1.0) * steps
    candidates = plan.candidates if isinstance(plan, RandomSearchPlan) else plan.generations * plan.population
    return 0.5 * candidates * plan.floors * decisions
