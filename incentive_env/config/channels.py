"""The gaming channels, ways in which reps make figures look better than the work: one row each.

Everything that depends on the number or the names of the channels is made from these rows: switches, records of the
compiled core, what seats may do, true figures, tables, pictures and legends. A new channel is a row here, the
choice of it in `incentive_env.model.reps`, and its consequence in the stage of the week that it games. A new tactic
also needs its numbers in `incentive_env.config.market.Tactics`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from incentive_env.config.fields import REQUIRED, Row, section_of, switch, table

Gamed = Literal["call", "refusal", "notes", "survey", "contact"]
Group = Literal["pressing", "misleading", "false records", "steering, rushing"]


@dataclass(frozen=True, kw_only=True)
class Channel(Row):
    """One way to game."""

    kind: ClassVar = "channel"
    gamed: Gamed = REQUIRED  # the channels of a call are tactics
    choice: str = REQUIRED  # of a rep, in records of the core; a tactic is chosen by its share of the mix
    audit: str | None = REQUIRED  # key of the chance that a heard case gives itself away; None: audits never hear it
    may: str = REQUIRED  # what its switch allows
    case: str = REQUIRED  # what was done
    cases: str = REQUIRED  # the same as a heading
    group: Group = REQUIRED  # in pictures of reps; each has a colour in `incentive_env.rendering.palette`
    colour: str = REQUIRED  # #rrggbb, distinct for colour-blind readers

    @property
    def share_of(self) -> str:
        """What its cases are counted against."""
        return "contacts" if self.gamed == "contact" else "calls"

    @property
    def pattern(self) -> str:
        """Hatching: none for what is said to customers."""
        return {"call": "", "refusal": "/", "notes": "/"}.get(self.gamed, "x")


@dataclass(frozen=True, kw_only=True)
class TacticChannel(Channel):
    """A way to game a call."""

    gamed: Gamed = "call"
    choice: str = "mix"
    spoken: str = REQUIRED  # as a cause of what customers feel
    found_out: str = REQUIRED  # the same when customers find out later


CHANNELS: dict[str, Channel] = table(
    # Tactics come first, so that channel = tactic − 1.
    TacticChannel(
        name="pressure", audit="tactics.pressure.detectability",
        may="reps may pressure customers", case="the customer was pressured", cases="pressure",
        spoken="pressure in calls", found_out="regret of pressured sales found out",
        group="pressing", colour="#d55e00",
    ),
    TacticChannel(
        name="withhold", audit="tactics.withhold.detectability",
        may="reps may withhold information", case="information was withheld", cases="withheld information",
        spoken="calls that withhold information", found_out="withheld information found out",
        group="misleading", colour="#e69f00",
    ),
    TacticChannel(
        name="false_promise", audit="tactics.false_promise.detectability",
        may="reps may make false promises", case="a false promise was made",
        cases="false promises", spoken="calls with false promises", found_out="false promises found out",
        group="misleading", colour="#cc79a7",
    ),
    TacticChannel(
        name="disparage", audit="tactics.disparage.detectability",
        may="reps may disparage competitors", case="competitors were disparaged",
        cases="disparaged competitors", spoken="calls that disparage competitors", found_out="disparagement found out",
        group="misleading", colour="#7f878c",
    ),
    Channel(
        name="callback", gamed="refusal", choice="misbook", audit="recording.callback_detectability",
        may="reps may book a refusal as a call-back", case="a refusal was filed as a call-back",
        cases="refusals booked as call-backs", group="false records", colour="#0072b2",
    ),
    Channel(
        name="unlogged", gamed="refusal", choice="unlog", audit="recording.unlogged_detectability",
        may="reps may leave a refusal off the record", case="a refusal was not filed", cases="calls not logged",
        group="false records", colour="#56b4e9",
    ),
    Channel(
        name="empty_log", gamed="notes", choice="skip_notes", audit=None,
        may="reps may file a call without notes", case="the call was filed without notes", cases="empty logs",
        group="false records", colour="#009e73",
    ),
    Channel(
        name="survey", gamed="survey", choice="steer", audit="recording.survey_detectability",
        may="reps may steer who is surveyed and what they answer",
        case="the survey was steered: by choosing whom to ask, or by asking for a ten", cases="steered surveys",
        group="steering, rushing", colour="#aa4499",
    ),
    Channel(
        name="rushed", gamed="contact", choice="rush", audit="recording.rush_detectability",
        may="reps may rush an inbound contact and mark it as fixed",
        case="an inbound contact was rushed and marked as fixed", cases="inbound calls cut short",
        group="steering, rushing", colour="#999933",
    ),
)  # fmt: skip
CHANNEL_NAMES = tuple(CHANNELS)
MANIPULATION = {name: row for name, row in CHANNELS.items() if isinstance(row, TacticChannel)}
TACTICS = ("honest", *MANIPULATION)
if TACTICS[1:] != CHANNEL_NAMES[: len(MANIPULATION)]:
    raise ValueError(f"the rows of tactics must come before all other channels, got {', '.join(CHANNELS)}")


class Channels(section_of(CHANNELS.values(), lambda row: (bool, switch(True, row.may)))):  # type: ignore[misc]
    """Switches for the gaming channels, one each, to measure the cost of a channel."""
