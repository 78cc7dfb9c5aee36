"""What each gaming channel costs under a policy, and what audit or retention pay would be worth against it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config, load_config
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVER_NAMES, Range
from incentive_env.policies import Context, FixedPolicy, Policy
from incentive_env.studies.evaluate import Evaluation, evaluate
from incentive_env.support.statistics import interval

OUTCOMES = ("loyalty", "profit", "conversion")  # fields of `Evaluation`
SUM, ALL, TOGETHER = "sum of these", "all at once", "together"

Run = Callable[[Config, Policy], Evaluation]  # always on the same floors


class Raise(NamedTuple):
    """A lever, and by how much it is raised, in its unit."""

    lever: str
    amount: float


class Raised(Policy):
    """A policy that sets one lever higher than another policy does, as far as the lever's range allows."""

    def __init__(self, policy: Policy, more: Raise, config: Config) -> None:
        self.sees = policy.sees
        ends = getattr(config.levers, more.lever)
        self._policy, self._column = policy, LEVER_NAMES.index(more.lever)
        self._step = 2.0 * more.amount / (ends.high - ends.low)  # the action runs from −1 to 1

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The policy's actions, one lever raised; clipped where it would leave the range."""
        actions, state = self._policy.act_in(seen, context)
        raised = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
        raised[:, self._column] = np.minimum(raised[:, self._column] + self._step, 1.0)
        return raised.astype(np.float32), state


class Closed(NamedTuple):
    """The same floors with all channels of the scenario open, with each of them closed alone, and with all closed."""

    base: Evaluation
    alone: dict[str, Evaluation]
    all: Evaluation


def on_floors(seeds: Sequence[int], *, threads: int = 1, done: Callable[[int], None] = lambda count: None) -> Run:
    """How policies are run: always on these floors; ``done`` receives the number of runs so far."""
    count = 0

    def run(config: Config, policy: Policy) -> Evaluation:
        nonlocal count
        result = evaluate(config, policy, seeds, threads=threads)
        count += 1
        done(count)
        return result

    return run


def open_channels(config: Config) -> list[str]:
    """The gaming channels that a scenario leaves open.

    Raises:
        ValueError: there is none.
    """
    channels = [channel for channel in CHANNELS if getattr(config.channels, channel)]
    if not channels:
        raise ValueError(f"channels: all are closed in {config.name}, there is nothing to attribute")
    return channels


def close_channels(config: Config, fresh: Callable[[], Policy], run: Run) -> Closed:
    """Run a policy with each channel closed in turn: from the first week on, the burn-in included.

    Args:
        config: the scenario.
        fresh: makes the policy anew, so that one that draws by chance draws the same each time.
        run: on the same floors each time, see `on_floors`.
    """

    def without(channels: Iterable[str]) -> Evaluation:
        return run(load_config(config, {f"channels.{channel}": False for channel in channels}), fresh())

    channels = open_channels(config)
    return Closed(without(()), {channel: without([channel]) for channel in channels}, without(channels))


def channel_rows(closed: Closed) -> list[dict[str, Any]]:
    """What changes, floor by floor, when a channel is closed: a row each, and how they add up.

    A row has the intervals of loyalty, profit and conversion. ``use`` is how often the channel was used while it was
    open, cases a call; ``others`` is how much more often the other channels are used once it is closed. Single effects
    need not sum to that of closing all at once: reps go over to the channels that are left, and what they do there
    keeps the norm of gaming up. The row ``together`` is the effect of all at once less the sum of the single ones.
    """
    base, rows = closed.base, []
    for channel, result in closed.alone.items():
        column = list(CHANNELS).index(channel)
        more = result.channels - base.channels
        others = interval(more.sum(axis=1) - more[:, column])._asdict()
        use = interval(base.channels[:, column])._asdict()
        rows.append({"closed": channel, "use": use, **_intervals(_changes(result, base)), "others": others})
    every = _changes(closed.all, base)
    single = [_changes(result, base) for result in closed.alone.values()]
    total = {name: np.sum([change[name] for change in single], axis=0) for name in OUTCOMES}
    use = interval(base.channels.sum(axis=1))._asdict()
    rows.append({"closed": SUM, **_intervals(total)})
    rows.append({"closed": ALL, "use": use, **_intervals(every)})
    rows.append({"closed": TOGETHER, **_intervals({name: every[name] - total[name] for name in OUTCOMES})})
    return rows


def check_raises(raises: Sequence[Raise], config: Config) -> None:
    """Refuse a raise that no scheme of the scenario has room for.

    Raises:
        ValueError: which one.
    """
    for lever, amount in raises:
        ends = getattr(config.levers, lever)
        if not 0.0 < amount <= ends.high - ends.low:
            raise ValueError(f"{lever} +{amount:g}: must be above 0, and at most its range of {ends.high - ends.low:g}")


def worth_rows(
    config: Config, fresh: Callable[[], Policy], raises: Sequence[Raise], base: Evaluation, run: Run
) -> list[dict[str, Any]]:
    """What changes, floor by floor, when a lever is raised: a row each.

    ``use`` has the change of each channel's cases a call; ``value`` is what a fixed scheme then sets the lever to, and
    is null for a policy that sets it anew in each period.
    """
    rows = []
    for more in raises:
        policy = fresh()
        result = run(config, Raised(policy, more, config))
        use = {name: interval((result.channels - base.channels)[:, at])._asdict() for at, name in enumerate(CHANNELS)}
        row = {"lever": more.lever, "added": more.amount, "value": _raised_value(policy, more, config)}
        rows.append({**row, **_intervals(_changes(result, base)), "use": use})
    return rows


def _raised_value(policy: Policy, more: Raise, config: Config) -> float | None:
    if not isinstance(policy, FixedPolicy):
        return None
    ends: Range = getattr(config.levers, more.lever)
    value = ends.low + (float(policy.action[LEVER_NAMES.index(more.lever)]) + 1.0) / 2.0 * (ends.high - ends.low)
    return round(min(value + more.amount, ends.high), 6)


def _changes(result: Evaluation, base: Evaluation) -> dict[str, NDArray[np.float64]]:
    return {name: getattr(result, name) - getattr(base, name) for name in OUTCOMES}


def _intervals(changes: dict[str, NDArray[np.float64]]) -> dict[str, dict[str, float]]:
    return {name: interval(change)._asdict() for name, change in changes.items()}
