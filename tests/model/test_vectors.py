"""The loops over lanes and over customers are vector instructions: a branch or a double would quietly undo that."""

import platform
import re

import numpy as np
import pytest
from worlds import Core, tiny_floor

from incentive_env.model import conversation, customers, reps

core = Core(conversation, customers, reps)

STAGES = {
    "choose_tactics": lambda w: (w.scratch.calls[0], w.responses[0]),
    "feel": lambda w: (w.scratch.calls[0], w.responses[0], w.p),
    "ask_opinions": lambda w: (w.scratch.calls[0], w.responses[0], w.floor, w.p),
    "_forget": lambda w: (w.customers, w.floor, w.p),
    "_judge": lambda w: (w.customers, w.scratch.loyalty, w.floor, w.p),
    "_mark_losses": lambda w: (w.customers, w.scratch, w.p),
}

ARITHMETIC = r"\bv?(?:add|sub|mul|max|min){}\b"
LANES = {"xmm": 4, "ymm": 8, "zmm": 16}  # single precision


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86's names of instructions")
@pytest.mark.parametrize("stage", STAGES)
def test_hot_loops_are_vector_instructions(stage):
    """Some scalar ones remain: constants, and the customers who are left over when vectors are full.

    How often a loop is unrolled differs by processor, so numbers are counted: a vector instruction does as many as it
    has lanes.
    """
    run = getattr(core, stage)
    run(*STAGES[stage](tiny_floor()))
    (assembly,) = run.inspect_asm().values()
    in_lanes = sum(LANES[register] for register in re.findall(ARITHMETIC.format("ps") + r".*%([xyz]mm)", assembly))
    alone = len(re.findall(ARITHMETIC.format("ss"), assembly))
    assert in_lanes > 2 * alone
    assert not re.search(r"\bv?(?:add|mul)pd\b", assembly), "doubles take twice the room"


def test_sums_over_customers_do_not_depend_on_their_order():
    world, lane = tiny_floor(), np.random.default_rng(0)
    for feeling in (world.customers.trust, world.customers.irritation, world.customers.satisfaction):
        feeling[:] = lane.random(len(feeling))
    core._sum_feelings(world.customers, world.week)
    there = (float(world.week.trust), float(world.week.irritation), float(world.week.satisfaction))
    assert there[0] == pytest.approx(world.customers.trust.astype(float).sum(), abs=1e-7)
    for feeling in (world.customers.trust, world.customers.irritation, world.customers.satisfaction):
        feeling[:] = feeling[::-1].copy()
    core._sum_feelings(world.customers, world.week)
    assert there == (float(world.week.trust), float(world.week.irritation), float(world.week.satisfaction))
