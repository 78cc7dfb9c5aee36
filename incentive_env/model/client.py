"""The client and the outside world: demand, announced events, and the volume that remains."""

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, Records, compiled
from incentive_env.model.maths import clip
from incentive_env.model.mechanisms import CREDIT, on
from incentive_env.model.money import credit_line, usual_cost
from incentive_env.model.state import CAMPAIGN, NEWCOMERS, Customers
from incentive_env.model.workforce import EXIT_LAID_OFF, EXIT_MOVED, hire, leave

FOR_SALES, FOR_SERVICE = range(2)  # what the client demands


@compiled
def move_demand(floor: Record, p: Record, key: Key) -> None:
    """Demand fluctuates around its usual level, and sometimes jumps."""
    client = p.client
    floor.demand += client.demand_rate * (1.0 - floor.demand) + client.demand_sd * rng.normal(key, rng.DEMAND, 0)
    if rng.uniform(key, rng.DEMAND + 2, 0) < client.jump_chance:
        floor.demand += client.jump_size
    floor.demand = clip(floor.demand, client.least_demand, client.most_demand)


@compiled
def move_events(floor: Record, reps: Records, customers: Customers, tallies: Records, p: Record, key: Key) -> None:
    """Count down the events under way, and start new ones."""
    for event in range(len(floor.event_weeks_left)):
        if floor.event_weeks_left[event] > 0:
            floor.event_weeks_left[event] -= 1
        elif rng.uniform(key, rng.EVENT + event, 0) < p.events.chance[event] and floor.closed == 0:
            floor.event_weeks_left[event] = int(p.events.weeks[event])
            if event == NEWCOMERS:
                _swap_in_newcomers(floor, reps, customers, tallies, p, key)


@compiled
def demand_in_force(floor: Record, p: Record) -> float:
    """Sales the client asks for, as a multiple of the usual; a campaign raises it."""
    if floor.event_weeks_left[CAMPAIGN] > 0:
        return floor.demand * (1.0 + p.events.strength[CAMPAIGN])
    return floor.demand


@compiled
def delivery(floor: Record, total: Record, weeks: float, p: Record) -> float:
    """Delivery relative to the usual: of recorded sales, or of contacts answered in time."""
    if floor.volume <= 0.0:
        return 0.0
    if p.client.asks_for == FOR_SERVICE:
        return total.answered_in_time / max(total.contacts, 1.0) / p.client.usual_service
    usual = p.client.usual_sales * p.salesforce.reps * floor.volume * weeks
    return total.recorded_sales * p.market.customers_per_slot / usual


@compiled
def judge_delivery(floor: Record, week: Record, p: Record) -> None:
    """The client compares delivery with its demand; a shortfall adds to its disappointment."""
    if floor.volume <= 0.0:
        return
    floor.delivered += p.client.memory * (delivery(floor, week, 1.0, p) - floor.delivered)
    shortfall = max(0.0, demand_in_force(floor, p) - floor.delivered - p.client.tolerance)
    floor.disappointment = p.client.anger_kept * floor.disappointment + p.client.anger_rate * shortfall


@compiled
def settle_volume(floor: Record, reps: Records, customers: Customers, tallies: Records, p: Record, key: Key) -> None:
    """At the end of a quota period the client may take a step of volume away, or give one back."""
    if p.client.may_leave == 0 or floor.closed != 0 or (floor.week + 1) % p.horizon.decision_weeks != 0:
        return
    chance = rng.uniform(key, rng.VOLUME, 0)
    if on(CREDIT, p):
        _follow_delivery(floor, p)
    elif chance < floor.disappointment * floor.disappointment:
        floor.volume = max(0.0, floor.volume - p.client.step)
        floor.disappointment *= p.client.anger_after_loss
    elif floor.volume < 1.0 and floor.delivered >= demand_in_force(floor, p) and chance < p.client.return_chance:
        floor.volume = min(1.0, floor.volume + p.client.step)
    if floor.volume < 1e-6:
        _close(floor, reps, customers, tallies, p)


@compiled
def _follow_delivery(floor: Record, p: Record) -> None:
    """The client leaves as much volume as delivery deserves, moved by small steps; so it comes back the same way."""
    shortfall = max(0.0, demand_in_force(floor, p) - floor.delivered - p.client.tolerance)
    deserved = max(p.client.least_volume, 1.0 - p.client.follow * shortfall)
    floor.volume += clip(deserved - floor.volume, -p.client.small_step, p.client.small_step)


@compiled
def settle_seats(
    floor: Record, reps: Records, customers: Customers, tallies: Records, weekly_cost: float, p: Record, key: Key
) -> None:
    """A floor in debt lays off its newest rep, more likely the deeper the debt; one with cash opens seats again."""
    if p.money.insolvency == 0 or floor.closed != 0:
        return
    if on(CREDIT, p):
        weekly_cost = usual_cost(p)
        if floor.cash < -p.money.last_weeks * weekly_cost:
            _close(floor, reps, customers, tallies, p)
            return
    depth = -(floor.cash + credit_line(p)) / (p.money.layoff_weeks * weekly_cost)
    if on(CREDIT, p) and floor.open_seats <= p.money.least_seats * len(reps):
        depth = 0.0
    if rng.uniform(key, rng.LAYOFF, 0) < depth:
        floor.open_seats -= 1
        newest = -1
        present = 0
        for r in range(len(reps)):
            present += reps[r].present
            if reps[r].present != 0 and (newest < 0 or reps[r].tenure < reps[newest].tenure):
                newest = r
        if newest >= 0 and present > floor.open_seats:  # an empty seat is given up before a person is
            leave(reps[newest], customers, newest, tallies[newest], EXIT_LAID_OFF, p)
    elif floor.open_seats < len(reps) and floor.cash > (0.0 if on(CREDIT, p) else p.money.rehire_weeks * weekly_cost):
        floor.open_seats += 1
    if floor.open_seats <= 0:
        _close(floor, reps, customers, tallies, p)


@compiled
def _close(floor: Record, reps: Records, customers: Customers, tallies: Records, p: Record) -> None:
    floor.closed = 1
    floor.volume = 0.0
    floor.open_seats = 0
    for r in range(len(reps)):
        if reps[r].present != 0:
            leave(reps[r], customers, r, tallies[r], EXIT_LAID_OFF, p)


@compiled
def _swap_in_newcomers(
    floor: Record, reps: Records, customers: Customers, tallies: Records, p: Record, key: Key
) -> None:
    if p.floors.fresh_team != 0:
        floor.team_honesty = p.floors.honesty_spread * rng.normal(key, rng.EVENT + 20, 0)
    for r in range(len(reps)):
        moved = rng.uniform(key, rng.EVENT + 16, r) < p.events.strength[NEWCOMERS]
        if moved and reps[r].present != 0:
            leave(reps[r], customers, r, tallies[r], EXIT_MOVED, p)
            hire(reps[r], tallies[r], floor, p, key, r)
