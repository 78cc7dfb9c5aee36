"""The customers: how they buy, how they feel about the firm, and what they say in surveys and to friends."""

from incentive_env.config.channels import TACTICS
from incentive_env.config.fields import PROTOTYPE, TUNED, Section, by_hand, fitted, number


class Market(Section):
    """Size of the books, and need."""

    slots: int = number(50, 1, 1000, "slots/rep", "customer slots in a rep's book; a slot is a customer or vacant")
    customers_per_slot: int = number(10, 1, 1000, "people/slot", "identical customers that a slot represents")
    products: int = number(3, 1, 8, "products", "cross-sold: telephone, television, internet")
    need_mean: float = number(0.62, 0.0, 1.5, "1", "level to which need returns", PROTOTYPE)
    need_sd: float = number(0.18, 0.0, 1.0, "1", "spread of that level between customers and products", PROTOTYPE)
    need_rate: float = number(0.080, 0.0, 1.0, "1/week", "speed at which need returns", TUNED)
    need_after_sale: float = number(0.15, 0.0, 1.0, "share", "share of need that remains after a sale", PROTOTYPE)
    held_at_start: float = number(0.40, 0.0, 1.0, "share", "share of products held when the floor opens")
    filled_at_start: float = number(0.92, 0.0, 1.0, "share", "share of slots with a customer when the floor opens")


class Tactic(Section):
    """The effect of a tactic in a call: on the sale now and on the customer later."""

    lift: float = number(0.0, 0.0, 5.0, "logit", "added to the logit of a sale", PROTOTYPE)
    harm: float = number(0.0, 0.0, 1.0, "harm", "moral harm as perceived by the rep", PROTOTYPE)
    debt: float = number(0.0, 0.0, 2.0, "debt", "expectation debt of a sale: promised minus delivered", PROTOTYPE)
    irritation: float = number(0.0, 0.0, 1.0, "1", "irritation added by the call", TUNED)
    trust_gain: float = number(0.0, 0.0, 1.0, "share of 1 − trust", "trust gained by the call", PROTOTYPE)
    trust_loss: float = number(0.0, 0.0, 1.0, "1", "trust lost by the call", PROTOTYPE)
    believed_kept: float = number(0.88, 0.0, 1.0, "share", "share of sales that the rep believes will be held", TUNED)
    detectability: float = number(0.0, 0.0, 1.0, "share", "probability that an audited call reveals it", PROTOTYPE)
    time: float = number(1.0, 0.2, 5.0, "share", "length of the call, relative to an honest one", PROTOTYPE)
    cooling_off: float = number(0.10, 0.0, 1.0, "share", "share of sales canceled in the cooling-off", PROTOTYPE)


class Tactics(Section):
    """The tactics, in the order of the code."""

    honest: Tactic = Tactic(trust_gain=0.05, cooling_off=0.025)
    pressure: Tactic = Tactic(
        lift=0.84, harm=0.53, debt=0.19, irritation=0.11, trust_loss=0.067, believed_kept=0.35,
        detectability=0.5, time=1.23, cooling_off=0.157,
    )  # fmt: skip
    withhold: Tactic = Tactic(
        lift=0.63, harm=0.82, debt=0.68, irritation=0.02, trust_loss=0.01, believed_kept=0.40,
        detectability=0.4, time=0.9,
    )  # fmt: skip
    false_promise: Tactic = Tactic(
        lift=1.06, harm=0.77, debt=0.99, irritation=0.02, believed_kept=0.15, detectability=0.6
    )
    disparage: Tactic = Tactic(
        lift=0.50, harm=0.45, debt=0.25, irritation=0.07, trust_loss=0.03, believed_kept=0.45, detectability=0.5
    )


if tuple(Tactics.model_fields) != TACTICS:
    raise ValueError(
        f"tactics: the section must hold {', '.join(TACTICS)}, as the rows of channels have them, "
        f"got {', '.join(Tactics.model_fields)}"
    )


