"""A lottery: each floor draws one of several schemes when it opens, and keeps it to the end of the episode."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.model.scheme import Scheme, scheme_from_mapping, scheme_to_action
from incentive_env.policies.contract import Context, Policy

KIND = "lottery"
_MOST = 100_000  # schemes of a file
_OFF = 1e-6  # by which shares may miss a sum of 1


class Lottery(Policy):
    """Fixed schemes, drawn by their shares; there is no deterministic form.

    The luck of a draw is a hash of the floor's first report, so that a floor has the same scheme in any batch.

    Args:
        actions: ``[schemes, levers]``.
        shares: ``[schemes]`` of the floors that have each; they sum to 1.
    """

    def __init__(self, actions: NDArray[np.floating], shares: NDArray[np.floating]) -> None:
        self.actions, self.shares = np.asarray(actions, np.float32), np.asarray(shares, np.float64)
        self._ends = np.cumsum(self.shares)

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The action of each row's scheme, and its number ``[rows]``, which is the memory."""
        starts = context.starts(len(seen))
        numbers = np.zeros(len(seen), np.int64) if context.state is None else np.array(context.state)
        numbers[starts] = [self._drawn(report) for report in np.asarray(seen, np.float32)[starts]]
        return self.actions[numbers], numbers

    def _drawn(self, report: NDArray[np.float32]) -> int:
        digest = hashlib.blake2b(report.astype("<f4").tobytes(), digest_size=8).digest()
        luck = int.from_bytes(digest, "little") / 2.0**64 * self._ends[-1]
        return min(int(np.searchsorted(self._ends, luck, side="right")), int(np.flatnonzero(self.shares)[-1]))

    @classmethod
    def from_content(cls, content: Mapping[str, Any], config: Config) -> Self:
        """Read a policy file: ``schemes``, each with its ``share`` of the floors and levers.

        Raises:
            ValueError: a part is missing or is not what it must be; the message names it.
        """
        schemes = content.get("schemes")
        if not isinstance(schemes, list) or not 1 <= len(schemes) <= _MOST:
            raise ValueError(f"schemes: must be a list of 1 to {_MOST:,} schemes, each with its share and levers")
        actions, shares = [], []
        for number, entry in enumerate(schemes):
            share = entry.get("share") if isinstance(entry, dict) else None
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share <= 1.0:
                raise ValueError(f"schemes[{number}].share = {share!r}: must be a number above 0, at most 1")
            levers = {name: value for name, value in entry.items() if name != "share"}
            actions.append(scheme_to_action(scheme_from_mapping(levers), config))
            shares.append(float(share))
        if abs(sum(shares) - 1.0) > _OFF * len(shares):
            raise ValueError(f"schemes: their shares sum to {sum(shares):g}, must be 1")
        return cls(np.stack(actions), np.array(shares))


def lottery_content(schemes: Sequence[Scheme], shares: Sequence[float]) -> dict[str, Any]:
    """The content of a policy file for schemes with their shares."""
    entries = [{"share": float(share), **scheme._asdict()} for scheme, share in zip(schemes, shares, strict=True)]
    return {"kind": KIND, "schemes": entries}
