"""Reference scores from the results of a suite: the best fixed scheme, and the best policy of the true state."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from agents.benchmark.analysis.leaderboard import best_static, best_true_state
from agents.benchmark.analysis.statistics import two_way_interval
from agents.benchmark.results import Cell, Results, ResultsError, cells_by_group, figures, name_of
from incentive_env import load_config
from incentive_env.policies.files import fingerprint

_REWARD = "loyalty"  # whose returns are kept


def references_of(results: Results, ids: Mapping[str, str]) -> dict[str, Any]:
    """The content of the file of reference scores.

    Args:
        results: of a suite.
        ids: of environments, with their scenarios.

    Raises:
        ResultsError: no home of the suite is the scenario of an environment, or it holds no policy that sees the true
            state, or none that is better than the best fixed scheme.
    """
    found = {one: _references(results, scenario) for one, scenario in ids.items() if scenario in results.homes}
    if not found:
        raise ResultsError(f"{results.suite}: holds none of the homes {', '.join(sorted(set(ids.values())))}")
    return found


def _references(results: Results, home: str) -> dict[str, Any]:
    groups = cells_by_group(results, home)
    fixed, state = groups[best_static(results, home)], best_true_state(groups)
    if state is None:
        raise ResultsError(f"{results.suite}: holds no policy in {home} that sees the true state")
    both = {"fixed": _reached(fixed, home), "true_state": _reached(state, home)}
    if both["true_state"]["score"] <= both["fixed"]["score"]:
        raise ResultsError(
            f"{results.suite}: no policy that sees the true state is above the best fixed scheme in {home}"
        )
    floors = results.floors["home"]
    origin = {"suite": results.suite, "digest": results.digest, "commit": results.provenance.get("commit")}
    return {"scenario": home, "fingerprint": fingerprint(load_config(home)), "floors": str(floors), **both, **origin}


def _reached(cells: Sequence[Cell], home: str) -> dict[str, Any]:
    """Score in points, and the return of an episode under `loyalty`: that pays each period's loyalty, over 100."""
    config = load_config(home)
    weight = getattr(config.rewards, _REWARD).loyalty
    throughout = median(cell.scored[home].throughout for cell in cells)
    return {
        "policy": name_of(*cells[0].group[:2]), "seeds": len(cells),
        "score": round(two_way_interval(figures(cells, home)).value, 3),
        "return": round(weight * throughout / 100.0 * config.horizon.decisions, 4),
    }  # fmt: skip
