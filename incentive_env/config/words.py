"""Units and meanings of the true figures, and of the outcomes of a run."""

from typing import NamedTuple

from incentive_env.config.channels import CHANNELS


class Meaning(NamedTuple):
    """A figure's unit, and what it is."""

    unit: str
    meaning: str


TRUE_FIGURES: dict[str, Meaning] = {
    "loyalty": Meaning(
        "points", "100 × (promoters − detractors − slots left by wronged customers) / all slots; the goal"
    ),
    "nps": Meaning("points", "promoters minus detractors among all customers, not only those surveyed"),
    "conversion": Meaning("share", "sales / calls, whatever the file says"),
    "profit": Meaning("€/period", "income minus expenses"),
    "profit_per_customer": Meaning("€/customer/year", "profit per real customer"),
    "wellbeing": Meaning("points", "the reps' own loyalty to their job, from motivation and strain"),
    "gaming_share": Meaning("share", "calls and contacts that were gamed in any way"),
    "trust": Meaning("0 … 1", "mean trust of customers in the firm"),
    "irritation": Meaning("0 … 1.5", "mean irritation of customers"),
    "satisfaction": Meaning("0 … 1", "mean satisfaction of customers"),
    "debt": Meaning("1", "mean of promised minus delivered that customers have not yet discovered"),
    "left_wronged": Meaning("share", "slots that a wronged customer left; they count as detractors"),
    "norm": Meaning("share", "gaming that reps see around them"),
    "strain": Meaning("0 … 1.5", "mean strain of reps"),
    "motivation": Meaning("0 … 1.5", "mean motivation of reps; 1 is full"),
    "care": Meaning("1", "mean care with which reps work; 1 is usual"),
    "know_how": Meaning("0 … 1", "mean know-how of gaming, over reps and channels"),
    "first_time_fixed": Meaning("share", "answered contacts that were really fixed"),
    **{f"gaming_{name}": Meaning(f"share of {row.share_of}", row.case) for name, row in CHANNELS.items()},
}


class Outcome(NamedTuple):
    """How a figure of a whole run is shown."""

    label: str
    unit: str
    factor: float  # from the evaluator's unit to this
    decimals: int


# By their names in `incentive_env.studies.evaluate.Evaluation`.
OUTCOMES: dict[str, Outcome] = {
    "loyalty": Outcome("long-term loyalty", "points", 1.0, 1),
    "conversion": Outcome("recorded conversion", "share", 1.0, 3),
    "nps": Outcome("measured NPS", "points", 1.0, 1),
    "profit": Outcome("profit", "€/week", 1.0, 0),
    "gaming": Outcome("gaming share", "%", 100.0, 1),
    "wellbeing": Outcome("reps' own loyalty", "points", 1.0, 1),
    "survived": Outcome("volume left", "%", 100.0, 1),
}
