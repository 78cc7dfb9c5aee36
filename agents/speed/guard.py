"""Whether the simulator became slower: its ratios to the reference loops, here and as committed.

Seconds depend on the machine and the moment; ratios depend on them much less. There are two, because a program that
shares the core slows scalar code (the simulator and the *plain* loop) more than long vector instructions (the *bare*
loop). A loss must show against both. The loop with the whole state is left out: one more field in the state would slow
it too, and hide half of the loss.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from agents.provenance import provenance
from agents.speed.simulator import FLOORS, reference_tasks
from agents.speed.timing import Median, Task, interleave, ratio
from agents.speed.work import NEUTRAL, batch_work, env_work
from incentive_env import Config

ROUNDS = 24
FORMS = ("bare", "plain")  # of the reference
WHAT = {"batch": f"a batch of {FLOORS} floors", "env": "a single Env"}

# How many times the committed ratios are no loss. On unchanged code and two cores, five runs beside little else
# differed by 3 % at most; beside three programs that kept cores and memory busy medians rose by up to 21 % (Env, bare),
# but the lower ends of the intervals, which decide, by 6 % at most. Whole minutes were seen in which the bare ratios
# were 20 to 30 % higher, and the plain ones 5 %. So a loss by a third or more is found, and none that was not there.
MARGIN = 1.3
# The same on another kind of CPU, whose vector instructions may favour the loop, and its caches the simulator.
MARGIN_ELSEWHERE = 2.0

Ratios = Mapping[str, Mapping[str, Median]]
"""What is run, against which form of the reference."""


class Verdict(StrEnum):
    """The verdict on a ratio."""

    LOSS = "clearly slower"
    SAME = "no clear change"
    GAIN = "clearly faster, renew the committed figures"


class Judged(NamedTuple):
    """What is run, its ratios, and the committed ones."""

    what: str
    verdict: Verdict
    measured: Mapping[str, Median]  # by form
    committed: Mapping[str, float]
    margin: float

    def __str__(self) -> str:
        """The verdict as a sentence."""
        parts = [
            f"{value:.2f} ({low:.2f} … {high:.2f}) times as long as the {form} reference loop, committed "
            f"{self.committed[form]:.2f}"
            for form, (value, low, high) in self.measured.items()
        ]
        return f"{self.verdict}: {WHAT[self.what]} takes {'; '.join(parts)}; {self.margin:g} times that is allowed"


def measure(config: Config, rounds: int = ROUNDS, *, label: str = "guard") -> Ratios:
    """The ratios to the reference loops under the neutral scheme, on one thread."""
    loops = reference_tasks(config)
    tasks: dict[str, Task] = {
        "bare": loops["bare"],
        "batch": batch_work(config, FLOORS),
        "plain": loops["plain"],
        "env": env_work(config, NEUTRAL),
    }
    seconds = interleave(tasks, rounds, label)
    return {what: {form: ratio(seconds[what], seconds[form]) for form in FORMS} for what in WHAT}


def plain_content(ratios: Ratios) -> dict[str, Any]:
    """The ratios as content for a JSON file."""
    return {what: {form: found._asdict() for form, found in of.items()} for what, of in ratios.items()}


def committed(results: Mapping[str, Any], path: Path) -> dict[str, dict[str, float]]:
    """The ratios in a file of figures.

    Raises:
        ValueError: they are missing, or are not positive numbers.
    """
    try:
        ratios = {what: {form: float(results["guard"][what][form]["value"]) for form in FORMS} for what in WHAT}
    except (KeyError, TypeError, ValueError):
        ratios = {}
    if not ratios or not all(0.0 < ratio < float("inf") for of in ratios.values() for ratio in of.values()):
        raise ValueError(f"{path}: holds no ratios; run scripts/maintain/speed.py --out {path}")
    return ratios


def margin_here(results: Mapping[str, Any]) -> float:
    """The margin for a comparison with figures that may come from another kind of CPU."""
    there, here = results["provenance"].get("machine", {}), provenance()["machine"]
    return MARGIN if all(there.get(key) == here[key] for key in ("architecture", "cpu")) else MARGIN_ELSEWHERE


def judge(measured: Ratios, ratios: Mapping[str, Mapping[str, float]], margin: float = MARGIN) -> list[Judged]:
    """Judge whether each thing that is run became slower or faster than committed."""
    return [Judged(what, _verdict(measured[what], ratios[what], margin), measured[what], ratios[what], margin)
            for what in WHAT]  # fmt: skip


def _verdict(measured: Mapping[str, Median], ratios: Mapping[str, float], margin: float) -> Verdict:
    """A change only where, against every form, the whole interval lies beyond the margin."""
    if all(measured[form].low > margin * ratios[form] for form in FORMS):
        return Verdict.LOSS
    if all(measured[form].high < ratios[form] / margin for form in FORMS):
        return Verdict.GAIN
    return Verdict.SAME
