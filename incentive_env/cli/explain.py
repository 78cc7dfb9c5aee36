"""`incentive-env explain`: why trust, or loyalty, moved as it did, cause by cause."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from incentive_env.cli.common import console, counted, working
from incentive_env.cli.options import FirstSeed, MovedLevers, Overrides, Picture, Scenario, policy_names, written
from incentive_env.support.files import write_text, written_whole
from incentive_env.support.spelling import nearest
from incentive_env.support.tables import number, rich_table, span

if TYPE_CHECKING:
    from incentive_env.studies.explain import Explanation, Window

EXAMPLES = (
    "incentive-env explain --policy quota_with_threat --measure trust --week 40",
    "incentive-env explain --policy quota_with_threat --against flat_salary --picture runs/why.png",
    "incentive-env explain --policy piece_rate --measure irritation --from 1 --to 26 --out runs/why.csv",
)
MEASURES = ("loyalty", "trust", "irritation", "satisfaction")


def run(
    policy: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="who manages, as for simulate", autocompletion=policy_names)
    ] = "own_scheme",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="explain the difference from this one on the same floors, under the same luck",
            autocompletion=policy_names,
        ),
    ] = None,
    measure: Annotated[
        str, typer.Option(metavar="|".join(MEASURES), help="what moved", autocompletion=lambda: list(MEASURES))
    ] = "loyalty",
    week: Annotated[int | None, typer.Option(min=1, metavar="N", help="one week")] = None,
    first: Annotated[int | None, typer.Option("--from", min=1, metavar="N", help="first week of several")] = None,
    last: Annotated[int | None, typer.Option("--to", min=1, metavar="N", help="last of them")] = None,
    config: Scenario = "telesales",
    override: Overrides = None,
    lever: MovedLevers = None,
    floors: Annotated[int, typer.Option(min=1, max=2_000, metavar="N", help="number of floors")] = 16,
    seed: FirstSeed = 0,
    out: Annotated[Path | None, written("CSV file: every week, measure and cause, mean over floors")] = None,
    picture: Picture = None,
) -> None:
    """Show what moved customers, cause by cause: the parts sum to the change of the whole.

    Loyalty is the score in points; trust, irritation and satisfaction are true means over customers. Without weeks it
    is the whole episode.
    """  # fmt: skip
    if measure not in MEASURES:
        known = ", ".join(MEASURES)
        raise ValueError(f"--measure {measure}: must be one of {known}{nearest(measure, MEASURES)}")
    if week is not None and (first is not None or last is not None):
        raise ValueError(f"--week {week}: is one week, and cannot be given together with --from or --to")
    from incentive_env.cli.explain_picture import draw
    from incentive_env.cli.managers import load_manager
    from incentive_env.cli.scenarios import load_scenario
    from incentive_env.studies.explain import explain

    scenario = load_scenario(config, override or [])
    window = _window(week, first, last, scenario.horizon.episode_weeks)
    names = [policy] if against is None else [policy, against]
    levers = [lever or [], []]  # those of --lever are the first one's
    managers = [load_manager(name, config, scenario, moved) for name, moved in zip(names, levers, strict=False)]
    seeds = range(seed, seed + floors)
    explanations = []
    for name, manager in zip(names, managers, strict=True):
        with working(f"watching {counted(floors, 'floor')} under {name}", scenario.horizon.episode_weeks) as move:
            explanations.append(explain(scenario, manager, seeds, done=move))
    label = f"{', '.join((policy, *(lever or [])))} on {scenario.name}"
    title = label if against is None else f"{label}, less {against}"
    console().print(_table(explanations, measure, window, title))
    if out is not None:
        _write(explanations, out)
        print(f"parts written to {out}")
    if picture is not None:
        with written_whole(picture) as partial:
            draw(explanations, names, measure, window, title, partial)
        print(f"picture written to {picture}")


def _window(week: int | None, first: int | None, last: int | None, length: int) -> "Window":
    from incentive_env.studies.explain import Window

    window = Window(week or first or 1, week or last or length)
    if not window.first <= window.last <= length:
        raise ValueError(f"{window}: must be in order, and within 1 to {length}")
    return window


def _table(explanations: "list[Explanation]", measure: str, window: "Window", title: str) -> Table:
    """The parts, the largest first, with their intervals over floors; the sum of all, and the change of the whole."""
    from incentive_env.studies.explain import UNITS, WORDS, changes_between, difference_between
    from incentive_env.support.statistics import interval

    parts = difference_between(explanations, measure, *window)  # [floors, causes]
    digits, several = (2 if UNITS[measure] == "points" else 4), len(parts) > 1
    spec = f"+.{digits}f"

    def row(name: str, values: Any) -> tuple[str, str, str]:
        change = interval(values)
        return name, number(change.mean, spec), span(change, spec) if several else ""

    order = sorted(zip(WORDS.values(), parts.T, strict=True), key=lambda part: -abs(part[1].mean()))
    rows = [row(name, values) for name, values in order if abs(values.mean()) >= 0.5 * 10.0**-digits]
    total, change = row("sum of all causes", parts.sum(axis=1)), changes_between(explanations, measure, *window)
    return rich_table(
        ("cause", "change", "95 % interval"),
        [*rows, (), (*total[:2], ""), row(f"change of {measure}", change)],
        f"What moved {measure} in {window}: {title}", title_justify="left", caption_justify="left",
        caption=f"{measure}: {UNITS[measure]}; mean over {counted(len(parts), 'floor')}"
        + (", with 95 % intervals" if several else ""),
    )  # fmt: skip


def _write(explanations: "list[Explanation]", path: Path) -> None:
    from incentive_env.model.witness import CAUSES
    from incentive_env.studies.explain import timeline_of

    lines = ["week,measure,cause,change"]
    for measure in MEASURES:
        timeline = timeline_of(explanations, measure)
        for week, row in enumerate(timeline, start=1):
            lines += [f"{week},{measure},{cause},{part:.10g}" for cause, part in zip(CAUSES, row, strict=True)]
    write_text(path, "\n".join(lines) + "\n")
