"""Where a lever ``team_bonus`` and a channel ``hung_up`` turn up, as JSON, for the test of the tables."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from typer.testing import CliRunner

from agents.benchmark.report import gaming
from agents.benchmark.report.entries import Entry
from agents.benchmark.report.theme import Style
from incentive_env import Scheme, load_config, simulate
from incentive_env.cli import picture, scenario_file
from incentive_env.cli.commands import app
from incentive_env.cli.options import lever_names
from incentive_env.config import all_keys
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVERS
from incentive_env.config.reference import filled_in
from incentive_env.config.schema import markdown_text, schema_text
from incentive_env.config.words import TRUE_FIGURES
from incentive_env.envs.parallel import SalesFloorParallelEnv
from incentive_env.envs.single import SalesFloorEnv
from incentive_env.floors import observation, seats
from incentive_env.floors.batch import Floors
from incentive_env.model.report import TRUTH
from incentive_env.model.scheme import change_scheme, scheme_records, scheme_to_action
from incentive_env.model.state import CONDUCT, REP_WEEK, RESPONSE, SCHEME
from incentive_env.playground import charts, controls
from incentive_env.rendering import frame, phrases
from incentive_env.rendering.ansi import ansi

LEVER, CHANNEL = "team_bonus", "hung_up"
SMALL = {
    "salesforce.reps": 2, "market.slots": 4, "horizon.burn_in_weeks": 4, "horizon.decisions": 1,
    "horizon.scored_weeks": 4,
}  # fmt: skip

config = load_config(None, SMALL)
floors = Floors(config, 1)
floors.reset(np.array([7], np.uint64))
neutral = float(floors.state.floors["scheme"][LEVER][0])
levers, channels = list(LEVERS), list(CHANNELS)
scheme = Scheme(team_bonus=40.0)


def size_of_change() -> float:
    """Motivation lost when the new lever alone moves over its whole range, as a share of what all levers would cost."""
    record, reps = floors.state.floors[0].copy(), floors.state.reps[0].copy()
    now = scheme_records(np.array([record["scheme"].tolist()]))
    record.scheme = now[0]
    now[LEVER] = neutral + 80.0
    before = reps["motivation"].copy()
    change_scheme(record, reps, now[0], floors.parameters[0])
    lost = (before - reps["motivation"]) / config.motivation.scheme_change
    return float(lost[0] * len(levers))


def seat_hangs_up() -> float:
    """The chance with which a rep hangs up when its seat asks for it always."""
    action = -np.ones((1, 2, len(seats.CONDUCT_NAMES)))
    action[..., seats.CONDUCT_NAMES.index("hang_up")] = 1.0
    seats.Seats(floors).choose(action, np.arange(2))
    floors.advance(1)
    return float(floors._responses["hang_up"].max())


def output_of(*words: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(app, list(words), catch_exceptions=False).stdout


def legend_of_picture() -> list[str]:
    """Names and colours in the picture of a simulation."""
    panel = simulate(config, scheme, [7])
    axes = Figure().subplots()
    picture._draw_gaming(axes, picture._Floors(panel))
    colours = [to_hex(part.get_facecolor()[0]) for part in axes.collections]
    return [text.get_text() for text in axes.get_legend().get_texts()] + colours


change = size_of_change()
hangs_up = seat_hangs_up()
floors.decide(scheme_to_action(scheme, config)[None])
scored = SimpleNamespace(levers={lever: [0.0, 1.0] for lever in levers}, channels=dict.fromkeys(channels, 0.1))
cell = SimpleNamespace(scored={"home": scored})
line = Entry(("mine", None, "home"), "mine", Style("#000000", "solid"), (cell,))  # type: ignore[arg-type]
bars = gaming.gaming("k", [line], "home")
compared = SimpleNamespace(channels=np.zeros((2, len(channels))))
scenario = scenario_file.scenario_text(Path("new.yaml"), "telesales", [])
described = output_of("describe", "levers", LEVER)
truth = TRUE_FIGURES[f"gaming_{CHANNEL}"]
model_page = filled_in(Path("docs/model.md").read_text(encoding="utf-8"))
places = {
    "action space": observation.action_space().shape == (levers.index(LEVER) + 1,),
    "observation": observation.NAMES[len(floors.observation()[0]) - 1] == f"scheme_{LEVER}",
    "what a seat sees": seats.SIGHT_NAMES[-1] == f"scheme_{LEVER}",
    "record of a scheme": (SCHEME.names or ())[-1] == LEVER,
    "neutral scheme in force": neutral == 10.0,
    "scheme in force": floors.state.floors["scheme"][LEVER][0] == 40.0,
    "size of a change": abs(change - 1.0) < 1e-4,  # motivation has seven digits
    "sections of the configuration": {f"levers.{LEVER}.high", f"neutral_scheme.{LEVER}", f"channels.{CHANNEL}"}
    <= set(all_keys()),
    "switch in the record": floors.parameters[0].channels[channels.index(CHANNEL)] == 1,
    "what audits hear": floors.parameters[0].detectability[channels.index(CHANNEL)]
    == config.recording.rush_detectability,
    "cases in records": REP_WEEK["gamed"].shape == REP_WEEK["found"].shape == (len(channels),),
    "true figures": (TRUTH.names or ())[-1] == f"gaming_{CHANNEL}",
    "words of the true figure": truth == ("share of contacts", "a caller was cut off"),
    "a rep's choice": "hang_up" in (RESPONSE.names or ()) and "hang_up" in (CONDUCT.names or ()),
    "what a seat does": seats.seat_action_space().shape[0] == len(seats.CONDUCT_NAMES),
    "choice of a seat in force": hangs_up == 1.0,
    "tables of a simulation": f"gamed_{CHANNEL}" in simulate(config, scheme, [7]).floor_weeks.dtype.names,
    "describe levers": all(
        part in described for part in ("€/team target met", "0 to 80", "pays for the target itself")
    ),
    "describe figures": f"gaming_{CHANNEL}" in output_of("describe", "figures"),
    "a new scenario's file": f"{LEVER}: 10.0" in scenario,
    "completion": lever_names("team_b") == [f"{LEVER}="],
    "phrase in pictures": "€40 for a met target" in phrases.scheme_words(scheme),
    "report as text": LEVER in ansi(floors, None),
    "group of a rep's bar": CHANNEL in frame.CONDUCT["steering, rushing"],
    "slider": controls.scale_of(LEVERS[LEVER], 0, 1) == controls.Scale(0, 1, unit="€/team target met", decimals=0),
    "chart of the playground": "callers cut off"
    in charts.channel_chart(compared, compared, charts.Look(False, ""))["yAxis"]["data"],  # type: ignore[arg-type]
    "legend of a simulation's picture": {"hung up", "#123456"} <= set(legend_of_picture()),
    "figure of a report": f"k-{LEVER}" in [figure.key for figure in gaming.schemes("k", [line], "home")],
    "bars of a report": "#123456" in str(bars) and CHANNEL in str(bars),
    "help of a scheme": LEVER in (Scheme.__doc__ or ""),
    "help of the environment": f"| {LEVER} | €/team target met | 0 | 80 |" in (SalesFloorEnv.__doc__ or ""),
    "help of the parallel environment": "hang_up" in (SalesFloorParallelEnv.__doc__ or ""),
    "page of the configuration": f"scheme.{LEVER}`" in markdown_text() and f"channels.{CHANNEL}`" in markdown_text(),
    "schema of a scenario": LEVER in schema_text() and "reps may hang up on callers" in schema_text(),
    "page of the model": f"`{LEVER}`" in model_page and f"`{CHANNEL}`" in model_page,
}
json.dump({place: bool(there) for place, there in places.items()}, sys.stdout)
