"""The state of a batch of floors, and the records of what happens in a week.

=============  ===========================  ==========================================
part           shape                        an entry is
=============  ===========================  ==========================================
``floors``     ``[floors]`` records         a sales floor, its client and its scheme
``reps``       ``[floors, reps]`` records   the seat of a rep
``customers``  ``[floors, reps, slots]``    a slot in a rep's book, ten alike customers
=============  ===========================  ==========================================

Floors and reps are few: a record keeps all of one together. Customers are many, and most of a week does the same to all
of them: they are an array a field, so that a loop over a floor's customers is one over neighbours in memory, which the
compiler turns into vector instructions. What can be derived is not stored.
"""

from typing import NamedTuple

import numpy as np

from incentive_env.config.channels import CHANNEL_NAMES, CHANNELS, TACTICS
from incentive_env.config.firm import Events
from incentive_env.config.levers import LEVERS
from incentive_env.model.compiled import compiled

HONEST, PRESSURE, FALSE_PROMISE = map(TACTICS.index, ("honest", "pressure", "false_promise"))
# Channels: the tactics but the honest one come first, so that channel = tactic − 1.
CALLBACK, UNLOGGED, EMPTY_LOG, SURVEY, RUSHED = map(
    CHANNEL_NAMES.index, ("callback", "unlogged", "empty_log", "survey", "rushed")
)
# A rep's choice in each channel that is no tactic, in the order of the channels.
CHOICES = tuple(row.choice for row in CHANNELS.values())[len(TACTICS) - 1 :]

EVENTS = tuple(Events.model_fields)
CAMPAIGN, PRODUCT_FAULT, COMPETITOR, NEWCOMERS = map(
    EVENTS.index, ("campaign", "product_fault", "competitor", "newcomers")
)

NO_CALLBACK, TRUE_CALLBACK, MISBOOKED = range(3)

SCHEME = np.dtype([(lever, "f8") for lever in LEVERS], align=True)

FLOOR = np.dtype(
    [
        ("seed", "u8"),
        ("week", "i8"),  # weeks since opening, burn-in included
        ("scheme", SCHEME),  # in force
        ("cash", "f8"),  # €
        ("team_honesty", "f4"),  # logit, shift of this team against the labour market
        ("need_shift", "f4"),  # of this market's need
        ("norm", "f4"),  # share of gaming that reps observe
        ("know_how", "f4", (len(CHANNELS),)),  # mean over reps, of gaming each channel
        ("ratchet", "f4"),  # 0 … 1, belief that results become targets
        ("period_hits", "f4"),  # of the floor in this quota period, as the target counts them
        ("period_tries", "f4"),
        ("season", "f4"),  # need above its level at this time of the year
        ("season_size", "f4"),  # at most
        ("season_start", "f4"),  # years since the middle of the season, at the opening
        ("wage", "f4"),  # log pay elsewhere above its level
        ("managed", "f4"),  # share done of the audits, coaching and research ordered
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
        ("closed", "u1"),  # the floor has ended
        ("event_weeks_left", "i4", (len(EVENTS),)),
    ],
    align=True,
)