class Calls(Section):
    """Time of a call and the buying logit."""

    handle_time: float = number(300.0, 10.0, 3600.0, "s", "talk and wrap-up of one conversation", "field: 240–360 s")
    search_time: float = number(330.0, 0.0, 3600.0, "s", "dialing and waiting before one conversation")
    usual_effort: float = number(0.7, 0.0, 2.0, "share", "effort at which diligence neither helps nor hurts")
    diligence: float = number(0.6, 0.0, 10.0, "logit", "gain per unit of the rep's effort above usual_effort")
    missing_log_time: float = number(0.15, 0.0, 2.0, "share", "extra length if everything is asked again")
    skill_time: float = number(0.10, 0.0, 1.0, "share/logit", "reduction of call length per unit of skill")
    intercept: float = number(-3.3, -10.0, 5.0, "logit", "logit of buying without need at usual trust", fitted())
    need: float = number(2.7, 0.0, 10.0, "logit", "gain per unit of need", PROTOTYPE)
    trust: float = number(2.537, 0.0, 10.0, "logit", "gain per unit of trust above the usual", fitted())
    irritation: float = number(1.213, 0.0, 10.0, "logit", "loss per unit of irritation", fitted())
    competence: float = number(
        0.8, 0.0, 5.0, "1/logit", "rise of the satisfaction that an honest call gives, per unit of skill", by_hand()
    )
    true_callback: float = number(0.5, 0.0, 5.0, "logit", "gain with a customer who asked to be called back", PROTOTYPE)
    misbooked_callback: float = number(0.5, 0.0, 5.0, "logit", "loss with a customer who had refused", PROTOTYPE)
    missing_log: float = number(0.15, 0.0, 5.0, "logit", "loss if everything is asked again", TUNED)
    competitor: float = number(0.30, 0.0, 5.0, "logit", "loss while a competitor courts the customers")
    undecided: float = number(0.18, 0.0, 1.0, "share", "non-buyers who really ask to be called back", "field: 10–25 %")
    repeat_irritation: float = number(0.05, 0.0, 1.0, "1", "irritation from a call right after the last one")
    repeat_weeks: float = number(2.5, 0.1, 52.0, "weeks", "time in which that effect fades")
    misbooked_irritation: float = number(0.10, 0.0, 1.0, "1", "irritation from an unwanted call-back")
    missing_log_irritation: float = number(0.05, 0.0, 1.0, "1", "irritation from having to repeat everything")
    do_not_call_base: float = number(0.006, 0.0, 1.0, "share", 'share of refusals that end in "never call me again"')
    do_not_call_irritation: float = number(
        0.1457, 0.0, 1.0, "1", "the same per unit of irritation", fitted("field: 2–7 % pressed")
    )
    do_not_call_expiry: float = number(0.02, 0.0, 1.0, "1/week", "rate at which do-not-call expires")
    angry_level: float = number(0.35, 0.0, 1.0, "1", "irritation above which a call is angry")


