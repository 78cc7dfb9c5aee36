"""The settings to try: a whole grid, random draws, or batches chosen by Optuna."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from agents.sweep.settings import Setting, is_whole
from agents.sweep.spec import NamedSweep, Range, grid_size, grid_values
from incentive_env import ConfigError

Batch = list[dict[str, Any]]
Scores = Callable[[Batch], Sequence[float]]
_MOST = 100_000  # settings of a grid
_DIGITS = 6  # significant, of a number that is drawn


def grid(named: NamedSweep) -> Batch:
    """All settings of a grid, the last name varying fastest.

    Raises:
        ConfigError: there are too many.
    """
    count = math.prod(map(grid_size, named.sweep.vary.values()))  # counted first: there may be millions
    if count > _MOST:
        raise ConfigError(f"{named.path}: vary holds {count:,} settings; at most {_MOST:,}: search at random instead")
    values = {name: grid_values(v, whole=is_whole(named, name)) for name, v in named.sweep.vary.items()}
    return [dict(zip(values, setting, strict=True)) for setting in itertools.product(*values.values())]


def at_random(named: NamedSweep) -> Batch:
    """One setting per trial, drawn with the search's seed."""
    rng = np.random.default_rng(named.sweep.search.seed)
    whole = {name: is_whole(named, name) for name in named.sweep.vary}
    return [
        {name: _drawn(values, rng, whole[name]) for name, values in named.sweep.vary.items()}
        for _ in range(named.sweep.search.trials or 0)
    ]


def corners(named: NamedSweep) -> Iterator[Setting]:
    """Every value and both ends of every range once, with the first value of all others; checked before any work."""
    ends = {name: (v.low, v.high) if isinstance(v, Range) else v for name, v in named.sweep.vary.items()}
    ends = {name: tuple(map(int, v)) if _whole_range(named, name) else v for name, v in ends.items()}
    first = {name: values[0] for name, values in ends.items()}
    for name, values in ends.items():
        yield from ({**first, name: value} for value in values)


def by_optuna(named: NamedSweep, score: Scores) -> None:
    """Search with Optuna's TPE (Bergstra et al. 2011): ask for a batch, score all of it, report in the order asked.

    Ray Tune's search reports whichever trial ends first. Here the settings tried are the same for any engine and any
    number of workers, and a resumed sweep asks for the same ones again.

    Args:
        named: the sweep.
        score: the objective of each setting of a batch; higher is better.

    Raises:
        ConfigError: Optuna is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise ConfigError("search.method optuna: needs Optuna: run `make setup`") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    search = named.sweep.search
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=search.seed))
    whole = {name: is_whole(named, name) for name in named.sweep.vary}
    left = search.trials or 0
    while left > 0:
        trials = [study.ask() for _ in range(min(left, search.batch))]
        batch = [
            {name: _suggested(trial, name, values, whole[name]) for name, values in named.sweep.vary.items()}
            for trial in trials
        ]
        for trial, value in zip(trials, score(batch), strict=True):
            study.tell(trial, value)
        left -= len(trials)


def _drawn(values: "tuple[Any, ...] | Range", rng: np.random.Generator, whole: bool) -> Any:
    if not isinstance(values, Range):
        return values[int(rng.integers(len(values)))]
    if values.step is not None:
        steps = grid_values(values, whole=whole)
        return steps[int(rng.integers(len(steps)))]
    if values.log:
        number = math.exp(rng.uniform(math.log(values.low), math.log(values.high)))
        return round(number) if whole else _tidy(number, values)
    return (
        int(rng.integers(int(values.low), int(values.high) + 1))
        if whole
        else _tidy(float(rng.uniform(values.low, values.high)), values)
    )


def _suggested(trial: Any, name: str, values: "tuple[Any, ...] | Range", whole: bool) -> Any:
    if not isinstance(values, Range):
        return values[trial.suggest_categorical(name, list(range(len(values))))]
    if values.step is not None:
        steps = grid_values(values, whole=whole)
        return steps[trial.suggest_int(name, 0, len(steps) - 1)]
    if whole:
        return trial.suggest_int(name, int(values.low), int(values.high), log=values.log)
    return _tidy(trial.suggest_float(name, values.low, values.high, log=values.log), values)


def _tidy(number: float, values: Range) -> float:
    """Few digits for a reader, within the range."""
    return min(max(float(f"{number:.{_DIGITS}g}"), values.low), values.high)


def _whole_range(named: NamedSweep, name: str) -> bool:
    return isinstance(named.sweep.vary[name], Range) and is_whole(named, name)
