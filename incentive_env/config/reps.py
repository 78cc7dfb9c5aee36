"""The salesforce: who the reps are, how they decide, and how work changes them."""

from typing import Literal

from incentive_env.config.fields import PROTOTYPE, TUNED, Section, by_hand, fitted, number, switch


class Salesforce(Section):
    """Size, hours and traits of the reps."""

    reps: int = number(12, 1, 1000, "reps", "seats on the floor, each with a book of customer slots")
    weekly_hours: float = number(38.0, 8.0, 60.0, "hours/week", "contract hours")
    ability_sd: float = number(1.0, 0.0, 3.0, "1", "spread of ability between reps (mean 0)")
    honesty_mean: float = number(0.66, 0.05, 0.95, "share", "mean honesty of applicants in this labor market")
    honesty_spread: float = number(0.5, 0.0, 3.0, "logit", "spread of honesty between applicants", by_hand())
    risk_aversion: float = number(0.35, 0.0, 1.0, "share", "mean discount of uncertain pay")
    patience: float = number(0.72, 0.0, 1.0, "share", "mean present value of a euro in 13 weeks")
    loss_aversion: float = number(
        1.69, 1.0, 4.0, "1", "weight of a shortfall at the quota against a surplus", "Tversky & Kahneman 1992 find 2.25"
    )
    trait_spread: float = number(0.15, 0.0, 0.5, "1", "spread of risk aversion, patience and loss aversion")
    expected_calls: float = number(10.0, 0.1, 200.0, "calls/week", "recorded simulated calls that an applicant expects")
    expected_conversion: float = number(0.18, 0.0, 1.0, "share", "recorded conversion that an applicant expects")
    expected_contacts: float = number(0.8, 0.0, 200.0, "contacts/week", "inbound contacts that an applicant expects")
    expected_fixed: float = number(0.8, 0.0, 1.0, "share", "share of contacts that an applicant expects to fix")
    temper_sd: float = number(0.14, 0.0, 0.5, "1", "spread of intrinsic motivation between reps", PROTOTYPE)


class Rationality(Section):
    """How well reps reason, for tests of which result needs which behavior."""

    mode: Literal["logit", "best_response", "naive"] = "logit"
    learning: bool = switch(True, "experience makes tactics attractive, including habits from before the opening")
    best_response_temperature: float = number(0.02, 1e-4, 1.0, "1", "factor on temperatures in mode best_response")


class Quota(Section):
    """The measure to which the target of the scheme refers."""

    counts: Literal["conversion", "first_time_fixed"] = "conversion"


class Decision(Section):
    """The perceived pay-off of a choice, € per real conversation unless the unit says otherwise."""

    temperature: float = number(0.9838, 0.01, 50.0, "€", "noise of the choice of a tactic", fitted())
    pride: float = number(4.663, 0.0, 100.0, "€/sale", "intrinsic value of an honest sale to a motivated rep", fitted())
    pride_unmotivated: float = number(0.5, 0.0, 5.0, "1", "pride is proportional to motivation plus this")
    commission_risk: float = number(0.5, 0.0, 1.0, "share", "share of risk aversion that applies to commission")
    least_fairness: float = number(0.2, 0.0, 1.0, "share", "share of conscience that remains at the worst pay")
    stake: float = number(125.1, 0.0, 5000.0, "€/sale", "value of reaching the quota under full pressure", fitted())
    period_discount: float = number(
        0.3006, 0.01, 1.0, "1/week", "present bias toward the end of the period", fitted("direction: Oyer 1998")
    )
    survey_reach: float = number(0.012, 0.0, 1.0, "1", "survey bonus at risk per unit of harm done", PROTOTYPE)
    sanction_fear: float = number(50.0, 0.0, 5000.0, "€", "perceived cost of a sanction", by_hand())
    conscience: float = number(19.72, 0.0, 500.0, "€", "moral cost of full harm to an honest rep", fitted())
    norm_erosion: float = number(
        0.7662, 0.0, 1.0, "share", "conscience lost when everybody games", fitted("direction: Gallen et al. 2016")
    )
    norm_midpoint: float = number(0.4251, 0.05, 1.0, "share", "norm at which half of norm_erosion is reached", fitted())
    norm_steepness: float = number(3.398, 1.0, 10.0, "1", "steepness of that loss around the midpoint", fitted())
    entitlement: float = number(
        2.0,
        0.0,
        2.0,
        "1",
        "conscience lost per unit of log base pay below the fair wage",
        by_hand("direction: Greenberg 1990"),
    )
    coached_conscience: float = number(0.5, 0.0, 5.0, "1", "conscience gained per unit of coaching stock", PROTOTYPE)
    opportunity: float = number(2.5, 0.0, 100.0, "€", "gain of an opportunist under full autonomy", TUNED)
    aftercare_scale: float = number(
        5.0, 0.1, 100.0, "€", "deferred pay at which a rep takes 63 % of the possible care after a sale"
    )
    idle_time_value: float = number(0.3, 0.0, 50.0, "€/call", "value of the time of one call under flat pay")
    speed_salience: float = number(0.15, 0.0, 1.0, "share", "share of commission that a rep attributes to saved time")