class Customers(Section):
    """Customers' feelings, week by week, and their actions."""

    trust_rate: float = number(0.019, 0.0, 1.0, "1/week", "speed at which trust returns", PROTOTYPE)
    trust_level: float = number(0.55, 0.0, 1.0, "1", "level to which trust returns", by_hand())
    irritation_kept: float = number(0.90, 0.0, 1.0, "1/week", "irritation kept from week to week", PROTOTYPE)
    satisfaction_rate: float = number(0.08, 0.0, 1.0, "1/week", "speed at which satisfaction returns", by_hand())
    satisfaction_level: float = number(0.5, 0.0, 1.0, "1", "level to which satisfaction returns", by_hand())
    honest_call_unmotivated: float = number(0.4, 0.0, 5.0, "1", "honest_call counts times motivation plus this")
    least_reputation: float = number(0.2, 0.0, 1.0, "share", "share of leads that remain at the worst reputation")
    neglect: float = number(0.25, 0.0, 1.0, "1", "fall of the satisfaction level of a fully neglected customer")
    neglect_weeks: float = number(52.0, 1.0, 520.0, "weeks", "time without contact until a customer is fully neglected")
    honest_call: float = number(0.17, 0.0, 1.0, "1", "satisfaction gained by an honest call", by_hand())
    product_fault: float = number(0.02, 0.0, 1.0, "1/week", "satisfaction lost during a product fault")
    aftercare: float = number(0.10, 0.0, 1.0, "share", "dissatisfaction and debt removed by full care")
    discovery: float = number(0.1302, 0.0, 1.0, "1/week", "hazard that a debt is discovered", fitted())
    debt_trust: float = number(0.30, 0.0, 2.0, "1", "trust lost per unit of debt discovered", PROTOTYPE)
    debt_irritation: float = number(0.35, 0.0, 2.0, "1", "irritation per unit of debt discovered", PROTOTYPE)
    debt_satisfaction: float = number(0.20, 0.0, 2.0, "1", "satisfaction lost per unit of debt discovered")
    debt_cancels: float = number(0.9881, 0.0, 1.0, "share", "customers who may cancel after a discovery", fitted())
    debt_cancel_slope: float = number(3.5, 0.0, 5.0, "1/debt", "factor on debt_cancels per unit of debt", by_hand())
    debt_complains: float = number(0.5, 0.0, 1.0, "share", "customers who complain after a discovery")
    wronged_weeks: int = number(13, 0, 104, "weeks", "time in which leaving is attributed to the discovery")
    cooling_off_weeks: int = number(2, 1, 26, "weeks", "legal cooling-off", "EU Directive 2011/83: 14 days")
    late_cancellation: float = number(0.005043, 0.0, 0.05, "1/week", "hazard of canceling a product later", fitted())
    late_loyalty: float = number(0.4, 0.0, 2.0, "1", "fall of that log hazard per point of loyalty", by_hand())
    retention_weeks: int = number(13, 2, 52, "weeks", "time a sale must be held for retention pay")
    rep_left_trust: float = number(0.03, 0.0, 1.0, "1", "trust lost when a customer's rep leaves")
    lead_rate: float = number(0.030, 0.0, 1.0, "1/week", "vacant slots filled by marketing at neutral reputation")
    referral_rate: float = number(0.0023, 0.0, 1.0, "1/week", "referrals per promoter", "field: 0.5–2 % a month")
    referral_disposition: float = number(
        0.2202, 0.0, 3.0, "sd", "extra loyalty of referred customers", fitted("direction: Schmitt et al. 2011")
    )
    referral_match: float = number(
        0.09344, 0.0, 1.0, "1", "extra need of referred customers", fitted("direction: Schmitt et al. 2011")
    )
    reputation_rate: float = number(0.03, 0.0, 1.0, "1/week", "speed at which word of mouth spreads")
    reputation_trust: float = number(0.20, 0.0, 1.0, "1", "trust of a new customer per unit of reputation")


class Loyalty(Section):
    """One latent variable of trust, satisfaction and irritation, on the 0–10 scale of the NPS question."""

    level: float = number(7.922, 0.0, 10.0, "points", "loyalty at usual trust, satisfaction, irritation", fitted())
    trust: float = number(3.0, 0.0, 20.0, "points", "gain per unit of trust above the usual", PROTOTYPE)
    satisfaction: float = number(2.5, 0.0, 20.0, "points", "gain per unit of satisfaction above the usual", PROTOTYPE)
    irritation: float = number(3.0, 0.0, 20.0, "points", "loss per unit of irritation above the usual", PROTOTYPE)
    usual_trust: float = number(0.6, 0.0, 1.0, "1", "trust at which its effect is 0", PROTOTYPE)
    usual_satisfaction: float = number(0.6, 0.0, 1.0, "1", "satisfaction at which its effect is 0", PROTOTYPE)
    usual_irritation: float = number(0.12, 0.0, 1.5, "1", "irritation at which its effect is 0", PROTOTYPE)
    churn_at: float = number(7.75, 0.0, 10.0, "points", "loyalty at which the hazards apply unchanged", PROTOTYPE)
    disposition_sd: float = number(1.2, 0.0, 5.0, "points", "lasting differences between customers", PROTOTYPE)
    competitor: float = number(0.45, 0.0, 5.0, "points", "loss while a competitor courts the customers")
    promoter: float = number(8.5, 0.0, 10.0, "points", "rounds to 9 or 10: a promoter", "Reichheld 2003")
    detractor: float = number(6.5, 0.0, 10.0, "points", "rounds to 6 or less: a detractor", "Reichheld 2003")
    churn_log_hazard: float = number(-6.499, -15.0, 0.0, "log 1/week", "hazard of leaving at churn_at", fitted())
    churn_slope: float = number(0.45, 0.0, 5.0, "1/point", "log hazard per point of loyalty lost", PROTOTYPE)


