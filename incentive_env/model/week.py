"""One week of one floor: the stages, in order."""

from incentive_env.model import rng
from incentive_env.model.beliefs import count_toward_target, learn_from_audits
from incentive_env.model.calls import take_turns, work_the_book
from incentive_env.model.client import judge_delivery, move_demand, move_events, settle_seats, settle_volume
from incentive_env.model.compiled import Key, Record, Records, compiled, inlined
from incentive_env.model.customers import live_a_week
from incentive_env.model.cycles import move_cycles
from incentive_env.model.figures import count_exits, move_cash, note_floor, note_rep, sum_reps
from incentive_env.model.know_how import average_know_how, learn_to_game
from incentive_env.model.maths import clip, exp
from incentive_env.model.mechanisms import AUDIT_BELIEFS, KNOW_HOW, PAY_MEMORY, on
from incentive_env.model.pay import audit_rep, pay_of, pay_rep
from incentive_env.model.pay_memory import notice_success, remember_pay
from incentive_env.model.reps import decide, follow
from incentive_env.model.scratch import Scratch
from incentive_env.model.service import plan_hours
from incentive_env.model.state import Customers
from incentive_env.model.witness import Witness, note_calls, note_exits
from incentive_env.model.workforce import change_rep, fill_vacancy, learn_from_week, move_norm, settle_exit


@inlined
def simulate_week(
    floor: Record, reps: Records, customers: Customers, responses: Records, tallies: Records, week: Record, p: Record,
    scratch: Scratch, witness: Witness,
) -> None:  # fmt: skip
    """Advance one floor by a week.

    Args:
        floor: FLOOR record, changed in place.
        reps: ``[reps]`` REP records, changed in place.
        customers: of this floor, changed in place.
        responses: ``[reps]`` RESPONSE records, scratch.
        tallies: ``[reps]`` REP_WEEK records, zero on entry.
        week: FLOOR_WEEK record, zero on entry.
        p: the configuration's record.
        scratch: working memory, overwritten.
        witness: of this floor and week; empty if the floor is not watched.
    """
    key = rng.week_key(floor.seed, floor.week)
    # 1. Demand
    move_demand(floor, p, key)
    move_cycles(floor, p, key)
    move_events(floor, reps, customers, tallies, p, key)
    note_exits(witness, customers, floor, p)
    # 2. Reps, or external policies, decide
    for r in range(len(reps)):
        if reps[r].present != 0:
            tallies[r].present = 1.0
            decide(reps[r], responses[r], floor, p)
            if reps[r].conduct.given != 0:
                follow(reps[r].conduct, responses[r], p)
    # 3. Hours, inbound work first
    answering = plan_hours(floor, reps, responses, tallies, week, p)
    # 4. Calls, some of them followed by a survey
    take_turns(customers, scratch)
    for r in range(len(reps)):
        if reps[r].present != 0:
            work_the_book(reps[r], responses[r], customers, tallies[r], floor, p, key, r, scratch)
    note_calls(witness, customers, scratch.notes, floor, p)
    # 5. to 7. Inbound contacts are answered, and customers live with the consequences
    live_a_week(customers, responses, tallies, floor, week, answering, p, key, scratch, witness)
    _spread_the_word(floor, week, p)
    # 8. Pay, audit, sanctions
    for r in range(len(reps)):
        if reps[r].present != 0:
            pay_rep(reps[r], tallies[r], floor, p)
            audit_rep(reps[r], tallies[r], floor, p, key, r)
    # 9. Reps learn, change, leave and come
    move_norm(floor, tallies, p)
    count_toward_target(floor, tallies, p)
    if on(AUDIT_BELIEFS, p):
        learn_from_audits(reps, tallies, floor, p, key)
    if on(PAY_MEMORY, p):
        notice_success(reps, tallies, p)
    _move_workforce(floor, reps, customers, responses, tallies, answering.load, p, key)
    # The week is closed: sums, cash, and what the client and the bank conclude.
    sum_reps(tallies, week, p)
    cost = move_cash(floor, week, p)
    judge_delivery(floor, week, p)
    settle_volume(floor, reps, customers, tallies, p, key)
    settle_seats(floor, reps, customers, tallies, cost, p, key)
    count_exits(tallies, week)
    note_floor(floor, week)
    floor.week += 1


@compiled
def _move_workforce(
    floor: Record, reps: Records, customers: Customers, responses: Records, tallies: Records, load: float, p: Record,
    key: Key,
) -> None:  # fmt: skip
    filled = 0
    for r in range(len(reps)):
        if reps[r].present != 0:
            tally = tallies[r]
            learn_from_week(reps[r], responses[r], tally, p)
            change_rep(reps[r], responses[r], tally, floor, load, p)
            if on(KNOW_HOW, p):
                learn_to_game(reps[r], responses[r], tally, floor, p)
            pay = pay_of(tally) - tally.fine
            if on(PAY_MEMORY, p):
                remember_pay(reps[r], pay, p)
                pay = reps[r].recent_pay
            note_rep(reps[r], responses[r], tally, p)
            settle_exit(reps[r], customers, tally, floor, pay, p, key, r)
        filled += reps[r].present
    for r in range(len(reps)):
        filled += fill_vacancy(reps[r], tallies[r], floor, filled, p, key, r)
    if on(KNOW_HOW, p):
        average_know_how(floor, reps)
    floor.knowledge += p.reporting.knowledge_rate * (
        1.0 - exp(-floor.scheme.research / p.reporting.research_scale) - floor.knowledge
    )


@compiled
def _spread_the_word(floor: Record, week: Record, p: Record) -> None:
    """Word of mouth: reputation follows what customers, and those who left in anger, would say."""
    voices = max(week.customers + week.left_wronged, 1.0)
    says = (week.promoters - week.detractors - week.left_wronged) / voices
    floor.reputation = clip(floor.reputation + p.customers.reputation_rate * (says - floor.reputation), -1.0, 1.0)
