"""The state of a batch of floors: three arrays of records, and the records of what happens in a week.

=============  ===========================  ==========================================
array          shape                        a record is
=============  ===========================  ==========================================
``floors``     ``[floors]``                 a sales floor, its client and its scheme
``reps``       ``[floors, reps]``           the seat of a rep
``customers``  ``[floors, reps, slots]``    a slot in a rep's book, ten alike customers
=============  ===========================  ==========================================

Records lie in memory in the order in which the week reads them, so that a customer is one or two cache lines; in the
compiled core ``customer.trust += x`` is a plain store. What can be derived is not stored.
"""

from typing import Any, NamedTuple

import numpy as np

HONEST, PRESSURE, WITHHOLD, FALSE_PROMISE, DISPARAGE = range(5)
TACTICS = ("honest", "pressure", "withhold", "false_promise", "disparage")

# Gaming channels: the four manipulative tactics come first, so that channel = tactic − 1.
CALLBACK, UNLOGGED, EMPTY_LOG, SURVEY, RUSHED = range(4, 9)
CHANNELS = (
    "pressure", "withhold", "false_promise", "disparage", "callback", "unlogged", "empty_log", "survey", "rushed",
)  # fmt: skip

CAMPAIGN, PRODUCT_FAULT, COMPETITOR, NEWCOMERS = range(4)
EVENTS = ("campaign", "product_fault", "competitor", "newcomers")

NO_CALLBACK, TRUE_CALLBACK, MISBOOKED = range(3)

LEVERS = (
    "base_pay", "commission", "target", "pressure", "activity_pay", "survey_bonus", "retention_pay", "audit",
    "coaching", "autonomy", "research",
)  # fmt: skip

SCHEME = np.dtype([(lever, "f8") for lever in LEVERS], align=True)

FLOOR = np.dtype(
    [
        ("seed", "u8"),
        ("week", "i8"),  # weeks since opening, burn-in included
        ("scheme", SCHEME),  # in force
        ("cash", "f8"),  # €
        ("team_honesty", "f4"),  # logit, shift of this team against the labour market
        ("need_shift", "f4"),  # of this market's need
        ("norm", "f4"),  # share of gaming that reps see around them
        ("reputation", "f4"),  # −1 … 1, word of mouth
        ("knowledge", "f4"),  # 0 … 1, what research has found out
        ("demand", "f4"),  # of the client, 1 is usual
        ("delivered", "f4"),  # smoothed sales against usual sales
        ("disappointment", "f4"),  # of the client
        ("volume", "f4"),  # share of the book that the client leaves with the floor
        ("open_seats", "i4"),  # seats that may be filled
        ("promoters", "f4"),  # slots, at the end of last week: they refer friends this week
        ("vacant", "f4"),  # slots, likewise
        ("waiting", "f4"),  # slots that will call in this week
        ("closed", "u1"),  # nothing is left to manage
        ("event_weeks_left", "i4", (len(EVENTS),)),
    ],
    align=True,
)

REP = np.dtype(
    [
        ("present", "u1"),
        ("vacancy", "i4"),  # weeks until the seat is filled
        ("tenure", "f4"),  # weeks
        ("ability", "f4"),  # trait, standard units
        ("honesty", "f4"),  # trait, share
        ("risk_aversion", "f4"),  # trait, share
        ("patience", "f4"),  # trait, share
        ("loss_aversion", "f4"),  # trait
        ("temper", "f4"),  # trait, intrinsic motivation
        ("inexperience", "f4"),  # skill still lacking, logit
        ("coached", "f4"),  # coaching stock, 1 is full
        ("motivation", "f4"),  # 0 … 1.5
        ("strain", "f4"),  # 0 … 1.5
        ("attraction", "f4", (len(TACTICS),)),  # €, what experience taught
        ("period_sales", "f4"),  # recorded in this quota period, simulated calls
        ("period_recorded", "f4"),  # recorded sales and refusals in this quota period
        ("usual_sales", "f4"),  # smoothed, per week
        ("usual_recorded", "f4"),  # smoothed, per week
        ("period_fixed", "f4"),  # inbound contacts on file as fixed, in this quota period
        ("period_answered", "f4"),  # inbound contacts in this quota period
        ("usual_fixed", "f4"),  # smoothed, per week
        ("usual_answered", "f4"),  # smoothed, per week
        ("gaming", "f4"),  # share of calls gamed, smoothed over 8 weeks
        ("sanctions", "f4"),  # on record, fading
        ("own_nps", "f4"),  # −1 … 1, measured, smoothed
        ("owed_hours", "f4"),  # the last call of the week ran over
        ("list_position", "i4"),  # next slot of the calling list
    ],
    align=True,
)


