"""Care: how well a rep works, beside how much (Holmström & Milgrom 1991); and who takes control or trust how.

Care has a quadratic cost, and a cost that it shares with haste, so the best care is linear in what speaks for it.
"""

from incentive_env.model.beliefs import felt_audit
from incentive_env.model.compiled import Record, compiled
from incentive_env.model.maths import clip, exp
from incentive_env.model.mechanisms import CARE, CROWDING, KINDS, on

USUAL_CONTROL = 0.1  # share of calls heard, at which control acts as the coefficients say


@compiled
def care_of(rep: Record, response: Record, scheme: Record, p: Record, earned: float, aftercare: float) -> float:
    """Care for the week; 1 is usual.

    Args:
        rep: who works.
        response: with the chance that a survey is steered.
        scheme: in force.
        p: the configuration's record.
        earned: € that one more call would earn now; the hurry.
        aftercare: care for sales that still have pay to earn, 0 … 1.
    """
    if not on(CARE, p):
        return 1.0
    c = p.care
    care = c.resting + c.motivation * (rep.motivation - p.motivation.content) + c.coached * rep.coached
    care += c.survey * scheme.survey_bonus / 100.0 * (1.0 - response.steer) + c.deferred * aftercare
    care -= c.haste * earned + crowded_out(scheme, p) * p.crowding.care * rep.motivation
    if on(KINDS, p):
        trusted = scheme.autonomy**p.kinds.trust_power
        control = control_of(felt_audit(rep, scheme, p), p)
        care += kind_of(rep.honesty, p) * (p.kinds.repayment * trusted - p.kinds.control * control)
    return clip(care, c.least, c.most)


@compiled
def crowded_out(scheme: Record, p: Record) -> float:
    """1 where any pay is contingent, which crowds out what reps do by themselves (Gneezy & Rustichini 2000); else 0."""
    if not on(CROWDING, p):
        return 0.0
    paid = scheme.commission + scheme.activity_pay + scheme.survey_bonus + scheme.retention_pay
    if scheme.target > 0.0:
        paid += scheme.target_bonus
    return 1.0 if paid > 0.0 else 0.0


@compiled
def control_of(heard: float, p: Record) -> float:
    """How much control reps feel: 1 where 10 % of calls are heard; a little control is felt at once.

    Any control signals distrust (Falk & Kosfeld 2006), so the first share heard weighs most.
    """
    return (1.0 - exp(-heard / p.kinds.control_scale)) / (1.0 - exp(-USUAL_CONTROL / p.kinds.control_scale))


@compiled
def kind_of(honesty: float, p: Record) -> float:
    """How honest or opportunistic a rep is: 1 fully honest, −1 fully an opportunist; 0 where kinds are switched off."""
    if not on(KINDS, p):
        return 0.0
    return clip((honesty - p.kinds.middle) / p.kinds.width, -1.0, 1.0)
