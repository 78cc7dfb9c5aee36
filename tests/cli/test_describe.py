"""`incentive-env describe`: complete, current with the model, and readable at any width."""

import pytest

from incentive_env import load_config
from incentive_env.cli.describe import TOPICS
from incentive_env.config import all_keys, scenario_names
from incentive_env.config.levers import LEVERS
from incentive_env.config.words import TRUE_FIGURES
from incentive_env.floors.observation import FIGURES
from incentive_env.floors.reward import PRESETS
from incentive_env.model.report import TRUTH
from incentive_env.policies import FIXED


def test_there_are_words_for_every_true_figure_of_the_model():
    assert tuple(TRUE_FIGURES) == TRUTH.names


def test_in_brief_everything_is_named(run):
    output = run("describe").stdout.split()
    names = {word.strip(",") for word in output}
    everything = (
        *LEVERS, *(figure.name for figure in FIGURES), *(TRUTH.names or ()), *FIXED, *PRESETS,
        *scenario_names(), "neutral_scheme", "best_static",
    )  # fmt: skip
    assert [name for name in everything if name not in names] == []
    assert {key.partition(".")[0] for key in all_keys() if "." in key} <= names


def test_ranges_and_units_are_those_of_the_scenario(run):
    here = run("describe", "levers", "target").stdout
    there = run("describe", "levers", "target", "--config", "contact_center").stdout
    assert "recorded conversion" in here
    assert "0 to 0.4" in here
    assert "share on file as fixed" in there
    assert "0 to 1\n" in there.replace(" " * 2, "").replace(" \n", "\n")


def test_figures_have_unit_noise_and_meaning(run):
    output = run("describe", "figures", columns=140).stdout
    for figure in FIGURES:
        (line,) = [
            line for line in output.splitlines() if line.startswith(f"│ {figure.name} ") and figure.meaning in line
        ]
        assert figure.unit in line
        assert (f"{figure.noise:g}" if figure.noise else "known") in line


def test_a_scheme_shows_its_levers_and_a_found_one_is_told_where_it_is_from(run):
    assert "commission 8, target 0.3, pressure 0.8" in " ".join(
        run("describe", "schemes", "quota_with_threat").stdout.split()
    )
    assert "base_pay 582.46" in run("describe", "schemes", "best_static", "--config", "decent_team").stdout
    assert "leans with the report" in run("describe", "schemes", "best_feedback").stdout


def test_a_key_has_value_default_unit_range_meaning_and_source(run):
    output = run("describe", "config", "market.need_mean", "--config", "hard_market").stdout
    lines = {line.split("  ")[0]: line.split("  ", 1)[1].strip() for line in output.splitlines() if line.strip()}
    assert lines == {
        "key": "market.need_mean", "value": "0.56", "default": "0.62", "unit": "1", "range": "0 to 1.5",
        "meaning": "level to which need returns",
        "source": "fitted jointly to the published facts in a prototype of this model",
    }  # fmt: skip


@pytest.mark.parametrize("columns", [80, 140])
def test_tables_are_whole_on_a_terminal(run, columns):
    sections = sorted({key.partition(".")[0] for key in all_keys() if "." in key})
    for arguments in ((), *((topic,) for topic in TOPICS), *(("config", section) for section in sections)):
        output = run("describe", *arguments, columns=columns).stdout
        assert max(map(len, output.splitlines())) <= columns, arguments
        rows = [line.rstrip() for line in output.splitlines() if line.startswith(("│", "┃"))]
        assert all(row.endswith(("│", "┃")) for row in rows), arguments
        assert "…" not in output.replace("0 … 1", ""), arguments
        if arguments[:1] == ("config",) and len(arguments) == 2:
            keys = [key.removeprefix(f"{arguments[1]}.") for key in all_keys() if key.startswith(f"{arguments[1]}.")]
            assert [key for key in keys if key not in output] == []


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("lever",), "describe lever: no such topic; nearest valid name: levers; topics: levers, figures, "),
        (("levers", "comission"), "describe levers comission: no such name; nearest valid name: commission; names: "),
        (("config", "market.need_men"), "market.need_men: unknown key; nearest valid name: market.need_mean"),
        (("config", "levers", "--config", "telesale"), "nearest valid name: telesales"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_an_unknown_name_shows_the_nearest(refused, arguments, output):
    assert output in refused("describe", *arguments)


def test_scenarios_are_told_with_their_descriptions(run):
    output = " ".join(run("describe", "scenarios", columns=400).stdout.split())
    assert [name for name in scenario_names() if load_config(name).description not in output] == []
