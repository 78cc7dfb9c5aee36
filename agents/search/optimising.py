"""The common part of the two searches for policies: checks, reports and files."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.table import Table

from agents.search.evolution import Found, SearchBudget, Start, search
from agents.search.objective import FloorObjective
from incentive_env.policies import Policy
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.files import written_whole
from incentive_env.support.locks import locked
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS
from incentive_env.support.statistics import interval
from incentive_env.support.tables import rich_table, with_interval

CHECKPOINT = "search.json"


def look(
    objective: FloorObjective, starts: Sequence[Start], plan: SearchBudget, label: str, run: Path | None, resume: bool
) -> Found:
    """Search, with checkpoints if there is a folder for them."""
    checkpoint = None if run is None else run / CHECKPOINT
    description = {"objective": objective.name, "form": type(objective.form).__name__, "size": objective.form.size}
    description["config"] = objective.config.model_dump()
    with locked(run):
        return search(
            objective, starts, plan, checkpoint_path=checkpoint, description=description, resume=resume, label=label
        )


def how_found(
    command: str, objective: FloorObjective, policy: Policy, point: np.ndarray, found: Found, plan: SearchBudget
) -> dict[str, Any]:
    """How the winner was found, and how the written policy performs."""
    seeds = VALIDATION_SEEDS[: plan.validation_floors]
    result = evaluate(objective.config, policy, seeds, threads=objective.threads)
    figures = {"loyalty": result.loyalty, "conversion": result.conversion, "profit": result.profit}
    return {
        "command": command,
        "method": "CMA-ES with one variance an entry" if plan.diagonal else "CMA-ES",
        "search_seeds": f"drawn from {SEARCH_SEEDS[0]} to {SEARCH_SEEDS[-1]}, fresh ones each generation",
        "validation_seeds": f"{seeds[0]} to {seeds[-1]}; the best of {len(found.finalists)} finalists there",
        "winner": f"{found.winner.kind} of the restart from {found.winner.start}",
        "value": _rounded(objective(point[None], seeds)[0]),
        **{name: _rounded(values) for name, values in figures.items()},
        "gaming_share": round(float(result.gaming.mean()), 4),
    }


def command_line(script: str, options: Mapping[str, Any], overrides: Sequence[str]) -> str:
    """The command that reproduces the search."""
    words = [f"--{name} {value}" for name, value in options.items()]
    words += [f"--set {shlex.quote(text)}" for text in overrides] + ["--out FILE.yaml"]
    return f"python scripts/{script}.py {' '.join(words)}"


def write_policy(path: Path, content: Mapping[str, Any]) -> None:
    """Write a policy file, a line for each feature, whole or not at all."""
    with written_whole(path) as partial:
        partial.write_text(_yaml(content), encoding="utf-8")


def finalists_table(found: Found, title: str) -> Table:
    """How each restart began and ended, on the validation floors."""
    rows = []
    for first in range(0, len(found.finalists), 3):
        group = found.finalists[first : first + 3]
        mark = "winner" if any(finalist is found.winner for finalist in group) else ""
        rows.append((group[0].start, *(with_interval(interval(each.values), ".3f") for each in group), mark))
    return rich_table(("restart", "start", "mean of the last generation", "best candidate", ""), rows, title)


def _rounded(values: np.ndarray) -> dict[str, float]:
    return {name: round(number, 4) for name, number in interval(values)._asdict().items()}


def _yaml(content: Mapping[str, Any]) -> str:
    head = {key: value for key, value in content.items() if not isinstance(value, dict)}
    parts = [yaml.safe_dump(head, sort_keys=False, width=1000, allow_unicode=True)]
    for key, value in content.items():
        if isinstance(value, dict):
            # Mappings of plain numbers go on a line of their own within their section.
            flow = None if any(isinstance(inner, dict) for inner in value.values()) else False
            parts.append(
                yaml.safe_dump({key: value}, sort_keys=False, width=1000, allow_unicode=True, default_flow_style=flow)
            )
    return "".join(parts)
