"""What the true figures and the outcomes of a run are, in words for people."""

from typing import NamedTuple

from incentive_env.config.channels import CHANNELS


class Meaning(NamedTuple):
    """A figure's unit, and what it is."""

    unit: str
    meaning: str


TRUE_FIGURES: dict[str, Meaning] = {
    "loyalty": Meaning("points", "100 × (promoters − detractors − slots left by the wronged) / all slots; what counts"),
    "nps": Meaning("points", "promoters minus detractors among all customers, not only those who are asked"),
    "conversion": Meaning("share", "sales / calls, whatever is on file"),
    "profit": Meaning("€/period", "what comes in minus what goes out"),
    "profit_per_customer": Meaning("€/customer/year", "the same for each real customer"),
    "wellbeing": Meaning("points", "the reps' own loyalty to their job, from motivation and strain"),
    "gaming_share": Meaning("share", "of calls and contacts that were gamed in any way"),
    "trust": Meaning("0 … 1", "of customers in the firm, their mean"),
    "irritation": Meaning("0 … 1.5", "of customers, their mean"),
    "satisfaction": Meaning("0 … 1", "of customers, their mean"),
    "debt": Meaning("1", "promised to customers minus delivered, and not yet discovered; their mean"),
    "left_wronged": Meaning("share", "of slots that a wronged customer left; they count as detractors"),
    "norm": Meaning("share", "of gaming that reps see around them"),
    "strain": Meaning("0 … 1.5", "of reps, their mean"),
    "motivation": Meaning("0 … 1.5", "of reps, their mean; 1 is full"),
    "first_time_fixed": Meaning("share", "of answered contacts that were fixed in truth"),
    **{f"gaming_{name}": Meaning(f"share of {row.share_of}", row.case) for name, row in CHANNELS.items()},
}


class Outcome(NamedTuple):
    """How a figure of a whole run is told."""

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
