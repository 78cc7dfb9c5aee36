"""A schedule: actions that are fixed in advance, one decision after the other, whatever the report says."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.model.scheme import Scheme, scheme_from_mapping, scheme_to_action
from incentive_env.policies.contract import Context, Policy

KIND = "schedule"


class Schedule(Policy):
    """Actions in turn; the last one stays in force where there are fewer than an episode has decisions.

    Args:
        actions: ``[decisions, levers]``, the same for all floors, or ``[decisions, floors, levers]``.
        repeat: begin again after the last one instead.
    """

    def __init__(self, actions: NDArray[np.floating], *, repeat: bool = False) -> None:
        self.actions, self.repeat = actions, repeat

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The actions of this decision, whose number ``[rows]`` is the memory."""
        rows, length = len(seen), len(self.actions)
        number = np.where(context.starts(rows), 0, 0 if context.state is None else context.state)
        now = number % length if self.repeat else np.minimum(number, length - 1)
        return self.actions[now] if self.actions.ndim == 2 else self.actions[now, np.arange(rows)], number + 1

    @classmethod
    def from_content(cls, content: Mapping[str, Any], config: Config) -> Self:
        """Read a policy file: ``schemes``, each with its ``periods`` and levers, and whether they ``repeat``.

        Raises:
            ValueError: a part is missing or is not what it must be; the message names it.
        """
        schemes, repeat = content.get("schemes"), content.get("repeat", False)
        if not isinstance(schemes, list) or not schemes:
            raise ValueError("schemes: must be a list of schemes, each with its periods and levers")
        if not isinstance(repeat, bool):
            raise ValueError(f"repeat = {repeat!r}: must be true or false")
        actions: list[NDArray[np.float32]] = []
        for number, entry in enumerate(schemes):
            periods = entry.get("periods") if isinstance(entry, dict) else None
            if isinstance(periods, bool) or not isinstance(periods, int) or not 1 <= periods <= 1000:
                raise ValueError(f"schemes[{number}].periods = {periods!r}: must be a whole number from 1 to 1000")
            levers = {name: value for name, value in entry.items() if name != "periods"}
            actions += periods * [scheme_to_action(scheme_from_mapping(levers), config)]
        return cls(np.stack(actions), repeat=repeat)


def schedule_content(schemes: Sequence[Scheme], periods: Sequence[int]) -> dict[str, Any]:
    """The content of a policy file for schemes, each in force for its number of periods; the last one stays."""
    entries = zip(schemes, periods, strict=True)
    return {"kind": KIND, "schemes": [{"periods": length, **scheme._asdict()} for scheme, length in entries]}
