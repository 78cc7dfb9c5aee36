"""Reward terms and their weights. A preset is a full list of weights: a missing one is an error, never zero."""

from incentive_env.config.fields import REQUIRED, Section, number


class Horizon(Section):
    """Time, in weeks and decisions."""

    decision_weeks: int = number(4, 1, 52, "weeks", "length of a decision, and of the quota period")
    decisions: int = number(39, 1, 1000, "decisions", "decisions per episode, which is then truncated")
    scored_weeks: int = number(52, 1, 520, "weeks", "at the end of the episode; true loyalty in them is the score")
    burn_in_weeks: int = number(12, 0, 520, "weeks", "weeks under the neutral scheme before the episode")

    @property
    def episode_weeks(self) -> int:
        """Length of an episode."""
        return self.decisions * self.decision_weeks

    @property
    def scored_from(self) -> int:
        """Weeks of an episode before those that give the score."""
        return self.episode_weeks - self.scored_weeks


class Weights(Section):
    """Weights of the reward terms.

    Each term is about 0 on a usual floor, so keeping a floor alive has no value by itself. The difference between a bad
    and a good scheme is about one unit.
    """

    conversion: float = number(REQUIRED, -100.0, 100.0, "1", "recorded conversion above 20 points, per 10 points")
    survey: float = number(REQUIRED, -100.0, 100.0, "1", "measured NPS, per 100 points")
    service: float = number(REQUIRED, -100.0, 100.0, "1", "service level above 70 points, per 50 points")
    profit: float = number(REQUIRED, -100.0, 100.0, "1", "profit, per 10 € per real customer and year")
    loyalty: float = number(REQUIRED, -100.0, 100.0, "1", "true loyalty, per 100 points")
    wellbeing: float = number(REQUIRED, -100.0, 100.0, "1", "reps' own loyalty, per 100 points")


def _preset(*weights: float) -> Weights:
    return Weights(**dict(zip(Weights.model_fields, weights, strict=True)))


class Rewards(Section):
    """Presets, chosen by name at ``gym.make(..., reward=NAME)``."""

    # Weights of conversion, survey, service, profit, loyalty, wellbeing.
    conversion: Weights = _preset(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    survey: Weights = _preset(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    service: Weights = _preset(0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    profit: Weights = _preset(0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    loyalty: Weights = _preset(0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    balanced: Weights = _preset(0.0, 0.0, 0.0, 0.5, 1.0, 0.25)
