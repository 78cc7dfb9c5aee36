"""Figures as tables, in Markdown for the page and as text for the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table as RichTable

from agents.provenance import version_note
from incentive_env.support.tables import between_marks, markdown_table, with_interval
from incentive_env.support.tables import rich_table as rich_table_of

OPEN, CLOSE = "<!-- speed: begin -->", "<!-- speed: end -->"


class Table(NamedTuple):
    """Figures formatted for a reader."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    left: int = 1  # columns that are words
    note: str = ""


def tables(results: Mapping[str, Any]) -> list[Table]:
    """The tables of each measured part."""
    return [table for part, make in _TABLES.items() if part in results for table in make(results[part])]


def markdown(results: Mapping[str, Any]) -> str:
    """The version of the figures, all tables, and the machine."""
    return "\n".join([version_note(results["provenance"]), *map(_markdown, tables(results)), _origin(results)])


def with_tables(text: str, results: Mapping[str, Any], where: Path) -> str:
    """A page's text with the tables of these results.

    Raises:
        ValueError: the page has no place for them.
    """
    return between_marks(text, OPEN, CLOSE, lambda: f"\n{markdown(results)}\n", where)


def rich_table(table: Table) -> RichTable:
    """A table for the terminal."""
    return rich_table_of(table.headings, table.rows, table.title, caption=table.note, left=table.left)


def _markdown(table: Table) -> str:
    body = markdown_table(table.headings, table.rows, left=table.left)
    return f"**{table.title}**\n\n{body}" + (f"\n{table.note}\n" if table.note else "")


def _simulator(part: Mapping[str, Any]) -> Iterator[Table]:
    forms = part["reference"]
    rows = [
        (
            _environment(row), str(row["floors"]), str(row["threads"]), f"{row['cores']:.1f}", row["pay"],
            _spread(row["ns"]),
            f"{row['floor_weeks_per_second']:,.0f}", f"{row['customer_weeks_per_second'] / 1e6:.1f}",
            f"{row['env_steps_per_second']:,.0f}", _spread(row["ratio"]["whole"]),
            f"{row['ratio']['bare']['value']:.1f}", _percent(row["outside"]),
        )
        for row in part["rows"]
    ]  # fmt: skip
    headings = (
        "environment", "floors", "threads", "cores busy", "pay", "ns per customer-week", "floor-weeks/s",
        "million customer-weeks/s", "env steps/s", "× whole", "× bare", "outside compiled code",
    )  # fmt: skip
    yield Table(
        "Speed", headings, rows,
        note="× whole and × bare: time relative to these forms of the reference loop. Goals: at most 6 times the whole "
        "form for 256 floors on one thread; outside compiled code at most 40 % of an Env's time, and 9 % of that of 16 "
        "to 256 floors (1.10 times the core). Time is that of whole episodes, openings included; a step is four weeks.",
    )  # fmt: skip
    meant = {
        "whole": "all arrays of a customer, compiled as well as we can",
        "bare": "six doubles, compiled as well as we can",
        "plain": "six doubles, written the usual way",
    }
    yield Table(
        "The reference loop", ("form", "a customer's state", "ns per customer-week"),
        [(form, meant[form], _spread(forms[form]["ns"])) for form in meant], left=2,
    )  # fmt: skip


def _startup(part: Mapping[str, Any]) -> Iterator[Table]:
    memory, cold = part["memory"], part["first_step_empty_cache_s"]
    rows = [
        ("import incentive_env", f"{_spread(part['import_s'], 2)} s", ""),
        ("import, make, reset and a step", f"{_spread(part['first_step_s'], 2)} s", "at most 0.7 s"),
        ("the same, with an empty cache", ", ".join(f"{seconds:.1f} s" for seconds in cold) or "", "below 20 s"),
        ("peak memory per floor", _kilobytes(memory["peak_bytes_per_floor"]), ""),
        ("state of a floor", _kilobytes(memory["state_bytes_per_floor"]), ""),
        ("peak over state", f"{memory['ratio']:.1f}", "at most 4"),
    ]  # fmt: skip
    yield Table("Startup", ("in a fresh process", "measured", "goal"), rows)


