"""What `incentive-env describe` shows: levers, figures, scenarios, schemes, rewards, keys of the configuration."""

from collections.abc import Callable
from typing import Any, NamedTuple

from incentive_env.cli.managers import NEUTRAL, OWN, fixed_scheme
from incentive_env.config import Config, lineage, load_config, read_yaml, scenario_names
from incentive_env.config.levers import LEVERS
from incentive_env.config.objective import Weights
from incentive_env.config.schema import KeyRow, key_rows, rows_below, sections
from incentive_env.config.words import TRUE_FIGURES
from incentive_env.floors.observation import FIGURES, Figure
from incentive_env.floors.reward import PRESETS
from incentive_env.model.scheme import Scheme
from incentive_env.policies import FIXED, found_for


class Entry(NamedTuple):
    """One thing described."""

    name: str
    brief: str  # a line
    cells: tuple[str, ...]  # of the table of its topic, the first with its name


class Topic(NamedTuple):
    """A table, or a list in brief."""

    title: str
    headings: tuple[str, ...]
    entries: list[Entry]


def levers(scenario: str, config: Config) -> list[Topic]:
    """The levers, with their ranges in a scenario."""
    entries = []
    for name, lever in LEVERS.items():
        ends = getattr(config.levers, name)
        fixed = name == "target" and config.quota.counts == "first_time_fixed"
        unit, span = "share on file as fixed" if fixed else lever.unit, f"{ends.low:g} to {ends.high:g}"
        entries.append(
            Entry(name, f"{lever.does} ({unit}, {span})", (f"{name}\n{unit}\n{span}", lever.does, lever.costs))
        )
    title = f"levers, with their ranges in {config.name}"
    return [Topic(title, ("lever", "what it pays on, or does", "how it is gamed, or what it costs"), entries)]


def figures(scenario: str, config: Config) -> list[Topic]:
    """The figures of the report, and the true ones behind them."""
    report = [
        Entry(said.name, f"{said.meaning} ({said.unit})", (said.name, said.unit, _noise(said), said.meaning))
        for said in FIGURES
    ]
    truth = [Entry(name, f"{said.meaning} ({said.unit})", (name, *said)) for name, said in TRUE_FIGURES.items()]
    return [
        Topic("figures of the manager's report", ("figure", "unit", "noise", "meaning"), report),
        Topic("true figures, on no report", ("figure", "unit", "meaning"), truth),
    ]


def scenarios(scenario: str, config: Config) -> list[Topic]:
    """The scenarios that come with the package."""
    entries = []
    for name in scenario_names():
        files = [path.stem for path in lineage(name)]
        said = load_config(name).description
        entries.append(Entry(name, said, (name, said, files[1] if len(files) > 1 else "")))
    return [Topic("scenarios", ("scenario", "what it is", "starts from"), entries)]


def schemes(scenario: str, config: Config) -> list[Topic]:
    """Hand-made schemes, and what was found or trained for a scenario."""
    made = [_scheme_entry(name, fixed.idea, fixed.scheme) for name, fixed in FIXED.items()]
    neutral, own = (fixed_scheme(name, scenario, config) for name in (NEUTRAL, OWN))
    made.append(_scheme_entry(NEUTRAL, f"what {config.name} is run by before the manager's first decision", neutral))
    made.append(
        _scheme_entry(OWN, "the `scheme:` of the scenario's file; where there is none, its neutral scheme", own)
    )
    chance = "another scheme every period, drawn evenly"
    made.append(Entry("random", chance, ("random", chance, "all of them")))
    found = [_found_entry(name, read_yaml(path)) for name, path in found_for(scenario).items()]
    topics = [Topic("schemes made by hand", ("scheme", "idea", "levers that are on"), made)]
    if found:
        title = f"policies that were found or trained for {config.name}, or what it starts from"
        topics.append(Topic(title, ("policy", "what it is", "levers that are on"), found))
    return topics


def rewards(scenario: str, config: Config) -> list[Topic]:
    """Reward presets with their weights in a scenario, and the terms."""
    presets = []
    for name in PRESETS:
        weights = getattr(config.rewards, name).model_dump()
        said = ", ".join(f"{term} {weight:g}" for term, weight in weights.items() if weight != 0.0)
        presets.append(Entry(name, said, (name, said)))
    said_of = {name: field.description or "" for name, field in Weights.model_fields.items()}
    terms = [Entry(name, said, (name, said)) for name, said in said_of.items()]
    return [
        Topic("reward presets", ("reward", "terms with their weights; the others weigh 0"), presets),
        Topic("terms of a reward", ("term", "what it is"), terms),
    ]


def keys(scenario: str, config: Config) -> list[Topic]:
    """The sections of the configuration."""
    rows = key_rows(config)
    entries = []
    for section, meaning in sections().items():
        count = sum(row.key.startswith(f"{section}.") for row in rows)
        entries.append(Entry(section, meaning, (section, str(count), meaning.replace("``", ""))))
    return [Topic("sections of the configuration", ("section", "keys", "what it is about"), entries)]


def key_topic(name: str, config: Config) -> Topic:
    """The keys of a section, or a single one.

    Raises:
        ConfigError: there is no such key; the message names the nearest.
    """
    pairs = list(zip(rows_below(name, key_rows(config)), rows_below(name, key_rows()), strict=True))
    title = f"{name}, with the values of {config.name}"
    if len(pairs) == 1:
        (row, default), *_ = pairs
        cells = (row.key, row.value, default.value, *row[2:])
        return Topic(title, ("key", "value", "default", "unit", "range", "meaning", "source"), [Entry(name, "", cells)])
    entries = [_key_entry(row, default.value, name) for row, default in pairs]
    return Topic(title, ("key", "value", "unit and range", "meaning"), entries)


TOPICS: dict[str, Callable[[str, Config], list[Topic]]] = {
    "levers": levers, "figures": figures, "scenarios": scenarios, "schemes": schemes, "rewards": rewards,
    "config": keys,
}  # fmt: skip


def _noise(figure: Figure) -> str:
    """Standard deviation on a report without research."""
    return f"{figure.noise:g}" if figure.noise > 0.0 else "known"


def _scheme_entry(name: str, idea: str, scheme: Scheme) -> Entry:
    return Entry(name, idea, (name, idea, _levers_on(scheme._asdict())))


def _found_entry(name: str, content: dict[str, Any]) -> Entry:
    kinds = {
        "feedback": "leans with the report", "state_feedback": "leans with the true state, which no manager sees",
        "network": "a trained network that sees the report",
    }  # fmt: skip
    said = f"{kinds.get(content.get('kind', ''), 'a fixed scheme')}; made for: {content.get('objective', 'unknown')}"
    levers_on = _levers_on(content["scheme"]) if "scheme" in content else "changes with what it sees"
    return Entry(name, said, (name, said, levers_on))


def _levers_on(said: dict[str, float]) -> str:
    return ", ".join(f"{name} {said[name]:g}" for name in LEVERS if said.get(name))


def _key_entry(row: KeyRow, default: str, section: str) -> Entry:
    value = row.value if row.value == default else f"{row.value}\n(default {default})"
    name = row.key.removeprefix(f"{section}.")
    return Entry(name, row.meaning, (name, value, f"{row.unit}\n{row.range}".strip(), row.meaning))
