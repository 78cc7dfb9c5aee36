"""Plans, sweeps and suites as YAML files: one loader by kind and name; a file may extend another of its kind."""

import re
import types
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from incentive_env import ConfigError
from incentive_env.config import config_directory, merge, read_chain
from incentive_env.config.gone import why_gone
from incentive_env.support.files import is_file
from incentive_env.support.spelling import listed, nearest, shown, shown_key


class Part(BaseModel):
    """A plan, or a part of one: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(NamedTuple):
    """A kind of file."""

    folder: str  # of the shipped ones, in configs
    form: str  # "module:name" of a `Part`, or of a function from a file's content and path to the plan
    word: str  # for messages


KINDS = {
    "training": Kind("plans/training", "agents.algorithms.table:training_plan", "training file"),
    "search": Kind("plans/training", "agents.algorithms.table:search_plan", "training file"),
    "learner": Kind("plans/training", "agents.algorithms.table:learner_plan", "training file"),  # either of the two
    "offline": Kind("plans/offline", "agents.offline.plans:offline_plan", "offline plan"),
    "rllib": Kind("plans/rllib", "agents.rllib.plans:RLlibPlan", "RLlib training file"),
    "learning_reps": Kind("plans/learning_reps", "agents.learning_reps.plan:Contrast", "comparison"),
    "two_level": Kind("plans/two_level", "agents.learning_reps.plan:TwoLevelPlan", "two-level plan"),
    "sweep": Kind("plans/sweeps", "agents.sweep.spec:named_sweep", "sweep"),
    "suite": Kind("suites", "agents.benchmark.suite:benchmark_of", "suite"),
}
P = TypeVar("P", bound=Part)


def load(kind: str, name: "str | Path", changes: Mapping[str, Any] | None = None) -> Any:
    """Load a file of a kind.

    Args:
        kind: one of `KINDS`.
        name: of a shipped file, or a path. A file may name another, or a path, under ``extends``: it then holds
            only what differs.
        changes: entries laid over the file's as if a file extended it, ``{"total_timesteps": 1000}``.

    Raises:
        ConfigError: no such kind or file, a malformed file, a circle of ``extends``, unknown keys, or values out of
            bounds; all wrong entries at once.
    """
    path = find(kind, name)
    content: dict[str, Any] = {}
    for _, layer in reversed(read_chain(path, partial(find, kind))):
        content = merge(content, layer)
    content.pop("extends", None)
    form = imported(_kind(kind).form)
    content = merge(content, dict(changes or {}))
    return checked(form, content, path) if isinstance(form, type) else form(content, path)


def find(kind: str, name: "str | Path") -> Path:
    """Path of a file of a kind, by the name of a shipped one or by its path.

    Raises:
        ConfigError: there is none.
    """
    folder, _, word = _kind(kind)
    known = shipped_names(kind)
    path = config_directory() / folder / f"{name}.yaml" if str(name) in known else Path(name)
    if is_file(path):
        return path
    if advice := why_gone(str(name)):
        raise ConfigError(f"{word} {shown(str(name))}: is gone; {advice}")
    raise ConfigError(
        f"no {word} {shown(str(name))}; {word}s: {', '.join(known)}, or a path{nearest(str(name), known)}"
    )


def shipped_names(kind: str) -> list[str]:
    """Names of the shipped files of a kind."""
    return sorted(file.stem for file in (config_directory() / _kind(kind).folder).glob("*.yaml"))


def checked(form: type[P], content: Mapping[str, Any], path: Path) -> P:
    """The content of a file as a plan.

    Raises:
        ConfigError: a line for each entry that is wrong.
    """
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise ConfigError(listed(error.errors(), lambda entry: _line(entry, form, path))) from None


def wrong_entry(entry: Any, form: type[BaseModel]) -> tuple[str, str]:
    """An entry that pydantic refused: its key and value, and what is allowed with the nearest valid name."""
    where, around = _place(form, entry["loc"])
    key, given = ".".join(map(shown_key, where)), entry["input"]
    whole = isinstance(given, dict | list) and entry["type"] in ("extra_forbidden", "value_error")  # not quoted
    what = key if whole or entry["type"] == "missing" else f"{key} = {shown(given)}"
    if entry["type"] == "extra_forbidden":
        before = ".".join(where[:-1])
        hint = nearest(where[-1], around).replace(": ", f": {before}." if before else ": ")
        return what, f"unknown key{hint}; keys there: {', '.join(around)}"
    if entry["type"] == "missing":
        return what, "is missing"
    if entry["type"] == "literal_error":
        allowed = re.findall(r"'(\w+)'", entry["ctx"]["expected"])
        return what, f"must be one of {', '.join(allowed)}{nearest(str(given), allowed)}"
    message = entry["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return what if key else "", message


def chosen(forms: Mapping[str, Any], name: str, path: Path) -> Any:
    """The entry of a table that a file's ``algorithm:`` names.

    Raises:
        ConfigError: the table has no such entry.
    """
    if not isinstance(name, str) or name not in forms:
        known = ", ".join(forms)
        raise ConfigError(f"algorithm = {shown(name)} in {path}: must be one of {known}{nearest(str(name), forms)}")
    return forms[name]


def imported(where: str) -> Any:
    """What stands at ``module:name``."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise ConfigError(f"kind {kind!r}: must be one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return KINDS[kind]


def _line(entry: Any, form: type[BaseModel], path: Path) -> str:
    what, why = wrong_entry(entry, form)
    return f"{what} in {path}: {why}" if what else f"{path}: {why}"


def _place(form: Any, place: tuple[int | str, ...]) -> tuple[list[str], list[str]]:
    """The keys that lead to an entry, without the branches of unions, and the names of the keys around it."""
    where: list[str] = []
    around: list[str] = []
    for part in place:
        if get_origin(form) is Annotated:
            form = get_args(form)[0]
        if get_origin(form) in (Union, types.UnionType):
            branches = (get_args(one)[0] if get_origin(one) is Annotated else one for one in get_args(form))
            form = next((one for one in branches if getattr(one, "__name__", "").lower() == part), None)
            continue
        if isinstance(form, type) and issubclass(form, BaseModel):
            around = list(form.model_fields)
            form = form.model_fields[str(part)].annotation if part in form.model_fields else None
        else:
            form = get_args(form)[-1 if get_origin(form) is dict else 0] if get_args(form) else None
        where.append(str(part))
    return where, around
