"""`incentive-env describe`: what there is to set, to see and to try, with units and ranges."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from incentive_env.cli.common import console
from incentive_env.cli.options import TOPICS, Scenario, entry_names, topic_names
from incentive_env.cli.scenarios import load_scenario
from incentive_env.support.spelling import nearest

if TYPE_CHECKING:
    from incentive_env.cli.topics import Topic
    from incentive_env.config import Config

EXAMPLES = (
    "incentive-env describe",
    "incentive-env describe levers --config contact_center",
    "incentive-env describe levers audit",
    "incentive-env describe config market.need_mean",
)


def run(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC", help=f"{', '.join(TOPICS)}; all in brief where not given", autocompletion=topic_names
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="one of them alone; of config a section or a key", autocompletion=entry_names
        ),
    ] = None,
    config: Scenario = "telesales",
) -> None:
    """Describe what there is to set, see and try, with units.

    Levers with their ranges in a scenario and how each is gamed; figures of the report and the true ones; scenarios;
    schemes and policies; reward presets; keys of the configuration.
    """
    from incentive_env.cli import topics

    scenario = load_scenario(config)
    if topic is not None and topic not in TOPICS:
        raise ValueError(f"describe {topic}: no such topic{nearest(topic, TOPICS)}; topics: {', '.join(TOPICS)}")
    if topic is None:
        _print_brief(config, scenario)
    elif topic == "config" and name is not None:
        console().print(_full(topics.key_topic(name, scenario)))
    else:
        for part in _only(name, topic, topics.TOPICS[topic](config, scenario)):
            console().print(_full(part), "")


def _print_brief(scenario: str, config: "Config") -> None:
    from incentive_env.cli import topics

    out = console()
    for name, topic in topics.TOPICS.items():
        for part in topic(scenario, config):
            out.print(Text(part.title, style="bold"))
            out.print(_names(part) if name in ("figures", "config") else _lines(part))
            out.print()
    out.print("More: incentive-env describe levers, and so on; of one alone: incentive-env describe levers audit")


def _only(name: str | None, topic: str, parts: "list[Topic]") -> "list[Topic]":
    """Topics with only the entries that were asked for."""
    if name is None:
        return parts
    found = [part._replace(entries=[entry for entry in part.entries if entry.name == name]) for part in parts]
    if not any(part.entries for part in found):
        known = [entry.name for part in parts for entry in part.entries]
        raise ValueError(f"describe {topic} {name}: no such name{nearest(name, known)}; names: {', '.join(known)}")
    return [part for part in found if part.entries]


def _full(topic: "Topic") -> Table:
    """All there is to say: a row an entry, or for a single one a line a column."""
    if len(topic.entries) == 1:
        table = Table.grid(padding=(0, 2))
        for heading, cell in zip(topic.headings, topic.entries[0].cells, strict=True):
            table.add_row(Text(heading, style="bold"), cell)
        return table
    of_lines = any("\n" in cell for entry in topic.entries for cell in entry.cells)
    table = Table(title=topic.title, title_justify="left", show_lines=of_lines)
    for place, heading in enumerate(topic.headings):
        table.add_column(heading, no_wrap=place == 0, overflow="fold")
    for entry in topic.entries:
        table.add_row(*entry.cells)
    return table


def _lines(topic: "Topic") -> Table:
    """A line an entry."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for entry in topic.entries:
        table.add_row(f"  {entry.name}", entry.brief)
    return table


def _names(topic: "Topic") -> Padding:
    """Names alone, for there are many."""
    return Padding(", ".join(entry.name for entry in topic.entries), (0, 0, 0, 2))
