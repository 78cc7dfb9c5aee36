"""Learned conduct, as tables and as a picture."""

from pathlib import Path
from typing import Any

from rich.table import Table

from agents.learning_reps.plan import MODEL
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.support.tables import markdown_table, rich_table, with_interval

_FIGURES = ("gaming", *CHANNEL_NAMES, "effort", "conversion", "recorded_conversion", "utility", "loyalty")
_WHOLE = ("utility", "loyalty")  # in € per week, and points; the others are shares
COLOURS = {"quota_with_threat": "#b8245f", "flat_salary": "#2a6f97"}
_OTHERS = ("#e08e0b", "#1e7d4f", "#5b2a86", "#5f6b7a")
_INK, _GREY = "#1c2530", "#9aa5ad"


def mix_table(results: dict[str, Any], scheme: str) -> Table:
    """Conduct under a scheme, a column per group of reps, with 95 % intervals."""
    columns = results["figures"][scheme]
    rows = ((figure, *(_cell(column[figure], figure) for column in columns.values())) for figure in _FIGURES)
    caption = "95 % intervals: over training seeds, of the model's own over floors"
    return rich_table(("", *columns), rows, f"under {scheme}", caption=caption)


def markdown(results: dict[str, Any], learner: str) -> str:
    """A learner beside the model's own reps under each scheme, as a table for a page."""
    figures = results["figures"]
    columns = [(scheme, name) for scheme in figures for name in (learner, f"{MODEL}{learner}")]
    heads = [f"{scheme}, {'learned' if name == learner else 'model'}" for scheme, name in columns]
    rows = (
        (figure.replace("_", " "), *(_cell(figures[scheme][name][figure], figure) for scheme, name in columns))
        for figure in _FIGURES
    )
    return markdown_table(("", *heads), rows)


def with_tables(page: str, name: str, results: dict[str, Any]) -> str:
    """A page with the tables of a comparison, each between ``<!-- NAME: LEARNER -->`` and ``<!-- / -->``."""
    for learner in results["contrast"]["learners"]:
        before, mark, rest = page.partition(f"<!-- {name}: {learner} -->\n")
        _, end, after = rest.partition("<!-- / -->")
        if mark and end:
            page = f"{before}{mark}\n{markdown(results, learner)}\n{end}{after}"
    return page


def round_table(history: list[dict[str, float]]) -> Table:
    """The course of a two-level training, a row per round."""
    forms = {
        "round": ".0f", "loyalty": ".1f", "gaming": ".2f", "recorded_conversion": ".2f", "conversion": ".2f",
        "model_loyalty": ".1f", "model_gaming": ".2f",
    }  # fmt: skip
    rows = ([f"{row[name]:{form}}" for name, form in forms.items()] for row in history)
    headings = ("round", "loyalty", "gaming", "recorded", "true conversion", "model: loyalty", "gaming")
    return rich_table(headings, rows, "the manager, with reps that learn, and with the model's own", left=0)


def _cell(value: dict[str, Any], figure: str) -> str:
    return with_interval(value, ".0f" if figure in _WHOLE else ".2f")


def draw(results: dict[str, Any], path: Path) -> None:
    """Gaming during training, one line per seed, and by channel, compared with the model's own reps."""
    from matplotlib.figure import Figure

    learners = list(results["contrast"]["learners"])
    schemes = list(results["figures"])
    colours = {name: COLOURS.get(name, _OTHERS[number % len(_OTHERS)]) for number, name in enumerate(schemes)}
    figure = Figure(figsize=(5.6 * len(learners), 8.6), dpi=120, layout="constrained")
    axes = figure.subplots(2, len(learners), squeeze=False)
    for column, learner in enumerate(learners):
        _draw_curves(axes[0, column], results, learner, colours)
        _draw_mix(axes[1, column], results, learner, colours)
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=9, loc="outside lower center", ncols=len(schemes))
    figure.suptitle("What reps learn when nobody tells them about gaming", fontsize=14, color=_INK)
    figure.savefig(path)


def _draw_curves(axes: Any, results: dict[str, Any], learner: str, colours: dict[str, str]) -> None:
    for scheme, colour in colours.items():
        rows = results["figures"][scheme]
        for number, curve in enumerate(rows[learner]["curves"]):
            steps, shares = [point["step"] / 1e3 for point in curve], [point["gaming"] for point in curve]
            axes.plot(steps, shares, color=colour, linewidth=1.4, alpha=0.8, label=scheme if number == 0 else None)
        own = rows[f"{MODEL}{learner}"]["gaming"]["mean"]
        axes.axhline(own, color=colour, linestyle=":", linewidth=1.4)
        axes.annotate("the model's own", (0.99, own), xycoords=("axes fraction", "data"), fontsize=8, color=colour,
                      ha="right", va="bottom")  # fmt: skip
    plan = results["contrast"]["learners"][learner]
    seats, start = plan["seats"], {"honest": "honest at first", "even": "gaming at first"}[plan["policy"]["start"]]
    who = "all reps learn" if seats is None else f"{seats} of the reps learn{'s' if seats == 1 else ''}"
    axes.set_title(f"{learner}: {who}, {start}", fontsize=11, color=_INK)
    axes.set_xlabel("decisions, thousands")
    axes.set_ylabel("share of calls and contacts gamed")
    axes.set_ylim(0.0, 1.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="best")


def _draw_mix(axes: Any, results: dict[str, Any], learner: str, colours: dict[str, str]) -> None:
    height = 0.8 / (2 * len(colours))
    for number, (scheme, colour) in enumerate(colours.items()):
        for place, name in enumerate((learner, f"{MODEL}{learner}")):
            row = results["figures"][scheme][name]
            means = [row[channel]["mean"] for channel in CHANNEL_NAMES]
            errors = [[row[channel]["mean"] - row[channel]["low"] for channel in CHANNEL_NAMES],
                      [row[channel]["high"] - row[channel]["mean"] for channel in CHANNEL_NAMES]]  # fmt: skip
            at = [position + (2 * number + place) * height - 0.4 + height / 2 for position in range(len(CHANNEL_NAMES))]
            look: dict[str, Any] = {"color": colour} if place == 0 else {"color": "white", "edgecolor": colour}
            label = f"{scheme}, {'learned' if place == 0 else 'the model’s own'}"
            axes.barh(at, means, height * 0.9, xerr=errors, ecolor=_GREY, label=label, **look)
    axes.set_yticks(range(len(CHANNEL_NAMES)), [channel.replace("_", " ") for channel in CHANNEL_NAMES])
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel("cases a call (rushed: a contact answered)")
    axes.spines[["top", "right"]].set_visible(False)
