"""Write docs/validation.md from the results in docs/results, so that its figures are those of runs.

Example:
    python scripts/maintain/validation_page.py
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from incentive_env.cli.common import app, user_errors, written_whole

main = app()
EXAMPLE = "Example: python scripts/maintain/validation_page.py --results docs/results"
HEADING = """# Does the floor behave as published, and is it worth learning?

Written by `python scripts/maintain/validation_page.py` from the files in [results](results); each
section names the command that made its file.
Intervals are 95 %, over floors, on common random numbers. What the model does not claim stands in the
simulation card of [the model description](model.md).
"""


@main.command(epilog=EXAMPLE)
def run(
    results: Annotated[Path, typer.Option(help="folder of the result files")] = Path("docs/results"),
    out: Annotated[Path, typer.Option(help="Markdown file to write")] = Path("docs/validation.md"),
) -> None:
    """Write the page; a result that is missing leaves its section out."""
    with user_errors():
        sections = [HEADING]
        for name, section in SECTIONS.items():
            path = results / f"{name}.json"
            if path.exists():
                sections.append(_read(path, section))
        if len(sections) == 1:
            raise ValueError(f"{results}: holds none of {', '.join(f'{name}.json' for name in SECTIONS)}")
        with written_whole(out) as partial:
            partial.write_text("\n".join(sections), encoding="utf-8")
        print(f"{out} written")


def _read(path: Path, section: Callable[[Any], str]) -> str:
    try:
        return section(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: is no result file of that name ({error})") from None


def facts_section(verdicts: list[dict[str, Any]]) -> str:
    """Each figure of each fact beside its band and what was published."""
    rows = []
    for verdict in verdicts:
        for number, part in enumerate(verdict["parts"]):
            first = number == 0
            rows.append((
                f"**{verdict['id']}**: {verdict['claim']}" if first else "", part["name"], _told(part), _band(part),
                f"{verdict['published']} ({verdict['source']})" if first else "",
                "holds" if part["holds"] else "**falls short**",
            ))  # fmt: skip
    heading = ("fact", "figure", "measured", "band", "published", "")
    return _section("Published facts and field defaults", "python scripts/validate.py --out ...", heading, rows)


def contact_section(verdicts: list[dict[str, Any]]) -> str:
    """The same for the contact centre."""
    text = facts_section(verdicts).replace("Published facts and field defaults", "The contact centre")
    return text.replace("validate.py --out", "validate.py --config contact_center --out")


def rationality_section(kinds: dict[str, list[dict[str, Any]]]) -> str:
    """Which facts hold under which reasoning."""
    rows = []
    for column in zip(*kinds.values(), strict=True):
        cells = ["holds" if v["holds"] else f"{v['part']}: {v['figure']:.3g}" for v in column]
        rows.append((column[0]["id"], *cells))
    return _section(
        "Which facts need which behaviour", "python scripts/rationality.py --out ...", ("fact", *kinds), rows,
        "Where a fact falls short, the figure that does is given.",
    )  # fmt: skip


def identification_section(found: dict[str, Any]) -> str:
    """How well the facts pin each coefficient down."""
    rows = []
    for key, row in found["coefficients"].items():
        most = sorted(row["moves"].items(), key=lambda item: -abs(item[1]))[:3]
        moves = "; ".join(f"{name} {move:+.1f}" for name, move in most)
        rows.append(
            (f"`{key}`", f"{row['value']:g}", f"{row['low']:g} … {row['high']:g}", f"{row['spread']:.2f}", moves)
        )
    loosest = ", ".join(f"`{key}` {weight:+.2f}" for key, weight in found["loosest_direction"].items())
    text = (
        "Spread: what the facts leave to a coefficient, as a share of its range, linearised; 0.29 is that of a "
        "coefficient they say nothing about. Moves: for a move through the whole range, in widths of the band (for a "
        "direction, in four half-widths of its interval). "
        f"The direction that the facts see least: {loosest}."
    )
    heading = ("coefficient", "value", "range", "spread", "moves most")
    return _section(
        "What the facts pin down", "python scripts/maintain/calibrate.py identify --out ...", heading, rows, text
    )  # fmt: skip


def ensemble_section(members: list[dict[str, Any]]) -> str:
    """Other calibrations that the facts allow."""
    rows = []
    for number, member in enumerate(members, start=1):
        moved = sorted(member["coefficients"].items(), key=lambda item: -abs(item[1][1] / item[1][0] - 1.0))[:4]
        text = ", ".join(f"`{key}` {before:g} → {after:g}" for key, (before, after) in moved)
        short = ", ".join(member["falls_short"]) or "none"
        rows.append((f"`telesales_{number}`", f"{member['facts_held']} of 15", short, text))
    text = "A conclusion that depends on one calibration is none: run it on these presets too."
    return _section(
        "An ensemble of calibrations", "python scripts/maintain/calibrate.py ensemble --moves ... --out ...",
        ("preset", "facts held", "falls short", "moved most"), rows, text,
    )  # fmt: skip


def worth_section(found: dict[str, Any]) -> str:
    """What it is worth to look at the floor."""
    rows = []
    for row in found["worth"]:
        gain = row["gain_over"].get("static")
        rows.append((row["policy"], _mean(row["loyalty"]), _mean(gain, "+") if gain else ""))
    text = _section(
        "Worth learning", "python scripts/value_of_information.py --static ... --feedback ... --ppo ... --out ...",
        ("policy", "loyalty, points", "over the best static scheme, floor by floor"), rows,
        f"{found['floors']} floors from seed {found['first']} on, apart from those of searches and training. "
        "Static: the best fixed scheme of a search with restarts. Feedback and oracle: linear in the report and in the "
        "true state. Hindsight: for each floor the best of 32 schemes around the best static one, its luck known; an "
        "upper reference for fixed schemes, not for all policies.",
    )  # fmt: skip
    rows = []
    for row in found["situations"]:
        levers = "; ".join(f"{lever['lever']} {lever['mean']:+.3g}" for lever in row["levers"])
        rows.append((row["name"], str(row["floors"]), _mean(row["gain"], "+"), _mean(row["more"], "+"), levers))
    heading = ("situation", "floors", "gain over static", "more", "what it does differently")
    about = "; ".join(sorted({f"{row['name']}: {row['how']}" for row in found["situations"]}))
    return text + "\n" + _table(heading, rows) + f"\nWhat is compared: {about}.\n"


def levers_section(rows: list[dict[str, Any]]) -> str:
    """What every lever costs at its ends, around the best static scheme."""
    cells = []
    for row in rows:
        if row["place"] != "middle":
            place = f"{row['place']} ({row['value']:g}{', where it stands' if row['stands'] else ''})"
            profit, conversion = _mean(row["profit"], "+", 0), _mean(row["conversion"], "+", 4)
            kept = _mean(row["survived"], "+", 3)
            cells.append((row["lever"], place, _mean(row["loyalty"], "+"), profit, conversion, kept))
    return _section(
        "Levers around the best static scheme", "python scripts/levers.py --around best_static_score --out ...",
        ("lever", "moved to its", "loyalty, points", "profit, €/week", "recorded conversion", "volume kept"), cells,
        _why_at_an_end(rows),
    )  # fmt: skip


def _why_at_an_end(rows: list[dict[str, Any]]) -> str:
    """Of the levers that stand at an end: what the way to the other end costs."""
    ends = {row["lever"]: row["place"] for row in rows if row["stands"] and row["place"] != "middle"}
    told = []
    for row in rows:
        if row["lever"] in ends and not row["stands"] and row["place"] == "middle":
            told.append(f"`{row['lever']}` ({ends[row['lever']]}): half way costs {-row['loyalty']['mean']:.1f} points")
    if not told:
        return "No lever stands at an end."
    return (
        "Levers that stand at an end of their range, and what moving them to the middle of it would cost in loyalty: "
        f"{'; '.join(told)}. They pay for, or threaten with, a figure that reps can reach by gaming: for loyalty alone "
        "the best dose is none; under other objectives they are used."
    )


def attribution_section(found: dict[str, Any]) -> str:
    """What each gaming channel costs, and what audit or retention pay would be worth against it."""

    def outcomes(row: dict[str, Any]) -> tuple[str, ...]:
        return _mean(row["loyalty"], "+"), _mean(row["profit"], "+", 0), _mean(row["conversion"], "+", 4)

    heading = ("loyalty, points", "profit, €/week", "recorded conversion")
    closed = [(row["closed"].replace("_", " "), *outcomes(row)) for row in found["channels"]]
    raised = [(f"{row['lever'].replace('_', ' ')} +{row['added']:g}", *outcomes(row)) for row in found["worth"]]
    text = _section(
        f"What gaming costs under {found['policy'].replace('_', ' ')}",
        f"python scripts/attribution.py {found['policy']} --out ...", ("channel closed", *heading), closed,
        "Together: all at once less the sum of the single effects; reps go over to the channels that are left.",
    )  # fmt: skip
    return text + "\n" + _table(("lever raised", *heading), raised)


SECTIONS = {
    "validate": facts_section, "contact_center": contact_section, "worth": worth_section, "levers": levers_section,
    "rationality": rationality_section, "calibration": identification_section, "ensemble": ensemble_section,
    "attribution": attribution_section,
}  # fmt: skip


def _section(title: str, command: str, heading: tuple[str, ...], rows: list[tuple[str, ...]], text: str = "") -> str:
    return f"## {title}\n\n`{command}`\n\n" + (f"{text}\n\n" if text else "") + _table(heading, rows)


def _table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heading)} |", f"|{'---|' * len(heading)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def _told(part: dict[str, Any]) -> str:
    return f"{part['figure']:.3g} ({part['low']:.3g} … {part['high']:.3g})"


def _band(part: dict[str, Any]) -> str:
    low, high = part["band"]
    if low is None:
        return f"below {high:g}"
    return f"above {low:g}" if high is None else f"{low:.3g} … {high:.3g}"


def _mean(told: dict[str, float], sign: str = "", digits: int = 1) -> str:
    return f"{told['mean']:{sign},.{digits}f} ({told['low']:{sign},.{digits}f} … {told['high']:{sign},.{digits}f})"


if __name__ == "__main__":
    main()
