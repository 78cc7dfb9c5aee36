"""What the page says in sentences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agents.benchmark.analysis.leaderboard import LeaderboardRow
from agents.benchmark.report.tables import in_sentence
from agents.benchmark.results import Kind, Results, name_of

_KINDS: dict[Kind, tuple[str, str]] = {
    "fixed": ("fixed", "fixed"), "searched": ("found by search", "found by search"),
    "learned": ("learned by training", "learned by training"), "true_state": ("that sees the true state",) * 2,
    "luck_known": ("with its luck known",) * 2,
}  # fmt: skip

_USES = {"home": "at home", "held_out": "held out", "curve": "during training"}


def lead(results: Results) -> tuple[str, str]:
    """What was compared, and on what."""
    policies = {(cell.policy, cell.reward): cell.kind for cell in results.cells}
    counts = Counter(policies.values())
    parts = [f"{counts[kind]} {names[counts[kind] > 1]}" for kind, names in _KINDS.items() if counts[kind]]
    compared = (
        f"The suite {results.suite} compares {_count(policies, 'policy', 'policies')} in {_listed(results.homes)}: "
    )
    return compared + f"{_listed(parts)}{_seeds(results)}.", _floors(results)


def verdict(rows: Sequence[LeaderboardRow], best_static: str) -> str:
    """Whether anything that sees only the report is ahead of the best static policy.

    Args:
        rows: of the leaderboard.
        best_static: its label.
    """
    best = next((row for row in rows if row.kind not in ("true_state", "luck_known")), None)
    if best is None:
        return ""
    if best.over_static is None:
        return f"No policy of the main table that sees only the report is above the best static one, {best_static}."
    name, shown = name_of(best.policy, best.reward), best.over_static.is_above
    loyalty = in_sentence(best.loyalty, ".1f")
    return (
        f"{name} has the highest loyalty of all in the main table that see only the report, {loyalty} points. It is "
        f"{'' if shown else 'not shown to be '}ahead of the best static policy, {best_static}: "
        f"{in_sentence(best.over_static, '+.1f')}."
    )


def scenarios(names: Sequence[str]) -> str:
    """The home and how many others."""
    others = names[1:]
    return f"{names[0]} and {_count(others, 'held-out scenario', 'held-out scenarios')}" if others else names[0]


def origin(results: Results) -> dict[str, str]:
    """Where the results come from, a line each."""
    known = dict(results.provenance)
    commit, changed = known.pop("commit", None), known.pop("changed", None)
    return {
        "commit": f"{commit or 'unknown'}",
        **({"changed": "files that the commit follows were changed since"} if changed else {}),
        **{name: _flat(value) for name, value in known.items()},
        "floors": "; ".join(f"{_USES.get(use, use)} {floors}" for use, floors in results.floors.items()),
        "training seeds": ", ".join(map(str, sorted({cell.seed for cell in results.cells if cell.reward}))) or "none",
        "scenarios": _flat(results.scenarios),
        "suite": f"{results.suite} {results.suite_hash}",
        "digest of the figures": results.digest,
        "run": " to ".join(_when(results.times[name]) for name in ("started", "ended") if name in results.times),
    }


def _seeds(results: Results) -> str:
    seeds = Counter((cell.policy, cell.reward, cell.scenario) for cell in results.cells if cell.reward is not None)
    if not seeds:
        return ""
    low, high = min(seeds.values()), max(seeds.values())
    many = str(low) if low == high else f"{low} to {high}"
    return f"; those trained for it have {many} training seed{'s' if high > 1 else ''} each"


def _floors(results: Results) -> str:
    home, abroad = results.floors.get("home"), results.floors.get("held_out")
    held_out = dict.fromkeys(name for where in results.homes for name in results.held_out.get(where, ()))
    same = "All manage the same floors"
    if home is not None:
        same = f"All manage the same {home.count} simulated floors"
    if not held_out or abroad is None:
        return f"{same}, none of which they met in training."
    which = f"{_count(held_out, 'scenario', 'scenarios')} that they were not trained in: {_listed(list(held_out))}"
    return f"{same}, none of which they met in training, and then {abroad.count} in each of {which}."


def _count(things: Any, one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _when(time: Any) -> str:
    return str(time).replace("T", " ").replace("+00:00", " UTC")


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(part)}" for name, part in value.items() if part is not None)
    return ", ".join(map(_flat, value)) if isinstance(value, list | tuple) else str(value)
