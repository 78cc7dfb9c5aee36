"""The firm around the floor: the client, money, differences between floors, events and reporting."""

from typing import Literal

from incentive_env.config.fields import Section, by_hand, number, switch


class Client(Section):
    """The company for which the floor sells: it demands sales, and withdraws volume if disappointed."""

    usual_sales: float = number(20.0, 0.1, 1000.0, "sales/rep/week", "recorded sales at which demand is 1")
    asks_for: Literal["sales", "service"] = "sales"
    usual_service: float = number(0.7, 0.01, 1.0, "share", "service level at which demand is 1")
    demand_rate: float = number(0.05, 0.0, 1.0, "1/week", "speed at which demand returns to 1")
    demand_sd: float = number(0.02, 0.0, 1.0, "1/week", "weekly noise of demand")
    jump_chance: float = number(0.015, 0.0, 1.0, "1/week", "probability of a jump in demand")
    jump_size: float = number(0.4, 0.0, 2.0, "1", "size of a jump in demand")
    least_demand: float = number(0.3, 0.01, 1.0, "1", "lower bound of demand")
    most_demand: float = number(2.0, 1.0, 10.0, "1", "upper bound of demand")
    anger_after_loss: float = number(0.3, 0.0, 1.0, "share", "disappointment that remains after a withdrawal")
    memory: float = number(0.12, 0.0, 1.0, "1/week", "weight of the latest week in the client's view")
    tolerance: float = number(0.12, 0.0, 1.0, "share", "shortfall that the client tolerates")
    anger_rate: float = number(0.15, 0.0, 10.0, "1/week", "disappointment per unit of shortfall beyond the tolerance")
    anger_kept: float = number(0.95, 0.0, 1.0, "1/week", "share of disappointment kept from week to week")
    step: float = number(0.25, 0.01, 1.0, "share", "volume withdrawn or returned at a time")
    may_leave: bool = switch(True, "volume can be withdrawn (off in checks that a selection of floors would bias)")
    follow: float = number(0.8, 0.0, 10.0, "1", "volume lost in the end per unit of shortfall, on credit")
    small_step: float = number(0.05, 0.0, 1.0, "share", "largest move of the volume in a period, on credit")
    least_volume: float = number(
        0.5, 0.01, 1.0, "share", "volume that the client leaves in any case, on credit", by_hand()
    )
    return_chance: float = number(0.25, 0.0, 1.0, "1/period", "probability of regaining a step if demand is met")


class Money(Section):
    """Prices; counts refer to real people, so a slot's sale pays ``customers_per_slot`` fees."""

    fee: float = number(
        54.0, 0.0, 10_000.0, "€/sale", "paid by the client per sale, refunded in the cooling-off", by_hand()
    )
    trail_fee: float = number(0.12, 0.0, 100.0, "€/product/week", "paid by the client while a product is held")
    overhead: float = number(3000.0, 0.0, 1_000_000.0, "€/week", "rent, systems, leads and management")
    employer_cost: float = number(0.20, 0.0, 1.0, "share", "social charges on pay")
    audit_cost: float = number(7.0, 0.0, 1000.0, "€/call", "cost of auditing one call")
    coaching_cost: float = number(50.0, 0.0, 1000.0, "€/hour", "cost of the coach")
    inbound_fee: float = number(1.5, 0.0, 1000.0, "€/contact", "paid by the client per inbound contact filed as fixed")
    overhead_variable: float = number(0.7, 0.0, 1.0, "share", "overhead that shrinks with seats and volume, on credit")
    credit_weeks: float = number(8.0, 0.0, 104.0, "weeks of cost", "credit line before anybody is laid off, on credit")
    least_seats: float = number(0.5, 0.0, 1.0, "share", "seats that no bank closes as long as it lends, on credit")
    last_weeks: float = number(
        110.0, 1.0, 520.0, "weeks of cost", "debt at which the bank ends the floor, on credit", by_hand()
    )
    interest: float = number(0.0015, 0.0, 0.1, "1/week", "interest on debt, on credit", by_hand())
    start_weeks: float = number(6.0, 0.0, 104.0, "weeks of cost", "mean cash of a floor at its opening")
    layoff_weeks: float = number(2.0, 0.01, 104.0, "weeks of cost", "debt at which a rep is laid off each week")
    rehire_weeks: float = number(3.0, 0.0, 104.0, "weeks of cost", "cash above which closed seats reopen")
    insolvency: bool = switch(True, "debt leads to layoffs (off in checks that this would bias)")


