"""Runs the steps of a GitHub workflow on this machine, in order, with stand-ins for its actions and for ``gh``.

It knows what docs/benchmark-workflow.yml uses of that language, and refuses all else.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_GH = '#!/bin/sh\n[ "$1 $2" = "pr comment" ] || exit 1\necho "$3" > "$POSTED/number"\ncp "$5" "$POSTED/comment.md"\n'


class Ran(NamedTuple):
    """What a workflow did."""

    failed: str | None  # the first step that did
    comment: str | None  # on the pull request
    uploaded: list[str]  # files that were there to be uploaded


class Workflow:
    """A job of a workflow, on a pull request of a local repository.

    Args:
        file: of the workflow.
        repository: with both commits.
        base: commit that the request starts from.
        head: commit of the request.
        room: an empty folder to work in.
        variables: of the environment, besides those of this process.
    """

    def __init__(
        self, file: Path, repository: Path, base: str, head: str, room: Path, variables: dict[str, str]
    ) -> None:
        (self._job,) = yaml.safe_load(file.read_text())["jobs"].values()
        self._repository, self._head, self._room = repository, head, room / "workspace"
        self._posted, tools = room / "posted", room / "tools"
        for folder in (self._room, self._posted, tools):
            folder.mkdir(parents=True)
        (tools / "gh").write_text(_GH)
        (tools / "gh").chmod(0o755)
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self._variables = {**os.environ, **variables, "PATH": path, "POSTED": str(self._posted)}
        self._values = {
            "github.event.pull_request.base.sha": base, "github.event.pull_request.number": "7",
            "github.token": "token", "github.repository": "owner/name",
        }  # fmt: skip
        self._uploaded: list[str] = []

    def run(self) -> Ran:
        """All steps; after one that failed only those that always run."""
        failed = None
        for step in self._job["steps"]:
            if not self._wanted(str(step.get("if", "success()")), failed is None):
                continue
            done = self._use(step) if "uses" in step else self._run(step)
            failed = failed if done or failed else step.get("name", step.get("uses"))
        comment = self._posted / "comment.md"
        return Ran(failed, comment.read_text() if comment.exists() else None, self._uploaded)

    def _wanted(self, condition: str, all_well: bool) -> bool:
        for part in condition.split(" && "):
            file = re.fullmatch(r"hashFiles\('([^']+)'\) != ''", part)
            if file is None and part not in ("always()", "success()"):
                raise ValueError(f"condition {part}: is not known here")
            if (part == "success()" and not all_well) or (file and not (self._room / file[1]).exists()):
                return False
        return all_well or "always()" in condition

    def _use(self, step: dict[str, Any]) -> bool:
        action, inputs = step["uses"].partition("@")[0], step.get("with", {})
        if action == "actions/checkout":
            place, commit = self._room / inputs["path"], self._filled(inputs.get("ref", self._head))
            subprocess.run(["git", "clone", "-q", self._repository, place], check=True)
            subprocess.run(["git", "-C", place, "checkout", "-q", commit], check=True)
        elif action == "actions/upload-artifact":
            self._uploaded += [file for file in inputs["path"].split() if (self._room / file).exists()]
        elif action != "actions/setup-python":
            raise ValueError(f"action {action}: has no stand-in")
        return True

    def _run(self, step: dict[str, Any]) -> bool:
        own = {**self._job.get("env", {}), **step.get("env", {})}
        variables = self._variables | {name: self._filled(value) for name, value in own.items()}
        place = self._room / step.get("working-directory", ".")
        return subprocess.run(["bash", "-e", "-c", self._filled(step["run"])], cwd=place, env=variables).returncode == 0

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: self._values[match[1]], text)
