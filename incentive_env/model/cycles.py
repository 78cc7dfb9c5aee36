"""What moves over the year outside the floor: need, by the seasons, and pay elsewhere."""

import math

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, compiled
from incentive_env.model.maths import exp
from incentive_env.model.mechanisms import CYCLES, on
from incentive_env.model.state import YEAR


@compiled
def move_cycles(floor: Record, p: Record, key: Key) -> None:
    """Move the season of need, and pay elsewhere, by a week."""
    if not on(CYCLES, p):
        return
    c = p.cycles
    floor.season = floor.season_size * math.sin(2.0 * math.pi * (floor.week / YEAR + floor.season_start))
    shock = c.wage_sd * math.sqrt(2.0 * c.wage_rate) * rng.normal(key, rng.WAGE, 0)
    floor.wage += shock - c.wage_rate * floor.wage


@compiled
def open_cycles(floor: Record, p: Record, key: Key) -> None:
    """Draw the time of the year at which a floor opens, the size of its seasons, and pay elsewhere."""
    c = p.cycles
    floor.season_start = rng.uniform(key, rng.OPENING_FLOOR + 12, 0)
    floor.season_size = c.season * (1.0 + c.season_spread * (2.0 * rng.uniform(key, rng.OPENING_FLOOR + 13, 0) - 1.0))
    floor.season = 0.0
    floor.wage = c.wage_sd * rng.normal(key, rng.OPENING_FLOOR + 14, 0) if on(CYCLES, p) else 0.0


@compiled
def outside_pay(floor: Record, p: Record) -> float:
    """€/week that average ability earns elsewhere now."""
    if not on(CYCLES, p):
        return p.workforce.outside_pay
    return p.workforce.outside_pay * exp(floor.wage)
