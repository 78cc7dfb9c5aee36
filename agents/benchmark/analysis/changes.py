"""What differs between the settings of two results files, value by value, and what keeps them from being compared."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agents.benchmark.results import Results, ResultsError
from incentive_env.support.sealed import hash_of
from incentive_env.support.spelling import shown

_MOST_IN_A_LINE = 3  # differences that an error message names, before it only counts them
_MOST_PLACES = 3  # scenarios or plans that share a change
_ABSENT = object()


class Change(NamedTuple):
    """A value that is another in HEAD."""

    key: str  # in full, ``decision.conscience``
    before: str
    after: str
    places: tuple[str, ...]  # scenarios, plans or the suite where it is so

    def __str__(self) -> str:
        more = len(self.places) - _MOST_PLACES
        places = ", ".join(self.places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
        return f"{self.key}: {self.before} → {self.after} ({places})"


class NotComparableError(ResultsError):
    """Two results files do not belong together.

    Attributes:
        differences: what must be the same and is not, a line each.
        changes: values that differ.
    """

    def __init__(self, differences: tuple[str, ...], changes: tuple[Change, ...]) -> None:
        self.differences, self.changes = differences, changes
        lines = [*differences, *map(str, changes)]
        more = len(lines) - _MOST_IN_A_LINE
        text = "; ".join(lines[:_MOST_IN_A_LINE]) + (f"; and {more} more" if more > 0 else "")
        way_out = "" if differences else "; --across-changes compares them all the same"
        super().__init__(f"BASE and HEAD cannot be compared: {text}{way_out}")


def changes_between(base: Results, head: Results) -> tuple[Change, ...]:
    """Every value of suite, scenarios and plans that differs; one that changed alike in several places stands once."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for place, before, after in _both(base, head):
        for key in dict.fromkeys([*before, *after]):
            values = before.get(key, _ABSENT), after.get(key, _ABSENT)
            if values[0] != values[1]:
                places.setdefault((key, _text(values[0]), _text(values[1])), []).append(place)
    return tuple(Change(*change, tuple(where)) for change, where in places.items())


def differences_between(base: Results, head: Results) -> tuple[str, ...]:
    """What keeps two files from being compared in any case: other floors, other scenarios, other cells."""
    parts: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("scenario ", dict.fromkeys(base.scenarios, ""), dict.fromkeys(head.scenarios, "")),
        ("held out from ", _held_out(base), _held_out(head)),
        ("floors ", base.floors, head.floors),
        ("cell ", _cells(base), _cells(head)),
    ]
    return tuple(line for part in parts for line in _differences(*part))


def check_comparable(base: Results, head: Results, *, across_changes: bool = False) -> tuple[Change, ...]:
    """Check that two files hold the same cells on the same floors, made with the same settings.

    Args:
        base: before the change.
        head: after it.
        across_changes: whether settings may differ.

    Returns:
        The settings that differ.

    Raises:
        NotComparableError: the two do not belong together.
    """
    changes, differences = changes_between(base, head), differences_between(base, head)
    if differences or (changes and not across_changes):
        raise NotComparableError(differences, changes)
    return changes


def _both(base: Results, head: Results) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """The settings of both by place; a scenario that only one of them has is a difference of another kind."""
    before, after = base.settings, head.settings
    yield "suite", {"name": base.suite, **before.suite}, {"name": head.suite, **after.suite}
    for name in [name for name in before.scenarios if name in after.scenarios]:
        yield f"scenario {name}", before.scenarios[name], after.scenarios[name]
    for name in dict.fromkeys([*before.plans, *after.plans]):
        one, other = before.plans.get(name), after.plans.get(name)
        if one is None or other is None:  # one line, and not one for each of its values
            yield f"plan {name}", _whole(one), _whole(other)
        else:
            yield f"plan {name}", one, other


def _whole(plan: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if plan is None else {"plan": hash_of(plan)}


def _differences(what: str, base: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    sides = [(name, name in base, name in head) for name in dict.fromkeys([*base, *head])]
    lonely = [
        f"{what}{name}: only in {'BASE' if before else 'HEAD'}" for name, before, after in sides if before != after
    ]
    common = [name for name, before, after in sides if before and after]
    return lonely + [f"{what}{name}: {base[name]} → {head[name]}" for name in common if base[name] != head[name]]


def _held_out(results: Results) -> dict[str, str]:
    return {home: ", ".join(others) or "nothing" for home, others in results.held_out.items()}


def _cells(results: Results) -> dict[str, str]:
    """Cells by name, with the scenarios that each was scored in."""
    return {cell.key: f"scored in {', '.join(sorted(cell.scored))}" for cell in results.cells}


def _text(value: Any) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, float):
        return f"{value:.12g}"
    return shown(value)
