"""What pay is compared with: one's own usual pay, colleagues' results, and what others offer.

A cut of pay drives people out, above all the successful, and moves the effort of those who stay little
(Sandvik et al. 2021). Those who do well stay (Bycio, Hackett & Alvares 1990).
"""

import math

from incentive_env.model.compiled import Record, Records, compiled
from incentive_env.model.maths import clip
from incentive_env.model.mechanisms import PAY_MEMORY, on
from incentive_env.model.pay import bonus_of


@compiled
def remember_pay(rep: Record, pay: float, p: Record) -> None:
    """Move recent and usual pay by a week's; a new rep begins with the first week's pay."""
    m = p.pay_memory
    if rep.usual_pay <= 0.0:
        rep.recent_pay = rep.usual_pay = max(pay, 1.0)
    rep.recent_pay += m.recent_rate * (pay - rep.recent_pay)
    rep.recent_pay = max(rep.recent_pay, 1.0)
    rep.usual_pay += m.usual_rate * (rep.recent_pay - rep.usual_pay)


@compiled
def cut_felt(rep: Record, p: Record) -> float:
    """How far recent pay is below what the rep is used to, in log points beyond what one notices; 0 for a rise."""
    if not on(PAY_MEMORY, p) or rep.usual_pay <= 0.0:
        return 0.0
    return max(0.0, math.log(rep.usual_pay / rep.recent_pay) - p.pay_memory.noticed)


@compiled
def notice_success(reps: Records, tallies: Records, p: Record) -> None:
    """Compare each rep's recorded sales with those of colleagues, in standard deviations."""
    present, total, squares = 0, 0.0, 0.0
    for r in range(len(reps)):
        if reps[r].present != 0:
            present += 1
            total += reps[r].usual_sales
            squares += reps[r].usual_sales * reps[r].usual_sales
    mean = total / max(present, 1)
    spread = math.sqrt(max(squares / max(present, 1) - mean * mean, 0.0)) + 0.1
    for r in range(len(reps)):
        if reps[r].present != 0:
            standing = clip((reps[r].usual_sales - mean) / spread, -3.0, 3.0)
            reps[r].success += p.pay_memory.success_rate * (standing - reps[r].success)


@compiled
def reasons_to_stay(rep: Record, tally: Record, p: Record) -> float:
    """Fall of the log hazard of quitting: success, more where pay depends on it; against a cut of pay."""
    if not on(PAY_MEMORY, p):
        return 0.0
    m = p.pay_memory
    bonus = bonus_of(tally)
    contingent = bonus / max(bonus + tally.base_pay, 1.0)
    leaving = m.cut_quit * cut_felt(rep, p) * (1.0 + m.poached * max(0.0, rep.success))
    return (m.success + m.success_paid * contingent) * rep.success - leaving