def customer_dtype(products: int) -> np.dtype[Any]:
    """Record of a customer slot for a market with that many products."""
    return np.dtype(
        [
            ("active", "u1"),  # else vacant
            ("callback", "u1"),  # NO_CALLBACK, TRUE_CALLBACK or MISBOOKED
            ("log_missing", "u1"),  # everything will be asked again
            ("do_not_call", "u1"),
            ("referred", "u1"),
            ("left_wronged", "u1"),  # vacant, and whoever left it counts as a detractor
            ("open_issue", "u1"),  # will call in this week
            ("trust", "f8"),  # 0 … 1
            ("irritation", "f8"),  # 0 … 1.5
            ("satisfaction", "f8"),  # 0 … 1
            ("debt", "f8"),  # promised minus delivered
            ("disposition", "f8"),  # lasting points of loyalty
            ("wronged_until", "i4"),  # week up to which leaving is blamed on the discovery of a debt
            ("due_week", "i4"),  # next week in which a sale ends its cooling-off or earns its deferred pay
            ("contact_week", "i4"),  # of the last call
            ("held", "u1", (products,)),
            ("sold_by", "u1", (products,)),  # tactic of the sale
            ("sold_week", "i4", (products,)),
            ("deferred", "f4", (products,)),  # € of retention pay outstanding on the sale
            ("need", "f4", (products,)),  # as of the last call
            ("need_level", "f4", (products,)),  # that need returns to
        ],
        align=True,
    )


LONG_AGO = -100_000  # a week before any that is lived
NEVER = 1_000_000_000  # a week after any that is lived

# What a rep has decided for the week.
RESPONSE = np.dtype(
    [
        ("effort", "f8"),  # share of the time at work
        ("hours", "f8"),  # for outbound calls
        ("skill", "f8"),  # logit
        ("miss_chance", "f8"),  # of the quota, as the rep sees it
        ("value", "f8", (len(TACTICS),)),  # € of a sale made this way
        ("appeal", "f8", (len(TACTICS),)),  # € of a call made this way, sold or not
        ("precision", "f8"),  # 1/€, of the choice of a tactic
        ("lift", "f8", (len(TACTICS),)),  # of the odds of a sale
        ("chance", "f8", (len(TACTICS),)),  # of a sale in the call at hand
        ("weight", "f8", (len(TACTICS),)),  # of a tactic in the call at hand
        ("misbook", "f8"),  # chance that a refusal goes on file as a call-back
        ("unlog", "f8"),  # chance that it goes on no file
        ("aftercare", "f8"),  # care for customers whose sale still has pay to earn, 0 … 1
        ("skip_notes", "f8"),  # chance of an empty log
        ("steer", "f8"),  # chance that a survey is steered
        ("fixing", "f8"),  # logit of fixing an inbound issue the first time, above the base
        ("rush", "f8"),  # chance that an inbound contact is cut short and ticked off
    ],
    align=True,
)

