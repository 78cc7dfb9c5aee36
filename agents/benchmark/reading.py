"""Reading results files, which is refused unless they are whole: every cell of the suite once, nothing changed since.

What cannot be judged must not pass a comparison, so every figure is finite and in its range, and every list as long as
its floors.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from agents.benchmark.results import FORMAT, Cell, Results, ResultsError, Scored, digest_of
from agents.records import as_record
from incentive_env.support.sealed import AGAIN, RecordError, check_seal, hash_of
from incentive_env.support.spelling import shown
from incentive_env.support.texts import TextError, check_finite, read_json


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises:
        ResultsError: it is missing, is no results file of this version, holds a figure that cannot be, lacks a cell or
            holds one twice, or was changed by hand; one line names file, cell and figure.
    """
    try:
        content = read_json(path, finite=False)
        _check_format(content, str(path))
        for number, cell in enumerate(content["cells"]):
            as_record(Cell, cell, f"{path}: {_title_of(cell, number)}")
        results = as_record(Results, content, str(path))
        _check_whole(results, content, str(path))
    except (TextError, RecordError) as error:
        raise ResultsError(str(error)) from None
    return results


def _check_format(content: Any, name: str) -> None:
    """Refuse what is something else, or of another version, before its parts are looked at."""
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list) or "suite" not in content:
        raise RecordError(f"{name}: is no results file; scripts/benchmark.py run writes one")
    if content.get("format") != FORMAT:
        made = content.get("provenance")
        versions = made.get("versions") if isinstance(made, dict) else None
        version = versions.get("incentive_env") if isinstance(versions, dict) else None
        by = f", of version {shown(version)}" if version is not None else ""
        its = shown(content.get("format"))
        raise RecordError(f"{name}: format = {its}{by}: this version reads format {FORMAT}; run the suite again")


def _title_of(cell: Any, number: int) -> str:
    """Name of a cell in messages, even if parts of it are wrong."""
    parts = [cell.get(key) for key in ("policy", "reward", "scenario", "seed")] if isinstance(cell, dict) else [None]
    if not all(isinstance(part, str | int) for part in (parts[0], *parts[2:])) or len(parts) < 4:
        return f"cell number {number + 1}"
    return f"cell {shown('-'.join(str(part) for part in parts if part is not None))[1:-1]}"


def _check_whole(results: Results, content: Mapping[str, Any], name: str) -> None:
    """Check what the types of the parts cannot say."""
    fault = next(_faults(results), None)
    if fault is not None:
        raise RecordError(f"{name}: {fault}")
    check_finite(content, name)
    for number, cell in enumerate(content["cells"]):
        check_seal(cell, f"{name}: {_title_of(cell, number)}")
    if digest_of(dict(content)) != results.digest:
        raise RecordError(f"{name}: its figures do not fit its digest {shown(results.digest)}; {AGAIN}")
    check_seal(content, name)


def _faults(results: Results) -> Iterator[str]:
    yield from _of_settings(results)
    yield from _of_keys(results)
    for cell in results.cells:
        yield from (f"cell {cell.key}: {fault}" for fault in _of_cell(cell, results))
    wrong = [key for key, value in results.times.get("seconds", {}).items() if not _is_time(value)]
    yield from (f"times.seconds.{key} = {shown(results.times['seconds'][key])}: must be 0 or more" for key in wrong)


def _of_settings(results: Results) -> Iterator[str]:
    """The hashes are those of the values beside them."""
    settings = results.settings
    if settings.suite_hash != results.suite_hash:
        yield f"suite_hash = {shown(results.suite_hash)}: does not fit settings.suite and settings.plans; {AGAIN}"
    if settings.scenarios.keys() != results.scenarios.keys():
        yield f"settings.scenarios: must be of {', '.join(results.scenarios)}, is of {', '.join(settings.scenarios)}"
    for name, values in settings.scenarios.items():
        if hash_of(values) != results.scenarios[name]:
            its = shown(results.scenarios[name])
            yield f"scenarios.{name} = {its}: does not fit settings.scenarios.{name}; {AGAIN}"
    for home, others in results.held_out.items():
        unknown = [one for one in (home, *others) if one not in results.scenarios]
        if unknown:
            yield f"held_out.{home}: names {', '.join(unknown)}, and scenarios holds {', '.join(results.scenarios)}"
    for use in ("home", "held_out", "curve"):
        if use not in results.floors:
            yield f"floors.{use}: is missing"


def _of_keys(results: Results) -> Iterator[str]:
    """Every cell of the suite is there exactly once."""
    count = Counter(cell.key for cell in results.cells)
    for key, times in count.items():
        if times > 1:
            yield f"cell {key}: stands {times} times, must stand once"
    for key in results.keys:
        if key not in count:
            yield f"cell {key}: is missing, the suite {shown(results.suite)} asks for it"
    for key in count:
        if key not in results.keys:
            yield f"cell {key}: the suite {shown(results.suite)} does not ask for it"


def _of_cell(cell: Cell, results: Results) -> Iterator[str]:
    if cell.scenario not in results.held_out:
        yield f"scenario = {shown(cell.scenario)}: must be one of {', '.join(results.held_out)}"
        return
    places = (cell.scenario, *results.held_out[cell.scenario])
    for place in places:
        if place not in cell.scored:
            yield f"scored.{place}: is missing"
    for place, scored in cell.scored.items():
        if place not in places:
            yield f"scored.{shown(place)}: must be one of {', '.join(places)}"
            continue
        use = "home" if place == cell.scenario else "held_out"
        looks = use == "home" and cell.kind in ("learned", "true_state")
        yield from _of_lists(scored, f"scored.{place}", results.floors[use].count, all_there=looks)
        yield from _of_levers(scored, f"scored.{place}.levers", results.settings.scenarios[place], use == "home")
    steps = [point.step for point in cell.curve]
    for number, (before, after) in enumerate(pairwise(steps), start=1):
        if after < before:
            yield f"curve.{number}.step = {after}: must be at least the {before} of the point before"


def _of_lists(scored: Scored, place: str, floors: int, *, all_there: bool) -> Iterator[str]:
    """One figure for each floor; only a list without which a cell can do may be empty."""
    for figure, values in scored:
        may_be_empty = not all_there and type(scored).model_fields[figure].default == ()
        if isinstance(values, tuple) and len(values) != floors and (values or not may_be_empty):
            yield f"{place}.{figure}: holds {len(values)} figures, must hold one for each of {floors} floors"


def _of_levers(scored: Scored, place: str, values: Mapping[str, Any], is_home: bool) -> Iterator[str]:
    """A value of every lever for every decision, in the lever's range; none may be there where it is not at home."""
    if not scored.levers and not is_home:
        return
    known = sorted(key.split(".")[1] for key in values if key.startswith("levers.") and key.endswith(".low"))
    if sorted(scored.levers) != known:
        yield f"{place}: must be of {', '.join(known)}; is of {', '.join(scored.levers) or 'none'}"
        return
    for lever, numbers in scored.levers.items():
        low, high = float(values[f"levers.{lever}.low"]), float(values[f"levers.{lever}.high"])
        slack = 1e-4 * (high - low) + 1e-4 * max(abs(low), abs(high))  # figures are rounded
        if len(numbers) != values["horizon.decisions"]:
            decisions = values["horizon.decisions"]
            yield f"{place}.{lever}: holds {len(numbers)} figures, must hold one for each of {decisions} decisions"
        for number, value in enumerate(numbers):
            if not low - slack <= value <= high + slack:
                yield f"{place}.{lever}.{number} = {value:g}: must be from {low:g} to {high:g}"


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0.0
