"""Tables of levers, channels and mechanisms, which replace marks in docstrings and pages of the documentation."""

import re
from collections.abc import Iterator
from typing import TypeVar

from incentive_env.config.channels import CHANNELS, TACTICS
from incentive_env.config.levers import LEVERS
from incentive_env.config.mechanisms import MECHANISMS

Class = TypeVar("Class", bound=type)

_MARK = re.compile(r"^( *)<!-- (levers|action|channels|conduct|mechanisms) -->$", re.MULTILINE)


def with_tables(documented: Class) -> Class:
    """Fill in the marks of a class's docstring."""
    documented.__doc__ = filled_in(documented.__doc__ or "")
    return documented


def filled_in(text: str) -> str:
    """A text with its marks, each alone on a line, replaced by tables in Markdown."""
    return _MARK.sub(lambda mark: "\n".join(mark[1] + line for line in _TABLES[mark[2]]()), text)


def _levers() -> Iterator[str]:
    yield from ("| Lever | Unit | What it does |", "|---|---|---|")
    for lever in LEVERS.values():
        yield f"| `{lever.name}` | {lever.unit} | {lever.does} |"


def _action() -> Iterator[str]:
    yield from ("| Num | Lever | Unit | Min (−1) | Max (+1) |", "|---|---|---|---|---|")
    for number, lever in enumerate(LEVERS.values()):
        yield f"| {number} | {lever.name} | {lever.unit} | {lever.low:g} | {lever.high:g} |"


def _channels() -> Iterator[str]:
    yield from ("| Channel | What is gamed | A case |", "|---|---|---|")
    for channel in CHANNELS.values():
        yield f"| `{channel.name}` | {channel.gamed} | {channel.case} |"


def _conduct() -> Iterator[str]:
    choices = [(row.choice, row) for row in CHANNELS.values() if row.gamed != "call"]
    refusals = ", ".join(choice for choice, row in choices if row.gamed == "refusal")
    yield from ("| Entry | Meaning |", "|---|---|")
    yield "| effort | share of the time at work, 0.05 … ``effort.ceiling``, linear |"
    yield f"| tactic_* | logits, ±5, of the mix of {', '.join(TACTICS)} |"
    yield f"| file_refusal, {refusals} | logits, ±5, of how a refusal is filed: as it was, or gamed |"
    for choice, row in choices:
        if row.gamed != "refusal":
            yield f"| {choice} | chance, linear, that {row.case} |"


def _mechanisms() -> Iterator[str]:
    yield from ("| Mechanism | What it does | Source | Does nothing with |", "|---|---|---|---|")
    for mechanism in MECHANISMS.values():
        off = ", ".join(f"`{key}: {str(value).lower()}`" for key, value in mechanism.without.items())
        yield f"| {mechanism.name} | {mechanism.does} | {mechanism.source} | {off} |"


_TABLES = {
    "levers": _levers, "action": _action, "channels": _channels, "conduct": _conduct, "mechanisms": _mechanisms,
}  # fmt: skip
