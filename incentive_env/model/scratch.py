"""Working memory of a week: the calls made together, what the witness keeps of them, and marks of slots."""

from typing import NamedTuple

import numpy as np

from incentive_env.config.channels import TACTICS
from incentive_env.model.compiled import compiled

AT_ONCE = 16  # calls in lanes, made together

# Calls in lanes: entry k of every array is about the same call. Masks are 1 or 0.
CALLS = np.dtype(
    [
        ("lanes", "i8"),
        ("customer", "u4", (AT_ONCE,)),
        ("place", "i4", (AT_ONCE,)),  # in the list from which to go on afterwards
        # Of the customer: before the call, and from then on as the call leaves them.
        ("trust", "f4", (AT_ONCE,)),
        ("irritation", "f4", (AT_ONCE,)),
        ("satisfaction", "f4", (AT_ONCE,)),
        ("debt", "f4", (AT_ONCE,)),
        ("disposition", "f4", (AT_ONCE,)),
        ("weeks", "f4", (AT_ONCE,)),  # since the last call
        ("still_met", "f4", (AT_ONCE,)),  # share of a need met then that has not grown back
        ("need_level", "f4", (AT_ONCE,)),  # of the product that is looked at
        ("last_need", "f4", (AT_ONCE,)),  # likewise
        ("need", "f4", (AT_ONCE,)),  # the greatest, over products
        ("product", "u4", (AT_ONCE,)),  # that is needed most
        ("expected", "i4", (AT_ONCE,)),  # mask: asked to be called back
        ("misled", "i4", (AT_ONCE,)),  # mask: is called back after a refusal
        ("unknown", "i4", (AT_ONCE,)),  # mask: the log is missing
        ("earning", "i4", (AT_ONCE,)),  # mask: a sale has deferred pay to earn
        # Luck: thirds of draws.
        ("luck", "f4", (3, AT_ONCE)),  # of tactic, sale, notes
        ("refusal_luck", "f4", (3, AT_ONCE)),  # of undecided, record, never again
        ("survey_luck", "f4", (2, AT_ONCE)),  # of asked, steered
        ("answer_noise", "f4", (AT_ONCE,)),  # standard units
        # The choice of a tactic.
        ("ease", "f4", (AT_ONCE,)),  # logit of buying from an honest rep
        ("odds", "f4", (AT_ONCE,)),
        ("chance", "f4", (len(TACTICS), AT_ONCE)),  # of a sale
        ("weight", "f4", (len(TACTICS), AT_ONCE)),  # of a tactic in the choice
        ("best", "f4", (AT_ONCE,)),
        ("left", "f4", (AT_ONCE,)),
        ("tactic", "i4", (AT_ONCE,)),  # that is chosen
        # What it does.
        ("time", "f4", (AT_ONCE,)),  # of the tactic, relative to an honest call
        ("sale_chance", "f4", (AT_ONCE,)),
        ("offence", "f4", (AT_ONCE,)),  # irritation by the tactic
        ("trust_gain", "f4", (AT_ONCE,)),
        ("trust_loss", "f4", (AT_ONCE,)),
        ("again", "f4", (AT_ONCE,)),  # irritation at being called again
        ("them", "f4", (AT_ONCE,)),  # irritation at a call-back after a refusal
        ("asked", "f4", (AT_ONCE,)),  # irritation at answering everything again
        ("upset", "f4", (AT_ONCE,)),  # all irritation that the call would add
        ("content", "f4", (AT_ONCE,)),  # satisfaction after the talk, before aftercare
        ("talk", "f4", (AT_ONCE,)),  # hours on the phone
        ("hours", "f4", (AT_ONCE,)),  # in all
        # How it ends: masks.
        ("angry", "i4", (AT_ONCE,)),
        ("sold", "i4", (AT_ONCE,)),
        ("undecided", "i4", (AT_ONCE,)),
        ("refused", "i4", (AT_ONCE,)),
        ("misbooked", "i4", (AT_ONCE,)),  # refused, filed as a call-back
        ("unlogged", "i4", (AT_ONCE,)),  # refused, not filed
        ("never", "i4", (AT_ONCE,)),  # do not call again
        ("skipped", "i4", (AT_ONCE,)),  # no notes
        ("steered", "i4", (AT_ONCE,)),
        ("surveyed", "i4", (AT_ONCE,)),
        ("opinion", "f4", (AT_ONCE,)),  # 1 promoter, −1 detractor
        ("csat", "f4", (AT_ONCE,)),
    ],
    align=True,
)


# The effects of a call, kept for the witness until the week's calls are over; a customer gets at most one call a week.
NOTE = np.dtype(
    [
        ("called", "u1"),
        ("tactic", "u1"),
        ("again", "f8"),  # irritation at being called again
        ("them", "f8"),  # irritation at a call-back after a refusal
        ("asked", "f8"),  # irritation at answering everything again
        ("irritation", "f8"),  # all that the call would add
        ("satisfaction", "f8"),  # after the talk, before aftercare
        ("debt", "f8"),  # after aftercare, before a sale
    ],
    align=True,
)


class Scratch(NamedTuple):
    """Working memory of the stages of a week; one for each thread."""

    calls: np.ndarray  # [1] CALLS
    turn: np.ndarray  # [customers] u1: who may be called
    happens: np.ndarray  # [customers] u1: rare events, a bit each; 0 for most
    picked: np.ndarray  # [customers + 1] u4: the customers to whom something happens
    luck: np.ndarray  # [5, customers] f4: a draw in 0 … 1 for each of what may happen
    loyalty: np.ndarray  # [customers] f4
    notes: np.ndarray  # [customers] NOTE; empty where the floor is not watched


def empty_scratch(threads: int, customers: int, *, watch: bool = False) -> Scratch:
    """Scratch for a number of threads; `scratch_of` selects one."""
    shape = (threads, customers)
    calls = np.zeros((threads, 1), np.dtype((np.record, CALLS)))
    calls["lanes"] = AT_ONCE
    return Scratch(
        calls, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8),
        np.zeros((threads, customers + 1), np.uint32), np.zeros((threads, 5, customers), np.float32),
        np.zeros(shape, np.float32), np.zeros((threads, customers if watch else 0), np.dtype((np.record, NOTE))),
    )  # fmt: skip


@compiled
def scratch_of(scratch: Scratch, thread: int) -> Scratch:
    """The scratch of one thread."""
    return Scratch(
        scratch.calls[thread], scratch.turn[thread], scratch.happens[thread], scratch.picked[thread],
        scratch.luck[thread], scratch.loyalty[thread], scratch.notes[thread],
    )  # fmt: skip
