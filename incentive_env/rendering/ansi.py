"""The manager's view as text."""

import io

from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.observation import FIGURES


def ansi(floors: Floors, last: Period | None) -> str:
    """The scheme in force and the latest report of the first floor, in two columns of plain text."""
    from rich.console import Console
    from rich.table import Table

    report = floors.observation()[0]
    floor = floors.state.floors[0]
    week = int(floor["week"]) - floors.config.horizon.burn_in_weeks
    table = Table(title=f"{floors.config.name}, week {week}", title_justify="left")
    for heading, justify in (("scheme", "left"), ("", "right"), ("report", "left"), ("", "right"), ("unit", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    levers = [(name, f"{floor['scheme'][name]:.3g}") for name in LEVERS]
    for row, figure in enumerate(FIGURES):
        name, value = levers[row] if row < len(levers) else ("", "")
        table.add_row(name, value, figure.name, f"{report[row]:.3g}", figure.unit)
    if last is None:
        table.caption = "no decision yet: this is the floor that the manager takes over"
    console = Console(width=100, force_terminal=False, color_system=None, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()
