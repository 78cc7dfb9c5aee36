"""The table of gates, and their measurement one after the other."""

import sys
import time
import traceback
from collections.abc import Sequence

from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Gate, Outcome, Verdict
from agents.studies.gates.good_measure import good_measure
from agents.studies.gates.lead import lead
from agents.studies.gates.seeing import hidden, memory
from agents.studies.gates.survival import survival
from agents.studies.gates.use import levers_used
from agents.studies.gates.wear import wears_out

GATES: dict[str, Gate] = {
    gate.id: gate
    for gate in (
        Gate("G1", "a good measure, until it is a target", good_measure),
        Gate("G2", "measures wear out, and recover", wears_out),
        Gate("G3", "state and time matter", lead),
        Gate("G4", "memory matters", memory),
        Gate("G5", "what is hidden matters", hidden),
        Gate("G6", "levers are used", levers_used),
        Gate("G7", "survival is not the score", survival),
    )
}
THOROUGH = {"G3", "G4", "G5", "G6"}  # gates that need the best policies


def measure(bench: Bench, gates: Sequence[Gate]) -> list[Verdict]:
    """Measure gates; one that breaks down does not hold, and the others are still measured."""
    return [_measured(bench, gate) for gate in gates]


def _measured(bench: Bench, gate: Gate) -> Verdict:
    print(f"{gate.id}: {gate.claim} ...", file=sys.stderr, flush=True)
    begun = time.monotonic()
    try:
        outcome, trouble = gate.measure(bench), None
    except Exception as error:
        traceback.print_exc()
        outcome, trouble = Outcome([]), f"{type(error).__name__}: {error}"
    return Verdict(gate, outcome.figures, time.monotonic() - begun, outcome.data, trouble)