# What a rep did in a week, summed over reps for the floor; counts are simulated calls, pay is € of the week.
SUMMED = (
    "present", "calls",
    "sales", "refusals", "callbacks",  # what happened
    "recorded_sales", "recorded_refusals", "recorded_callbacks", "unlogged",  # what is on file
    "gamed_calls",  # manipulative, misrecorded, or filed without notes
    "angry_calls", "do_not_call",
    "answered", "recorded_fixed", "fixed",  # inbound contacts: taken, on file as fixed, fixed
    "surveys", "survey_promoters", "survey_detractors", "csat",  # csat: sum over surveys, 0 … 1 each
    "sanctions", "hired",
    "hours", "talk_hours", "inbound_hours", "absent_hours",
    "base_pay", "commission", "activity_pay", "survey_bonus", "retention_pay", "fine",
    "effort", "motivation", "strain", "engagement", "skill",  # at the end of the week
)  # fmt: skip

REP_WEEK = np.dtype(
    [(name, "f8") for name in SUMMED]
    + [
        ("exit", "f8"),  # STAYED, EXIT_QUIT, EXIT_DISMISSED, EXIT_LAID_OFF or EXIT_MOVED
        ("miss_chance", "f8"),  # of the quota
        ("ability", "f8"),
        ("honesty", "f8"),
        ("tenure", "f8"),
        ("gaming", "f8"),  # share of calls, smoothed over 8 weeks
        ("gamed", "f8", (len(CHANNELS),)),  # what was done, by channel
        ("found", "f8", (len(CHANNELS),)),  # what audits gave away, in real calls
        ("tactic_sales", "f8", (len(TACTICS),)),
        ("tactic_anger", "f8", (len(TACTICS),)),
    ],
    align=True,
)

# What happened on a floor in a week: the sums over reps, then customers, service, exits, money and the client.
FLOOR_WEEK = np.dtype(
    [("week", "f8")]
    + [(name, "f8") for name in SUMMED]
    + [
        (name, "f8")
        for name in (
            "customers", "promoters", "detractors", "left_wronged",  # slots, at the end of the week
            "trust", "irritation", "satisfaction", "debt", "products_held",  # sums over customers
            "discoveries", "complaints", "cooled_off", "refunded", "discovery_cancellations", "late_cancellations",
            "churned", "arrivals", "referrals",
            "contacts", "answered_in_time",  # inbound
            "quits", "dismissals", "layoffs", "moved", "gaming_reps",
            "revenue", "trail_fees", "inbound_fees",  # € in, beside fines
            "refunds", "employer_cost", "overhead", "audit_cost", "coaching_cost", "research_cost",
            "hiring_cost",  # € out, beside pay
            "cash", "demand", "delivered", "volume", "open_seats", "closed", "norm", "reputation", "knowledge",
        )
    ]
    + [
        ("gamed", "f8", (len(CHANNELS),)),
        ("found", "f8", (len(CHANNELS),)),
        ("event_weeks_left", "f8", (len(EVENTS),)),
    ],
    align=True,
)  # fmt: skip

MONEY_IN = ("revenue", "trail_fees", "inbound_fees", "fine")
MONEY_OUT = (
    "refunds", "base_pay", "commission", "activity_pay", "survey_bonus", "retention_pay", "employer_cost",
    "overhead", "audit_cost", "coaching_cost", "research_cost", "hiring_cost",
)  # fmt: skip


class State(NamedTuple):
    """A batch of floors. Slicing the first axis of each array gives the same floors, alone."""

    floors: np.ndarray  # [floors] FLOOR
    reps: np.ndarray  # [floors, reps] REP
    customers: np.ndarray  # [floors, reps, slots] customer_dtype(products)


def empty_state(floors: int, reps: int, slots: int, products: int) -> State:
    """Memory for a batch; `incentive_env.model.opening.open_floor` gives it meaning."""
    return State(
        np.zeros(floors, np.dtype((np.record, FLOOR))),
        np.zeros((floors, reps), np.dtype((np.record, REP))),
        np.zeros((floors, reps, slots), np.dtype((np.record, customer_dtype(products)))),
    )