# An external policy's choices for a seat, which `incentive_env.model.reps.follow` puts in force.
CONDUCT = np.dtype(
    [
        ("given", "f8"),  # 1; 0 leaves the choice to the rep
        ("effort", "f8"),  # share of the time at work
        ("mix", "f8", (len(TACTICS),)),  # shares of the calls, by tactic
        *((choice, "f8") for choice in CHOICES),  # chances, of channels that are no tactics
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
        ("attraction", "f4", (len(TACTICS),)),  # €, learned from experience
        ("period_sales", "f4"),  # recorded in this quota period, simulated calls
        ("period_recorded", "f4"),  # recorded sales and refusals in this quota period
        ("usual_sales", "f4"),  # smoothed, per week
        ("usual_recorded", "f4"),  # smoothed, per week
        ("period_fixed", "f4"),  # inbound contacts on file as fixed, in this quota period
        ("period_answered", "f4"),  # inbound contacts in this quota period
        ("usual_fixed", "f4"),  # smoothed, per week
        ("usual_answered", "f4"),  # smoothed, per week
        ("know_how", "f4", (len(CHANNELS),)),  # of gaming each channel, 0 … 1
        ("heard", "f4"),  # believed share of calls that are listened to
        ("alarm", "f4"),  # share of calls, added to that after an announcement
        ("severity", "f4"),  # believed chance that a case found is sanctioned, as a multiple of the usual
        ("recent_pay", "f4"),  # €/week
        ("usual_pay", "f4"),  # €/week that the rep is used to; 0 before the first week
        ("success", "f4"),  # recorded sales against those of colleagues, standard units
        ("gaming", "f4"),  # share of calls gamed, smoothed over learning.gaming_memory
        ("sanctions", "f4"),  # on record, fading
        ("own_nps", "f4"),  # −1 … 1, measured, smoothed
        ("owed_hours", "f4"),  # the last call of the week ran over
        ("list_position", "i4"),  # next slot of the calling list
        ("conduct", CONDUCT),  # of the seat, for any rep in it
    ],
    align=True,
)


class Customers(NamedTuple):
    """Slots, an array a field.

    In a batch a field is ``[floors, reps, slots]``, or ``[floors, products, reps, slots]``; the stages of a week take
    one floor, where it is ``[customers]``, or ``[products, customers]``, and rep *r*'s book is the ``slots`` customers
    from ``r * slots`` on.
    """

    active: np.ndarray  # u1, else vacant
    callback: np.ndarray  # u1: NO_CALLBACK, TRUE_CALLBACK or MISBOOKED
    log_missing: np.ndarray  # u1: everything will be asked again
    do_not_call: np.ndarray  # u1
    referred: np.ndarray  # u1
    left_wronged: np.ndarray  # u1: vacant, and counts as a detractor
    open_issue: np.ndarray  # u1: will call in this week
    trust: np.ndarray  # f4, 0 … 1
    irritation: np.ndarray  # f4, 0 … 1.5
    satisfaction: np.ndarray  # f4, 0 … 1
    debt: np.ndarray  # f4, promised minus delivered
    disposition: np.ndarray  # f4, lasting points of loyalty
    wronged_until: np.ndarray  # i4, week up to which leaving is blamed on the discovery of a debt
    due_week: np.ndarray  # i4, next week in which a sale ends its cooling-off or earns its deferred pay
    contact_week: np.ndarray  # i4, of the last call
    held: np.ndarray  # u1, by product, as are the rest
    sold_by: np.ndarray  # u1, tactic of the sale
    sold_week: np.ndarray  # i4
    deferred: np.ndarray  # f4, € of retention pay outstanding on the sale
    need: np.ndarray  # f4, as of the last call
    need_level: np.ndarray  # f4, that need returns to


_TYPES = Customers(*(7 * ["u1"] + 5 * ["f4"] + 3 * ["i4"] + ["u1", "u1", "i4", "f4", "f4", "f4"]))  # type: ignore[arg-type]
_BY_PRODUCT = Customers._fields[Customers._fields.index("held") :]


def flat(batch: Customers) -> Customers:
    """The same memory with reps and slots as one axis, as the core takes it."""
    return Customers(*(field.reshape((*field.shape[:-2], -1)) for field in batch))


@compiled
def customers_of(batch: Customers, f: int) -> Customers:
    """The customers of one floor of a flat batch."""
    return Customers(
        batch.active[f], batch.callback[f], batch.log_missing[f], batch.do_not_call[f], batch.referred[f],
        batch.left_wronged[f], batch.open_issue[f], batch.trust[f], batch.irritation[f], batch.satisfaction[f],
        batch.debt[f], batch.disposition[f], batch.wronged_until[f], batch.due_week[f], batch.contact_week[f],
        batch.held[f], batch.sold_by[f], batch.sold_week[f], batch.deferred[f], batch.need[f], batch.need_level[f],
    )  # fmt: skip


