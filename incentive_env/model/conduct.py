"""What whoever sits in a rep's seat wants done, in the place of the rep's own choice."""

import math

from numba import literal_unroll

from incentive_env.model.compiled import Record, compiled
from incentive_env.model.maths import clip
from incentive_env.model.reps import LEAST_EFFORT, NEVER_CHOSEN, channel_open
from incentive_env.model.state import CHOICES, HONEST


@compiled
def follow(conduct: Record, response: Record, p: Record) -> None:
    """Put a conduct in the place of what the rep would have done; what is switched off stays so.

    What the rep sees coming (``miss_chance``) and the care after a sale stay the rep's own.
    """
    response.effort = clip(conduct.effort, LEAST_EFFORT, p.effort.ceiling)
    response.precision = 1.0  # so that appeals are the logarithms of the shares
    for tactic in range(len(response.value)):
        share = conduct.mix[tactic]
        may = share > 0.0 and (tactic == HONEST or channel_open(tactic - 1, p))
        response.value[tactic] = 0.0
        response.appeal[tactic] = math.log(share) if may else NEVER_CHOSEN
    channel = len(response.value) - 1
    for choice in literal_unroll(CHOICES):
        response[choice] = conduct[choice] if channel_open(channel, p) else 0.0
        channel += 1
