"""Know-how of gaming: how measures wear out (Meyer & Gupta 1994; Courty & Marschke 2004).

Each rep has a stock for each channel. It grows with use, with a search for ways where gaming pays, and with what
colleagues know; it fades without use and leaves with the person. It makes a channel more appealing and harder to find.
"""

from incentive_env.model.compiled import Record, Records, compiled, inlined
from incentive_env.model.maths import clip, exp
from incentive_env.model.mechanisms import KNOW_HOW, on
from incentive_env.model.state import CALLBACK, RUSHED, UNLOGGED

NEUTRAL = 0.5


@inlined
def lead_of(rep: Record, channel: int, p: Record) -> float:
    """Log odds that know-how adds to the choice of a channel; 0 where it is switched off."""
    if not on(KNOW_HOW, p):
        return 0.0
    return p.know_how.worth * (rep.know_how[channel] - NEUTRAL)


@inlined
def visible_share(rep: Record, channel: int, p: Record) -> float:
    """Share of the usual chance of being found out that is left; above 1 for a clumsy rep."""
    if not on(KNOW_HOW, p):
        return 1.0
    return 1.0 - p.know_how.hiding * 2.0 * (rep.know_how[channel] - NEUTRAL)


@compiled
def learn_to_game(rep: Record, response: Record, tally: Record, floor: Record, p: Record) -> None:
    """Move a rep's know-how by a week of use, search, colleagues and forgetting."""
    k = p.know_how
    for channel in range(len(rep.know_how)):
        use = tally.gamed[channel] / max(_chances(tally, channel), 1.0)
        gain = max(0.0, response.gain[channel]) if p.channels[channel] != 0 else 0.0
        search = k.search * (1.0 - exp(-gain / k.search_scale))
        known = rep.know_how[channel]
        grown = k.growth * min(use + search, 1.0) * (1.0 - known)
        shared = k.sharing * max(0.0, floor.know_how[channel] - known)
        rep.know_how[channel] = clip(known + grown + shared - k.fading * known, 0.0, 1.0)


@compiled
def average_know_how(floor: Record, reps: Records) -> None:
    """What the floor knows: the mean over those present, which colleagues learn from next week."""
    present = 0
    for channel in range(len(floor.know_how)):
        floor.know_how[channel] = 0.0
    for r in range(len(reps)):
        if reps[r].present != 0:
            present += 1
            for channel in range(len(floor.know_how)):
                floor.know_how[channel] += reps[r].know_how[channel]
    for channel in range(len(floor.know_how)):
        floor.know_how[channel] /= max(present, 1)


@compiled
def _chances(tally: Record, channel: int) -> float:
    """Occasions of the week on which a channel could have been used."""
    if channel == RUSHED:
        return float(tally.answered)
    if channel in (CALLBACK, UNLOGGED):
        return float(tally.refusals)
    return float(tally.calls)
