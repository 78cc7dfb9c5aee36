"""What the levers, the true figures, the gaming channels and the outcomes of a run are, in words for people."""

from typing import NamedTuple


class Lever(NamedTuple):
    """A lever in two phrases."""

    does: str
    costs: str  # how it is gamed, or what it costs


class Meaning(NamedTuple):
    """A figure's unit, and what it is."""

    unit: str
    meaning: str


LEVERS: dict[str, Lever] = {
    "base_pay": Lever(
        "security: a fair wage is returned in effort, scruples and staying",
        "asks for nothing in return, and is the largest bill; below the fair wage people feel entitled to game, and go",
    ),
    "commission": Lever(
        "pays for recorded conversion: more effort, more sales",
        "pressed, half-told and over-promised sales, calls filed without notes, less motivation of one's own; it draws "
        "applicants who count on selling that way",
    ),
    "target": Lever(
        "the quota of the period, 0 is none; hard but within reach, it adds effort",
        "with pressure behind it: refusals booked as call-backs or left off the record, pressed sales, most of all at "
        "the period's end; out of reach it discourages",
    ),
    "pressure": Lever(
        "how severe it is to miss the target, up to dismissal; nothing without one",
        "gaming for the target, strain, absence and exits; before a sure miss people hide from customers who say no",
    ),
    "activity_pay": Lever(
        "pays for each call or contact on file: productivity, at once",
        "no time for notes; a refusal booked as a call-back is paid too; contacts are cut short and ticked off",
    ),
    "survey_bonus": Lever(
        "pays for the rep's own measured NPS; a reason to do less harm",
        "surveys are steered: only happy customers are asked, and begged for a ten",
    ),
    "retention_pay": Lever(
        "pays for sales still held after 13 weeks: loyalty that is real, and care after the sale",
        "the hardest to game, for manipulated sales rarely last; but late, so that the impatient and the cautious "
        "count little on it; lost when the rep goes",
    ),
    "audit": Lever(
        "calls are listened to; what gives itself away may end in a sanction, and in the end in dismissal",
        "the listening, motivation, and strain, of the honest most; hears nothing of notes that were not written",
    ),
    "coaching": Lever(
        "skill, a faster start, and conscience, building up over months",
        "the coach, and hours away from the telephone",
    ),
    "autonomy": Lever(
        "a say in how to work: motivation, less strain, a better offer to applicants",
        "lets opportunists get away with more, the more of it the faster",
    ),
    "research": Lever(
        "looks for causes: a report that is less noisy and less late, a conduct index that means something, coaching "
        "that aims better",
        "its price, and knowledge takes months",
    ),
}

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
    "gaming_pressure": Meaning("share of calls", "customers were pressed"),
    "gaming_withhold": Meaning("share of calls", "information was withheld"),
    "gaming_false_promise": Meaning("share of calls", "more was promised than is delivered"),
    "gaming_disparage": Meaning("share of calls", "competitors were talked down"),
    "gaming_callback": Meaning("share of calls", "a refusal went on file as a call-back"),
    "gaming_unlogged": Meaning("share of calls", "a refusal went on no file"),
    "gaming_empty_log": Meaning("share of calls", "the call was filed without notes"),
    "gaming_survey": Meaning("share of calls", "the survey was steered: whom to ask, and for a ten"),
    "gaming_rushed": Meaning("share of contacts", "an inbound contact was cut short and ticked off as fixed"),
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