class Service(Section):
    """Inbound work; most of it is failure demand, caused by earlier work."""

    base_contacts: float = number(0.008, 0.0, 1.0, "1/week", "calls for reasons that the floor did not cause")
    debt_contacts: float = number(0.06, 0.0, 2.0, "1/week", "additional calls per unit of debt")
    log_contacts: float = number(0.015, 0.0, 1.0, "1/week", "additional calls if the log is missing")
    irritation_contacts: float = number(0.03, 0.0, 2.0, "1/week", "additional calls per unit of irritation")
    fault_contacts: float = number(0.06, 0.0, 1.0, "1/week", "additional calls during a product fault")
    handle_time: float = number(480.0, 10.0, 7200.0, "s", "talk and wrap-up of an inbound call")
    capacity: float = number(0.30, 0.01, 1.0, "share", "share of working time available for inbound calls")
    service_level: float = number(0.90, 0.0, 1.0, "share", "share of calls answered in time with ample capacity")
    congestion: float = number(4.0, 0.1, 30.0, "1", "how steeply that share falls as load approaches capacity")
    fixed_base: float = number(1.4, -5.0, 5.0, "logit", "logit of first time fixed by a rep of average skill")
    fixed_skill: float = number(0.8, 0.0, 5.0, "1", "gain per unit of skill")
    fixed_missing_log: float = number(0.9, 0.0, 5.0, "logit", "loss if the log is missing")
    fixed_coaching: float = number(0.5, 0.0, 5.0, "logit", "gain under a full coaching stock")
    fixed_satisfaction: float = number(0.04, 0.0, 1.0, "1", "satisfaction gained by a fix")
    failed_satisfaction: float = number(0.07, 0.0, 1.0, "1", "satisfaction lost if nothing is fixed")
    failed_irritation: float = number(0.07, 0.0, 1.0, "1", "irritation if nothing is fixed")
    late_irritation: float = number(0.03, 0.0, 1.0, "1", "irritation from waiting")
    give_up: float = number(0.35, 0.0, 1.0, "1/week", "share of unanswered or unfixed callers who give up")
    rush_time: float = number(0.65, 0.1, 1.0, "share", "relative length of a rushed contact")
    rush_fixed: float = number(2.0, 0.0, 10.0, "logit", "loss of first time fixed by rushing")
    unsolved_debt: float = number(0.15, 0.0, 2.0, "debt", "debt that remains when a caller gives up without a solution")
    relief: float = number(0.3, 0.0, 1.0, "share", "share of a debt that a fix settles")


class Surveys(Section):
    """Measured satisfaction and NPS."""

    share: float = number(0.25, 0.0, 1.0, "share", "share of contacted customers who are surveyed")
    noise: float = number(0.8, 0.0, 5.0, "points", "spread of an answer around loyalty")
    steered_shift: float = number(1.0, 0.0, 5.0, "points", "shift of an answer by asking for a ten")
    steered_screen: float = number(7.0, 0.0, 10.0, "points", "loyalty below which a steering rep skips the survey")
    smoothing: float = number(0.08, 0.0, 1.0, "1/answer", "weight of the latest answer in a rep's own NPS")
    csat_level: float = number(0.25, 0.0, 1.0, "share", "added to satisfaction in the CSAT right after a call")
    csat_irritation: float = number(0.35, 0.0, 10.0, "1", "loss of CSAT per unit of irritation")
