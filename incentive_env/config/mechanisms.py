"""The mechanisms by which measures wear out, reps learn, and the floor changes: one row each, with its switch.

A study switches a mechanism off by the overrides in its row, so that each result can be attributed to mechanisms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from incentive_env.config.fields import REQUIRED, Row, section_of, switch, table


@dataclass(frozen=True, kw_only=True)
class Mechanism(Row):
    """One mechanism."""

    kind: ClassVar = "mechanism"
    does: str = REQUIRED  # in one sentence
    source: str = REQUIRED  # publication, or the word assumption
    off: Mapping[str, Any] = field(default_factory=dict)  # overrides that switch it off; its switch if it has one

    @property
    def without(self) -> Mapping[str, Any]:
        """Overrides of the configuration under which the mechanism does nothing."""
        return self.off or {f"mechanisms.{self.name}": False}


MECHANISMS: dict[str, Mechanism] = table(
    Mechanism(
        name="care", does="reps choose how well to work beside how much: haste crowds care out, recognition raises it",
        source="Holmström & Milgrom 1991",
    ),
    Mechanism(
        name="know_how", does="reps learn how to game each measure by trying, search where it pays, and forget",
        source="Meyer & Gupta 1994; Courty & Marschke 1997, 2004",
    ),
    Mechanism(
        name="audit_beliefs", does="reps fear audits by what they believe, and learn from what happens",
        source="Sherman 1990; Banerjee et al. 2019",
    ),
    Mechanism(
        name="good_measure", does="trust sells, irritation costs sales, and a competent call satisfies",
        source="assumption: conversion is good news as long as it is not paid on",
        off={"calls.trust": 0.7, "calls.irritation": 0.8, "calls.competence": 0.0},
    ),
    Mechanism(
        name="target_bonus", does="a met target can be rewarded, not only a missed one punished",
        source="Oyer 1998; Larkin 2014", off={"levers.target_bonus.high": 1e-6},
    ),
    Mechanism(
        name="pay_memory", does="reps compare pay with what they are used to, and with colleagues",
        source="Sandvik et al. 2021; Bycio, Hackett & Alvares 1990; Williams & Livingstone 1994",
    ),
    Mechanism(
        name="ratchet", does="reps hold back when this period's result becomes the next target",
        source="Weitzman 1980; Cooper et al. 1999",
    ),
    Mechanism(
        name="depletion", does="strain lowers scruples, and hiding what one does strains",
        source="assumption; direction: Gino et al. 2011, in doubt since Hagger et al. 2016",
    ),
    Mechanism(
        name="crowding", does="the mere presence of contingent pay lowers effort and care at once",
        source="Gneezy & Rustichini 2000",
    ),
    Mechanism(
        name="cycles", does="need follows the seasons, and pay elsewhere moves", source="assumption",
    ),
    Mechanism(
        name="credit", does="a bank lends before anybody is laid off, overhead shrinks with the floor, volume moves in "
        "small steps", source="assumption",
    ),
    Mechanism(
        name="scarce_hours", does="listening, coaching and research share the hours of the same few managers",
        source="assumption; field: 2–5 % of calls are listened to",
    ),
    Mechanism(
        name="kinds", does="honest reps repay autonomy and resent control; opportunists do the opposite",
        source="Falk & Kosfeld 2006",
    ),
)  # fmt: skip


def _switch(row: Mechanism) -> tuple[type, bool]:
    declared: bool = switch(True, row.does)
    return bool, declared


class Mechanisms(section_of((row for row in MECHANISMS.values() if not row.off), _switch)):  # type: ignore[misc]
    """Switches of the mechanisms, to measure what each brings about."""
