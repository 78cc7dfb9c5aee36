"""The totals of a week: sums over reps, and every flow of money."""

from numba import literal_unroll

from incentive_env.model.compiled import Record, Records, compiled
from incentive_env.model.mechanisms import CREDIT, on
from incentive_env.model.pay import pay_of
from incentive_env.model.reps import skill_of
from incentive_env.model.state import SUMMED
from incentive_env.model.workforce import EXIT_DISMISSED, EXIT_LAID_OFF, EXIT_MOVED, EXIT_QUIT, engagement_of

# State of a rep and of a floor that the records of a week hold, as of its end.
_OF_REP = (
    "motivation", "strain", "ability", "honesty", "tenure", "gaming", "heard", "severity", "usual_pay", "success",
)  # fmt: skip
_OF_FLOOR = (
    "week", "cash", "demand", "delivered", "volume", "open_seats", "closed", "norm", "reputation", "knowledge",
    "season", "wage", "ratchet", "managed",
)  # fmt: skip


@compiled
def note_rep(rep: Record, response: Record, tally: Record, p: Record) -> None:
    """Record the state of a rep at the end of the week."""
    tally.effort, tally.care = response.effort, response.care
    tally.miss_chance = response.miss_chance
    tally.engagement = engagement_of(rep, p)
    tally.skill = skill_of(rep, p)
    for name in literal_unroll(_OF_REP):
        tally[name] = rep[name]
    for channel in range(len(rep.know_how)):
        tally.know_how += rep.know_how[channel] / len(rep.know_how)


@compiled
def sum_reps(tallies: Records, week: Record, p: Record) -> None:
    """Add up what the reps did."""
    for r in range(len(tallies)):
        tally = tallies[r]
        for name in literal_unroll(SUMMED):
            week[name] += tally[name]
        for channel in range(len(tally.gamed)):
            week.gamed[channel] += tally.gamed[channel]
            week.found[channel] += tally.found[channel]
        week.gaming_reps += tally.gaming > p.workforce.gaming_rep


@compiled
def count_exits(tallies: Records, week: Record) -> None:
    """Count exits by reason; layoffs come last in the week."""
    for r in range(len(tallies)):
        week.quits += tallies[r].exit == EXIT_QUIT
        week.dismissals += tallies[r].exit == EXIT_DISMISSED
        week.layoffs += tallies[r].exit == EXIT_LAID_OFF
        week.moved += tallies[r].exit == EXIT_MOVED


@compiled
def move_cash(floor: Record, week: Record, p: Record) -> float:
    """Book the week's flows, and move cash by exactly their sum. Returns the running cost of the week, €."""
    scheme, money, people = floor.scheme, p.money, p.market.customers_per_slot
    week.revenue = money.fee * week.recorded_sales * people
    week.trail_fees = money.trail_fee * week.products_held * people * floor.volume
    week.inbound_fees = money.inbound_fee * week.recorded_fixed * people
    week.refunds = money.fee * week.refunded * people
    pay = pay_of(week)
    week.employer_cost = money.employer_cost * pay
    week.audit_cost = money.audit_cost * scheme.audit * (week.calls + week.answered) * people
    week.coaching_cost = money.coaching_cost * scheme.coaching * week.present
    week.hiring_cost = p.workforce.hiring_cost * week.hired
    if on(CREDIT, p):
        week.interest = money.interest * max(0.0, -floor.cash)
    if floor.closed == 0:
        week.overhead = money.overhead * _running_share(floor, p)
        week.research_cost = scheme.research
    cost = pay + week.employer_cost + week.overhead + week.audit_cost + week.coaching_cost + week.research_cost
    income = week.revenue + week.trail_fees + week.inbound_fees + week.fine
    floor.cash += income - week.refunds - cost - week.hiring_cost - week.interest
    return cost


@compiled
def _running_share(floor: Record, p: Record) -> float:
    """Share of the overhead that a floor of this size has."""
    if not on(CREDIT, p):
        return 1.0
    size = 0.5 * floor.open_seats / p.salesforce.reps + 0.5 * floor.volume
    return 1.0 - p.money.overhead_variable * (1.0 - size)


@compiled
def note_floor(floor: Record, week: Record) -> None:
    """Record the state of the floor at the end of the week."""
    for name in literal_unroll(_OF_FLOOR):
        week[name] = floor[name]
    for event in range(len(floor.event_weeks_left)):
        week.event_weeks_left[event] = floor.event_weeks_left[event]