class Recording(Section):
    """Choices about records and surveys; € per real conversation."""

    temperature: float = number(0.8, 0.01, 50.0, "€", "noise of recording and survey choices", PROTOTYPE)
    logging_effort: float = number(0.2, 0.0, 10.0, "€", "nuisance of filing a refusal", PROTOTYPE)
    callback_effort: float = number(1.0, 0.0, 10.0, "€", "nuisance of having to call again", PROTOTYPE)
    unlogged_effort: float = number(0.4, 0.0, 10.0, "€", "unease about a missing record", PROTOTYPE)
    callback_harm: float = number(0.3191, 0.0, 2.0, "harm", "moral harm of a misbooked refusal", fitted())
    unlogged_harm: float = number(0.3807, 0.0, 2.0, "harm", "moral harm of an unlogged refusal", fitted())
    callback_detectability: float = number(0.35, 0.0, 1.0, "share", "probability that an audited call reveals it")
    unlogged_detectability: float = number(0.25, 0.0, 1.0, "share", "probability that an audited call reveals it")
    notes_temperature: float = number(0.10, 0.005, 10.0, "€", "noise of the habit of writing notes")
    notes_time: float = number(0.12, 0.0, 0.5, "share of call", "time that writing notes takes")
    notes_tedium: float = number(0.06, 0.0, 5.0, "€", "dislike of writing notes")
    notes_conscience: float = number(0.75, 0.0, 10.0, "€", "unease of an honest rep about an empty log", by_hand())
    survey_gain: float = number(0.017, 0.0, 1.0, "1", "survey bonus gained by steering a survey")
    survey_harm: float = number(0.02, 0.0, 2.0, "harm", "moral harm of steering a survey", by_hand())
    survey_unease: float = number(3.8, 0.0, 10.0, "€", "awkwardness of asking for a ten", by_hand())
    survey_detectability: float = number(0.3, 0.0, 1.0, "share", "probability that an audited call reveals it")
    rush_harm: float = number(0.10, 0.0, 2.0, "harm", "moral harm of marking an unfixed contact as fixed")
    rush_unease: float = number(0.3, 0.0, 10.0, "€", "awkwardness of getting rid of a customer")
    rush_detectability: float = number(0.4, 0.0, 1.0, "share", "probability that an audited contact reveals it")


class Effort(Section):
    """Share of the available time that is worked; the rest is breaks."""

    resting: float = number(0.2493, 0.0, 1.0, "share", "effort without motivation or marginal pay", fitted())
    motivation: float = number(0.5312, 0.0, 2.0, "share", "effort per unit of motivation", fitted())
    marginal_pay: float = number(0.1242, 0.0, 1.0, "share/€", "effort per euro earned by one more call", fitted())
    activity_salience: float = number(
        3.3, 0.0, 10.0, "1", "weight of pay per call, which is immediate and certain, relative to other pay"
    )
    fear_of_noes: float = number(0.10, 0.0, 1.0, "share", "effort lost to breaks when a missed target is near")
    gift: float = number(0.12, 0.0, 2.0, "share", "effort returned for base pay above the fair wage", "Akerlof 1982")
    goal: float = number(
        0.10, 0.0, 1.0, "share", "effort added by a hard but attainable goal", "direction: Locke & Latham 1990"
    )
    discouragement: float = number(
        0.08, 0.0, 1.0, "share", "effort lost to an unattainable goal", "direction: Locke & Latham 1990"
    )
    strain: float = number(0.12, 0.0, 5.0, "1", "effort lost per unit of strain above strain_usual", by_hand())
    ceiling: float = number(1.2, 0.5, 2.0, "share", "maximum effort of a rep, including unpaid overtime", PROTOTYPE)


