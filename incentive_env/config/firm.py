"""The firm around the floor: the client, money, how floors differ, what happens to them, what is reported."""

from typing import Literal

from incentive_env.config.fields import Section, number, switch


class Client(Section):
    """The company for which the floor sells: it asks for sales, and takes volume away when let down."""

    usual_sales: float = number(20.0, 0.1, 1000.0, "sales/rep/week", "recorded sales at which demand is 1")
    asks_for: Literal["sales", "service"] = "sales"
    usual_service: float = number(0.7, 0.01, 1.0, "share", "service level at which demand is 1")
    demand_rate: float = number(0.05, 0.0, 1.0, "1/week", "speed at which demand returns to 1")
    demand_sd: float = number(0.02, 0.0, 1.0, "1/week", "weekly noise of demand")
    jump_chance: float = number(0.015, 0.0, 1.0, "1/week", "more sales, or we leave")
    jump_size: float = number(0.4, 0.0, 2.0, "1", "size of such a jump")
    least_demand: float = number(0.3, 0.0, 1.0, "1", "demand does not fall below")
    most_demand: float = number(2.0, 1.0, 10.0, "1", "demand does not rise above")
    anger_after_loss: float = number(0.3, 0.0, 1.0, "share", "disappointment that is left after volume was taken")
    memory: float = number(0.12, 0.0, 1.0, "1/week", "weight of the newest week in what the client sees")
    tolerance: float = number(0.12, 0.0, 1.0, "share", "shortfall that the client lets pass")
    anger_rate: float = number(0.15, 0.0, 10.0, "1/week", "disappointment per unit of shortfall beyond that")
    anger_kept: float = number(0.95, 0.0, 1.0, "1/week", "disappointment kept from week to week")
    step: float = number(0.25, 0.01, 1.0, "share", "volume taken away, or given back, at a time")
    may_leave: bool = switch(True, "volume can be taken away (off where selection of floors would bias a check)")
    return_chance: float = number(0.25, 0.0, 1.0, "1/period", "chance to win a step back when demand is met")


class Money(Section):
    """Prices; counts are of real people, so a slot's sale pays ``customers_per_slot`` fees."""

    fee: float = number(58.0, 0.0, 10_000.0, "€/sale", "paid by the client per sale, returned on cooling-off")
    trail_fee: float = number(0.12, 0.0, 100.0, "€/product/week", "paid by the client while a product is held")
    overhead: float = number(3000.0, 0.0, 1_000_000.0, "€/week", "rent, systems, leads and management")
    employer_cost: float = number(0.20, 0.0, 1.0, "share", "social charges on pay")
    audit_cost: float = number(7.0, 0.0, 1000.0, "€/call", "listening to one call")
    coaching_cost: float = number(50.0, 0.0, 1000.0, "€/hour", "the coach")
    inbound_fee: float = number(
        1.5, 0.0, 1000.0, "€/contact", "paid by the client per inbound contact on file as fixed"
    )
    start_weeks: float = number(6.0, 0.0, 104.0, "weeks of cost", "mean cash of a floor when it opens")
    layoff_weeks: float = number(2.0, 0.01, 104.0, "weeks of cost", "debt at which a rep is laid off each week")
    rehire_weeks: float = number(3.0, 0.0, 104.0, "weeks of cost", "cash above which closed seats reopen")
    insolvency: bool = switch(True, "debt leads to lay-offs (off where that would bias a check)")


class Floors(Section):
    """How widely floors differ at reset."""

    honesty_spread: float = number(0.85, 0.0, 3.0, "logit", "between teams")
    rotten_chance: float = number(0.25, 0.0, 1.0, "share", "of floors that open with a norm of gaming")
    rotten_norm: float = number(0.75, 0.0, 1.0, "share", "gaming on such a floor")
    decent_norm: float = number(0.10, 0.0, 1.0, "share", "gaming on the others")
    rotten_habit: float = number(3.0, 0.0, 20.0, "€", "attraction of manipulation learned where everybody games")
    need_spread: float = number(0.08, 0.0, 0.5, "1", "between markets")
    mood_spread: float = number(0.06, 0.0, 0.5, "1", "of opening trust between floors")
    least_tenure: float = number(26.0, 0.0, 1000.0, "weeks", "tenure of a rep who is no newcomer at opening")
    tenure_spread: float = number(150.0, 0.0, 2000.0, "weeks", "range of tenure above that")
    newcomer_spread: float = number(0.5, 0.0, 1.0, "share", "largest share of newcomers at opening")
    cash_spread: float = number(0.7, 0.0, 1.0, "share", "of opening cash around its mean")


class Event(Section):
    """Something announced that lasts some weeks."""

    chance: float = number(0.01, 0.0, 1.0, "1/week", "that it begins")
    weeks: int = number(8, 1, 104, "weeks", "how long it lasts")
    strength: float = number(0.3, 0.0, 2.0, "1", "how strong it is")


class Events(Section):
    """The four kinds of event."""

    campaign: Event = Event(chance=0.020, weeks=8, strength=0.80)
    product_fault: Event = Event(chance=0.010, weeks=6, strength=1.0)
    competitor: Event = Event(chance=0.010, weeks=12, strength=1.0)
    newcomers: Event = Event(chance=0.015, weeks=12, strength=0.45)


class Reporting(Section):
    """How noisy and late the manager's report is; research buys precision."""

    noise: float = number(1.0, 0.0, 10.0, "share", "of the noise listed for each figure")
    lag: float = number(0.5, 0.0, 1.0, "share", "of a figure that still shows the period before")
    research_scale: float = number(600.0, 1.0, 100_000.0, "€/week", "spending that gives 63 % of full knowledge")
    knowledge_rate: float = number(0.08, 0.0, 1.0, "1/week", "speed at which knowledge follows spending")
    mystery_calls: float = number(40.0, 1.0, 10_000.0, "calls/period", "test calls that full knowledge makes")
    precision: float = number(0.8, 0.0, 1.0, "share", "of noise and lag that full knowledge removes")