class Management(Section):
    """Hours of the managers, who listen, coach and look into causes."""

    hours: float = number(
        35.0, 1.0, 10_000.0, "hours/week", "managers' hours for listening, coaching and research", by_hand()
    )
    audit_minutes: float = number(9.0, 0.0, 120.0, "min/call", "time to listen to a call and discuss it")
    coaching_share: float = number(0.5, 0.0, 1.0, "share", "manager's hours per hour of coaching that a rep receives")
    research_hours: float = number(0.015, 0.0, 1.0, "hours/€", "manager's hours per euro of research")


class Cycles(Section):
    """What moves over the year: need, and pay elsewhere. Floors open at any time of the year."""

    season: float = number(0.06, 0.0, 0.5, "1", "need above and below its level over a year")
    season_spread: float = number(0.5, 0.0, 1.0, "share", "relative spread of that between floors")
    wage_sd: float = number(0.08, 0.0, 0.5, "1", "standard deviation of log pay elsewhere, over time")
    wage_rate: float = number(0.03, 0.001, 1.0, "1/week", "speed at which pay elsewhere returns to its level")


class Floors(Section):
    """How widely floors differ at reset."""

    fresh_team: bool = switch(True, "a batch of newcomers brings an honesty of its own, and so do later applicants")
    honesty_spread: float = number(1.5, 0.0, 3.0, "logit", "spread of honesty between teams", by_hand())
    rotten_chance: float = number(0.25, 0.0, 1.0, "share", "share of floors that open with a norm of gaming")
    rotten_norm: float = number(0.75, 0.0, 1.0, "share", "initial norm on such a floor")
    decent_norm: float = number(0.10, 0.0, 1.0, "share", "initial norm on the other floors")
    rotten_habit: float = number(3.5, 0.0, 20.0, "€", "attraction of manipulation where everybody games", by_hand())
    need_spread: float = number(0.08, 0.0, 0.5, "1", "spread of need between markets")
    mood_spread: float = number(0.06, 0.0, 0.5, "1", "spread of initial trust between floors")
    least_tenure: float = number(26.0, 0.0, 1000.0, "weeks", "minimum initial tenure of a rep who is not a newcomer")
    tenure_spread: float = number(150.0, 0.0, 2000.0, "weeks", "range of initial tenure above the minimum")
    newcomer_spread: float = number(0.5, 0.0, 1.0, "share", "largest initial share of newcomers")
    cash_spread: float = number(0.7, 0.0, 1.0, "share", "relative spread of initial cash around its mean")


class Event(Section):
    """An announced event that lasts some weeks."""

    chance: float = number(0.01, 0.0, 1.0, "1/week", "probability that it starts")
    weeks: int = number(8, 1, 104, "weeks", "duration")
    strength: float = number(0.3, 0.0, 2.0, "1", "strength")


class Events(Section):
    """The kinds of events."""

    campaign: Event = Event(chance=0.020, weeks=8, strength=0.80)
    product_fault: Event = Event(chance=0.010, weeks=6, strength=1.0)
    competitor: Event = Event(chance=0.010, weeks=12, strength=1.0)
    newcomers: Event = Event(chance=0.015, weeks=12, strength=0.45)


class Reporting(Section):
    """Noise and delay of the manager's report; research improves precision."""

    noise: float = number(1.0, 0.0, 10.0, "share", "factor on the noise listed for each figure")
    lag: float = number(0.5, 0.0, 1.0, "share", "share of a figure that still shows the previous period")
    research_scale: float = number(600.0, 1.0, 100_000.0, "€/week", "spending that gives 63 % of full knowledge")
    knowledge_rate: float = number(0.08, 0.0, 1.0, "1/week", "speed at which knowledge follows spending")
    mystery_calls: float = number(40.0, 1.0, 10_000.0, "calls/period", "mystery calls at full knowledge")
    precision: float = number(0.8, 0.0, 1.0, "share", "share of noise and lag that full knowledge removes")