class Learning(Section):
    """Experience-weighted attraction (Camerer & Ho 1999): what reps learn from trying a tactic."""

    forgetting: float = number(0.06, 0.0, 1.0, "1/week", "attraction that fades each week")
    step: float = number(0.10, 0.0, 1.0, "1", "change of attraction per euro of surprise per call")
    anger_cost: float = number(2.0, 0.0, 50.0, "€", "cost of an angry call to the rep")
    sanction_shock: float = number(1.5, 0.0, 50.0, "€", "attraction lost by a used tactic after a sanction")
    gaming_memory: float = number(8.0, 1.0, 104.0, "weeks", "time over which a rep's own gaming is averaged")
    expectation_rate: float = number(0.10, 0.0, 1.0, "1/week", "weight of the latest week in a usual week")
    norm_rate: float = number(0.10, 0.0, 1.0, "1/week", "speed at which the norm follows the conduct of colleagues")
    norm_deterrence: float = number(4.0, 0.0, 20.0, "1", "share of norm lost per share of reps sanctioned in a week")


class Motivation(Section):
    """Levels at which motivation and strain settle, and how fast they change (1 is full)."""

    rate: float = number(0.08, 0.0, 1.0, "1/week", "speed at which motivation changes", PROTOTYPE)
    resting: float = number(0.55, 0.0, 1.5, "1", "motivation without autonomy or control", PROTOTYPE)
    autonomy: float = number(
        0.3042, 0.0, 2.0, "1", "motivation gained under full autonomy", fitted("direction: Bloom et al. 2015")
    )
    honest_work: float = number(0.12, 0.0, 2.0, "1", "motivation gained by honest work", PROTOTYPE)
    coaching: float = number(0.05, 0.0, 2.0, "1", "motivation gained under a full coaching stock")
    fair_wage: float = number(0.10, 0.0, 2.0, "1", "motivation gained per unit of log base pay above the fair wage")
    pressure: float = number(0.04, 0.0, 2.0, "1", "motivation lost under full pressure", PROTOTYPE)
    audit: float = number(0.3736, 0.0, 10.0, "1", "motivation lost if every call is audited", fitted())
    contingent: float = number(
        0.02726,
        0.0,
        1.0,
        "1",
        "motivation lost as soon as any pay is contingent",
        fitted("direction: Deci, Koestner & Ryan 1999"),
    )
    contingent_share: float = number(
        0.08926,
        0.0,
        1.0,
        "1",
        "motivation lost per unit of the contingent share of pay",
        fitted("direction: Deci, Koestner & Ryan 1999"),
    )
    guilt: float = number(0.13, 0.0, 2.0, "1", "motivation lost by an honest rep who always games", PROTOTYPE)
    scheme_change: float = number(0.10, 0.0, 2.0, "1", "lost at once if every lever moves over its range", PROTOTYPE)
    content: float = number(0.60, 0.0, 1.5, "1", "motivation at which a rep's own loyalty is neutral")
    content_range: float = number(0.30, 0.01, 2.0, "1", "motivation above content that makes a promoter")
    strained_range: float = number(0.50, 0.01, 2.0, "1", "strain above strain_usual that makes a detractor")
    strain_usual: float = number(0.25, 0.0, 1.5, "1", "strain at which effort, quits and loyalty are neutral")
    strain_up: float = number(0.15, 0.0, 1.0, "1/week", "speed at which strain builds", PROTOTYPE)
    strain_down: float = number(0.04, 0.0, 1.0, "1/week", "speed at which strain recovers, about four times slower")
    strain_base: float = number(0.15, 0.0, 1.0, "1", "strain of quiet work", PROTOTYPE)
    strain_pressure: float = number(0.1341, 0.0, 3.0, "1", "strain under full pressure and a certain miss", fitted())
    strain_threat: float = number(0.3, 0.0, 1.0, "share", "share of that if no miss is near")
    strain_anger: float = number(0.60, 0.0, 5.0, "1", "strain if every call is with an angry customer", PROTOTYPE)
    strain_audit: float = number(
        1.842,
        0.0,
        5.0,
        "1",
        "strain if every call is audited",
        fitted("direction: Ravid et al. 2023; Siegel et al. 2022"),
    )
    strain_audit_honesty: float = number(
        0.1, 0.0, 1.0, "share", "share of that strain that affects only honest reps", by_hand()
    )
    strain_workload: float = number(0.25, 0.0, 3.0, "1", "strain if inbound work fills all the time")
    strain_hiding: float = number(0.2, 0.0, 3.0, "1", "strain of a rep who always games and has to hide it", by_hand())
    strain_autonomy: float = number(0.2, 0.0, 1.0, "1", "strain relieved by full autonomy", by_hand())


