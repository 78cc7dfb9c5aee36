"""Write docs/validation.md from the results in docs/results; a missing result leaves its section out.

Example:
    python scripts/maintain/validation_page.py --results docs/results
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from agents.benchmark.analysis.thresholds import Threshold
from incentive_env.cli.common import script
from incentive_env.cli.options import written
from incentive_env.support.files import write_text
from incentive_env.support.sealed import read_sealed
from incentive_env.support.tables import largest, markdown_table, with_interval

HEADING = """# Validation

Does the floor behave as published, and is it worth learning? `python scripts/maintain/validation_page.py` writes this
page from the files in [results](results); each section names the command that produced its file. Intervals are 95 %,
over floors, on common random numbers. **Published facts, the contact center, the gates and what the facts identify are
of this version; the other sections are of version 0.1**, whose floor was simpler, and stay until they are measured
again. The simulation card in [the model description](model.md) states what the model does not claim.
"""


@script
def main(
    results: Annotated[Path, typer.Option(metavar="FOLDER", help="folder of the result files")] = Path("docs/results"),
    out: Annotated[Path, written("Markdown file to write")] = Path("docs/validation.md"),
) -> None:
    sections = [HEADING]
    for name, section in SECTIONS.items():
        path = results / f"{name}.json"
        if path.exists():
            sections.append(_read(path, section))
    if len(sections) == 1:
        raise ValueError(f"{results}: contains none of {', '.join(f'{name}.json' for name in SECTIONS)}")
    write_text(out, "\n".join(sections))
    print(f"{out} written")


def _read(path: Path, section: Callable[[Any], str]) -> str:
    try:
        return section(read_sealed(path))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: is not the result file that its name says ({error})") from None


def facts_section(verdicts: list[dict[str, Any]]) -> str:
    """Each figure of each fact with its band and the published figure."""
    rows = []
    for verdict in verdicts:
        for number, part in enumerate(verdict["parts"]):
            first = number == 0
            rows.append((
                f"**{verdict['id']}**: {verdict['claim']}" if first else "", part["name"],
                with_interval(part, ".3g"), _band(part),
                f"{verdict['published']} ({verdict['source']})" if first else "",
                "holds" if part["holds"] else "**falls short**",
            ))  # fmt: skip
    heading = ("fact", "figure", "measured", "band", "published", "")
    return _section("Published facts and field defaults", "python scripts/validate.py --out ...", heading, rows)


def contact_section(verdicts: list[dict[str, Any]]) -> str:
    """The same for the contact center."""
    text = facts_section(verdicts).replace("Published facts and field defaults", "The contact center")
    return text.replace("validate.py --out", "validate.py --config contact_center --out")


def rationality_section(kinds: dict[str, list[dict[str, Any]]]) -> str:
    """Which facts hold under which reasoning."""
    rows = []
    for column in zip(*kinds.values(), strict=True):
        cells = ["holds" if v["holds"] else f"{v['part']}: {v['figure']:.3g}" for v in column]
        rows.append((column[0]["id"], *cells))
    return _section(
        "Which facts need which behavior", "python scripts/rationality.py --out ...", ("fact", *kinds), rows,
        "If a fact falls short, the table gives the figure that does.",
    )  # fmt: skip


def identification_section(found: dict[str, Any]) -> str:
    """How well the facts identify each coefficient."""
    rows = []
    for key, row in found["coefficients"].items():
        moves = "; ".join(f"{name} {move:+.1f}" for name, move in largest(row["moves"], 3).items())
        rows.append(
            (f"`{key}`", f"{row['value']:g}", f"{row['low']:g} … {row['high']:g}", f"{row['spread']:.2f}", moves)
        )
    loosest = ", ".join(f"`{key}` {weight:+.2f}" for key, weight in found["loosest_direction"].items())
    text = (
        "Spread: the standard deviation that the facts leave to a coefficient, as a share of its range, from a linear "
        "approximation. A coefficient about which the facts say nothing has 0.29. Moves most: the figures that change "
        "most when the coefficient moves through its whole range, in widths of the figure's band (if the band is a "
        "direction, in four half-widths of its interval). "
        f"The direction that the facts identify least: {loosest}."
    )
    heading = ("coefficient", "value", "range", "spread", "moves most")
    return _section(
        "What the facts identify", "python scripts/maintain/calibrate.py identify --out ...", heading, rows, text
    )  # fmt: skip


def ensemble_section(members: list[dict[str, Any]]) -> str:
    """Other calibrations that the facts allow."""
    rows = []
    for number, member in enumerate(members, start=1):
        moved = sorted(member["coefficients"].items(), key=lambda item: -abs(item[1][1] / item[1][0] - 1.0))[:4]
        text = ", ".join(f"`{key}` {before:g} → {after:g}" for key, (before, after) in moved)
        short = ", ".join(member["falls_short"]) or "none"
        rows.append(
            (
                f"`telesales_{number}`",
                f"{member['facts_held']} of {member['facts_held'] + len(member['falls_short'])}",
                short,
                text,
            )
        )
    text = "A conclusion should not depend on one calibration: test it on these presets too."
    return _section(
        "An ensemble of calibrations", "python scripts/maintain/calibrate.py ensemble --moves ... --out ...",
        ("preset", "facts held", "falls short", "moved most"), rows, text,
    )  # fmt: skip


def worth_section(found: dict[str, Any]) -> str:
    """The value of observing the floor."""
    rows = []
    for row in found["worth"]:
        gain = with_interval(row["gain_over"].get("static"), "+,.1f")
        rows.append((row["policy"], with_interval(row["loyalty"], ",.1f"), gain))
    text = _section(
        "The value of observing the floor",
        "python scripts/value_of_information.py --static ... --feedback ... --ppo ... --state ... --out ...",
        ("policy", "loyalty, points", "difference to the best static scheme, paired by floor"), rows,
        f"{found['floors']} floors from seed {found['first']} on, which no search or training uses. Static: the best "
        "fixed scheme of a search with restarts. Feedback and true_state: linear in the report and in the true state. "
        "Hindsight: for each floor, the best of 32 schemes around the best static one, chosen with knowledge of the "
        "floor's luck; an upper reference for fixed schemes, not for all policies.",
    )  # fmt: skip
    situations = []
    for row in found["situations"]:
        levers = "; ".join(f"{lever['lever']} {lever['mean']:+.3g}" for lever in row["levers"])
        gains = with_interval(row["gain"], "+,.1f"), with_interval(row["more"], "+,.1f")
        situations.append((row["name"], str(row["floors"]), *gains, levers))
    heading = ("situation", "floors", "gain over static", "more", "differences in levers")
    about = "; ".join(sorted({f"{row['name']}: {row['how']}" for row in found["situations"]}))
    return text + "\n" + _table(heading, situations) + f"\nDefinitions: {about}.\n"


def levers_section(rows: list[dict[str, Any]]) -> str:
    """The effect of moving each lever to its ends, around the best static scheme."""
    cells = []
    for row in rows:
        if row["place"] != "middle":
            place = f"{row['place']} ({row['value']:g}{', as in the scheme' if row['stands'] else ''})"
            cells.append((row["lever"], place, *_changes(row), with_interval(row["survived"], "+,.3f")))
    return _section(
        "Levers around the best static scheme", "python scripts/levers.py --around best_static --out ...",
        ("lever", "moved to its", "loyalty, points", "profit, €/week", "recorded conversion", "volume kept"), cells,
        _why_at_an_end(rows),
    )  # fmt: skip


def _why_at_an_end(rows: list[dict[str, Any]]) -> str:
    """The cost of moving those levers to the middle that the best scheme sets to an end."""
    ends = {row["lever"]: row["place"] for row in rows if row["stands"] and row["place"] != "middle"}
    costs = []
    for row in rows:
        if row["lever"] in ends and not row["stands"] and row["place"] == "middle":
            costs.append(f"`{row['lever']}` ({ends[row['lever']]}): {-row['loyalty']['mean']:.1f} points")
    if not costs:
        return "The best static scheme sets no lever to an end of its range."
    return (
        "The best static scheme sets some levers to an end of their range. Moving them to the middle would cost this "
        f"much loyalty: {'; '.join(costs)}. These levers reward, or penalize, a figure that reps can reach by gaming. "
        "For loyalty alone the best amount is none; other objectives use them."
    )


def attribution_section(found: dict[str, Any]) -> str:
    """The cost of each gaming channel, and the effect of audit or retention pay against it."""
    heading = ("loyalty, points", "profit, €/week", "recorded conversion")
    closed = [(row["closed"].replace("_", " "), *_changes(row)) for row in found["channels"]]
    raised = [(f"{row['lever'].replace('_', ' ')} +{row['added']:g}", *_changes(row)) for row in found["worth"]]
    text = _section(
        f"The cost of gaming under {found['policy'].replace('_', ' ')}",
        f"python scripts/attribution.py {found['policy']} --out ...", ("channel closed", *heading), closed,
        "Together: the effect of closing all at once minus the sum of the single effects. If one channel is closed, "
        "reps switch to the others.",
    )  # fmt: skip
    return text + "\n" + _table(("lever raised", *heading), raised)


def gates_section(found: dict[str, Any]) -> str:
    """What the scenario must show before it is worth designing incentives for."""
    rows = []
    for gate in found["gates"]:
        rows.append((f"**{gate['id']}** {gate['claim']}", "", "", "holds" if gate["holds"] else "**falls short**"))
        for figure in gate["figures"]:
            known = figure["mean"] is not None
            measured = with_interval(figure, figure["spec"]) if known else "not measured"
            threshold = Threshold(**(figure["threshold"] or {}))
            word = {True: "yes", False: "**no**", None: ""}[figure["holds"]]
            rows.append((figure["name"], measured, str(threshold), word))
    return _section(
        "Gates", f"{found['command']} --out ...", ("figure", "measured", "threshold", ""), rows,
        "What the floor must show before it is worth designing incentives for. Each figure is measured on floors "
        "that no search or training uses; those without a threshold stand beside and decide nothing. Conversion and "
        "the other measures are those of the whole episode. Closing off: neither client nor bank closes a floor. "
        "Freshness: what pay on a measure adds in its first quarter, beyond what it adds in the first quarter of "
        "its second year; a pause of the half year before gives part of it back. Three schemes in turn, and a mean "
        "schedule, are blind: they see no report. PPO starts from the best fixed scheme, "
        "but with audit and autonomy in the middle, and has as many decisions whatever it sees.",
    )  # fmt: skip


SECTIONS: dict[str, Callable[[Any], str]] = {
    "validate": facts_section, "contact_center": contact_section, "worth": worth_section, "levers": levers_section,
    "rationality": rationality_section, "calibration": identification_section, "ensemble": ensemble_section,
    "attribution": attribution_section, "gates": gates_section,
}  # fmt: skip


def _section(title: str, command: str, heading: Sequence[str], rows: Sequence[Sequence[str]], text: str = "") -> str:
    return f"## {title}\n\n`{command}`\n\n" + (f"{text}\n\n" if text else "") + _table(heading, rows)


def _changes(row: dict[str, Any]) -> tuple[str, ...]:
    forms = {"loyalty": "+,.1f", "profit": "+,.0f", "conversion": "+,.4f"}
    return tuple(with_interval(row[name], form) for name, form in forms.items())


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return markdown_table(heading, rows, left=len(heading))


def _band(part: dict[str, Any]) -> str:
    low, high = part["band"]
    if low is None:
        return f"below {high:g}"
    return f"above {low:g}" if high is None else f"{low:.3g} … {high:.3g}"


if __name__ == "__main__":
    main()