YEAR = 52  # weeks
LONG_AGO = -100_000  # a week before any that is lived
NEVER = 1_000_000_000  # a week after any that is lived

# What a rep has decided for the week.
RESPONSE = np.dtype(
    [
        ("effort", "f8"),  # share of the time at work
        ("hours", "f8"),  # for outbound calls
        ("skill", "f8"),  # logit
        ("miss_chance", "f8"),  # of the quota, as the rep sees it
        ("next_quota", "f8"),  # € that a hit now costs through a higher target later
        ("value", "f4", (len(TACTICS),)),  # € of a sale made this way
        ("appeal", "f4", (len(TACTICS),)),  # € of a call made this way, sold or not
        ("precision", "f8"),  # 1/€, of the choice of a tactic
        ("lift", "f4", (len(TACTICS),)),  # of the odds of a sale
        ("care", "f8"),  # how well the rep works; 1 is usual
        ("honest_call", "f8"),  # share of dissatisfaction that an honest call removes
        ("gain", "f8", (len(CHANNELS),)),  # € that a case of a channel would bring, before risk and conscience
        ("aftercare", "f8"),  # care for customers whose sale still has pay to earn, 0 … 1
        ("fixing", "f8"),  # logit of fixing an inbound issue the first time, above the base
        *((choice, "f8") for choice in CHOICES),  # chances, of channels that are no tactics
    ],
    align=True,
)

# Pay, before fines: base pay, then what depends on the work.
PAY = ("base_pay", "commission", "activity_pay", "survey_bonus", "retention_pay", "target_bonus")
BONUS = PAY[1:]

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
    *PAY, "fine",
    "effort", "care", "motivation", "strain", "engagement", "skill", "know_how",  # at the end of the week
)  # fmt: skip

REP_WEEK = np.dtype(
    [(name, "f8") for name in SUMMED]
    + [
        ("exit", "f8"),  # STAYED, EXIT_QUIT, EXIT_DISMISSED, EXIT_LAID_OFF or EXIT_MOVED
        ("miss_chance", "f8"),  # of the quota
        ("ability", "f8"),
        ("honesty", "f8"),
        ("tenure", "f8"),
        ("gaming", "f8"),  # share of calls, smoothed over learning.gaming_memory
        ("heard", "f8"),  # believed share of calls that are listened to
        ("severity", "f8"),  # believed severity of a case found, 1 is usual
        ("usual_pay", "f8"),  # €/week that the rep is used to
        ("success", "f8"),  # standard units
        ("gamed", "f8", (len(CHANNELS),)),  # what was done, by channel
        ("found", "f8", (len(CHANNELS),)),  # detected by audits, in real calls
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
            "hiring_cost", "interest",  # € out, beside pay
            "cash", "demand", "delivered", "volume", "open_seats", "closed", "norm", "reputation", "knowledge",
            "season", "wage", "ratchet", "managed",
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
    "refunds", *PAY, "employer_cost", "overhead", "audit_cost", "coaching_cost", "research_cost", "hiring_cost",
    "interest",
)  # fmt: skip


class State(NamedTuple):
    """A batch of floors. Slicing the first axis of each of `arrays` gives the same floors, alone."""

    floors: np.ndarray  # [floors] FLOOR
    reps: np.ndarray  # [floors, reps] REP
    customers: Customers

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """All arrays, floors first on each."""
        return (self.floors, self.reps, *self.customers)


def empty_state(floors: int, reps: int, slots: int, products: int) -> State:
    """Memory for a batch, which `incentive_env.model.opening.open_floor` fills in."""
    one, by_product = (floors, reps, slots), (floors, products, reps, slots)
    fields = (
        np.zeros(by_product if name in _BY_PRODUCT else one, kind)
        for name, kind in zip(Customers._fields, _TYPES, strict=True)
    )
    return State(
        np.zeros(floors, np.dtype((np.record, FLOOR))),
        np.zeros((floors, reps), np.dtype((np.record, REP))),
        Customers(*fields),
    )