class Skill(Section):
    """Skill is a term of the buying logit."""

    ability: float = number(0.3142, 0.0, 2.0, "logit", "skill per unit of ability", fitted())
    newcomer: float = number(0.75, 0.0, 3.0, "logit", "skill a newcomer still lacks", PROTOTYPE)
    learning_rate: float = number(0.09, 0.0, 1.0, "1/week", "speed of learning the job: 26 weeks", PROTOTYPE)
    coached_learning: float = number(2.0, 0.0, 10.0, "1", "extra speed of learning the job under a full coaching stock")
    coaching: float = number(
        0.1214, 0.0, 2.0, "logit", "skill of a full coaching stock", fitted("direction: De Grip & Sauermann 2012")
    )
    coaching_hours: float = number(2.0, 0.1, 40.0, "hours/week", "hours that give 63 % of a full stock", PROTOTYPE)
    coaching_rate: float = number(0.0562, 0.0, 1.0, "1/week", "speed at which coaching builds up and fades", fitted())
    knowledge: float = number(1.0, 0.0, 5.0, "1", "gain of coaching if research shows what matters")


class Workforce(Section):
    """Absence, quits, sanctions, dismissals and hiring."""

    absence_base: float = number(0.045, 0.0, 0.5, "share", "absence of a rep without strain", "field: 5–9 % of hours")
    absence_strain: float = number(0.12, 0.0, 2.0, "share", "absence per unit of strain")
    quit_log_hazard: float = number(-5.118, -12.0, 0.0, "log 1/week", "quits at usual strain and pay", fitted())
    quit_strain: float = number(1.7, 0.0, 10.0, "1", "log hazard per unit of strain", PROTOTYPE)
    quit_motivation: float = number(2.644, 0.0, 10.0, "1", "log hazard per unit of motivation", fitted())
    quit_pay: float = number(3.539, 0.0, 20.0, "1", "log hazard per unit of log pay", fitted())
    outside_pay: float = number(600.0, 50.0, 5000.0, "€/week", "outside pay for average ability", PROTOTYPE)
    outside_ability: float = number(0.08, 0.0, 1.0, "1", "log outside pay per unit of ability", TUNED)
    escalation: float = number(0.0063, 0.0, 1.0, "share", "share of detected cases that lead to a sanction", fitted())
    sanction_fine: float = number(40.0, 0.0, 5000.0, "€", "fine of a sanction")
    gaming_rep: float = number(0.40, 0.0, 1.0, "share", "share of recent calls above which a rep counts as gaming")
    sanction_memory: float = number(0.96, 0.0, 1.0, "1/week", "share of the record of sanctions kept each week")
    sanction_dismissal: float = number(0.35, 0.0, 1.0, "share", "probability of dismissal per earlier sanction")
    miss_dismissal: float = number(
        0.06, 0.0, 1.0, "1/period", "dismissals for a total miss at full pressure", by_hand()
    )
    vacancy_weeks: int = number(4, 0, 52, "weeks", "time to fill a seat")
    hiring_cost: float = number(3500.0, 0.0, 100_000.0, "€", "search, training and equipment of one hire", "field")
    applicants: int = number(8, 1, 64, "people", "applicants who see an offer", PROTOTYPE)
    offer_scale: float = number(44.83, 1.0, 1000.0, "€/week", "pay difference that an applicant notices", fitted())
    offer_pressure: float = number(
        110.0, 0.0, 1000.0, "€/week", "extra pay that an honest, cautious applicant wants for full pressure"
    )
    offer_autonomy: float = number(50.0, 0.0, 1000.0, "€/week", "pay that an applicant would give up for full autonomy")
    offer_gaming: float = number(0.8, 0.0, 3.0, "logit", "rise in sales that a completely dishonest applicant expects")