def _growth(part: Mapping[str, Any]) -> Iterator[Table]:
    rows = [
        (
            what, ", ".join(map(str, fit["sizes"])), ", ".join(f"{1e3 * seconds:.1f}" for seconds in fit["seconds"]),
            f"{fit['exponent']:.2f}",
        )
        for what, fit in part.items()
    ]  # fmt: skip
    yield Table(
        "Scaling", ("with", "sizes", "ms", "exponent"), rows, left=3,
        note="Goal: 0.9 to 1.1. More slots cost less than proportionally, because a rep's hours limit the calls, "
        "not the number of customers.",
    )  # fmt: skip


def _peers(part: Mapping[str, Any]) -> Iterator[Table]:
    own = part["updates_per_second"]
    rows = [
        ("ours, the compiled core", "", _millions(own["core"]), "", ""),
        ("ours, `VectorEnv.step` over whole episodes", "", _millions(own["episodes"]), "", ""),
        *(
            (
                row["peer"], f"{row['package']} {row['version']}", _millions(row["updates_per_second"]),
                _times(row["ours"]["core"]), _times(row["ours"]["episodes"]),
            )
            for row in part["rows"]
        ),
    ]  # fmt: skip
    headings = ("environment", "package", "million updates/s", "our core, relative", "our episodes, relative")
    absent = [f"{name} is not installed" for name in part["missing"]]
    absent += [f"{name} failed: {reason}" for name, reason in part["failed"].items()]
    yield Table("Entities updated per second, one thread", headings, rows, left=2, note="; ".join(absent))
    same: dict[str, list[str]] = {part["what"]: ["ours"]}
    for row in part["rows"]:
        same.setdefault(row["what"], []).append(row["peer"])
    yield Table(
        "What an update is", ("environment", "an update"), [("; ".join(of), what) for what, of in same.items()], 2
    )


def _training(part: Mapping[str, Any]) -> Iterator[Table]:
    rows = [
        (str(row["floors"]), str(row["minibatch"]), f"{row['decisions_per_second']:,.0f}", _percent(row["share"]))
        for row in part["rows"]
    ]
    better = part.get("until_better")
    yield Table(
        "PPO, one thread", ("floors", "minibatch", "decisions/s", "time in the environment"), rows, left=0,
        note="" if better is None else _until_better(better),
    )  # fmt: skip


def _until_better(better: Mapping[str, Any]) -> str:
    aim = f"ahead of {better['against']} on {better['held_out'][1]} held-out floors"
    if better["seconds"] is None:
        return f"From scratch: {better['plan']} did not get {aim} within {better['looks'][-1]['seconds']:,.0f} s."
    return (
        f"From scratch to a policy {aim}, with 95 % confidence and confirmed by the next checkpoint: "
        f"{better['seconds']:,.0f} s of training with the plan {better['plan']}, {better['decisions']:,} decisions."
    )


_TABLES: dict[str, Callable[[Mapping[str, Any]], Iterator[Table]]] = {
    "simulator": _simulator, "startup": _startup, "growth": _growth, "peers": _peers, "training": _training,
}  # fmt: skip


def _origin(results: Mapping[str, Any]) -> str:
    origin = results["provenance"]
    machine, versions = origin["machine"], origin["versions"]
    used = ", ".join(f"{name} {versions[name]}" for name in ("python", "numpy", "numba", "torch"))
    rough = "A quick trial run, whose figures are rough. " if results["quick"] else ""
    return f"{rough}Measured on {machine['cores']} cores of {machine['cpu'] or machine['architecture']}, with {used}.\n"


def _environment(row: Mapping[str, Any]) -> str:
    return "Env by gym.make" if row["env"] == "gym.make" else str(row["env"])


def _spread(figure: Mapping[str, float], digits: int = 1) -> str:
    return with_interval(figure, f".{digits}f")


def _percent(figure: Mapping[str, float]) -> str:
    return f"{100 * figure['value']:.0f} %"


def _millions(figure: Mapping[str, float]) -> str:
    return f"{figure['value'] / 1e6:.2f}"


def _times(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3g}"


def _kilobytes(size: float) -> str:
    return f"{size / 1e3:.0f} kB"
