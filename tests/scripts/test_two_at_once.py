"""Two programs of one kind that are started together in one place: both end well, or one is refused in one line."""

import json
import os
import subprocess
import sys
from zipfile import ZipFile

import pytest
import yaml
from conftest import SCRIPTS, TRAINING

TINY = ("--config", "tiny.yaml")
SEARCH = (*TINY, "--floors", 2, "--generations", 2, "--population", 4, "--validation", 2, "--restarts", 1)
ID = "incentive_env/tiny/fixed-v0"
REPS = {
    "total_timesteps": 72, "num_floors": 4, "hyper_parameters": {"n_steps": 3, "batch_size": 12}, "seats": 3,
    "policy": {"net_arch": [8]},
}  # fmt: skip
SUITE = {
    "description": "two", "scenarios": {"tiny.yaml": []}, "floors": {"home": 3, "held_out": 2, "curve": 2}, "points": 2,
    "entries": [
        {"policies": ["flat_salary", "random"]}, {"policies": ["quick.yaml"], "rewards": ["loyalty"], "seeds": 2},
    ],
}  # fmt: skip
SWEEP = {"floors": 8, "fixed": {"scenario": "tiny.yaml"}, "vary": {"scheme.audit": [0.0, 0.05, 0.1, 0.15]}}
FRONT = ("--population", 8, "--generations", 1, "--floors", 2, "--finalists", 4, "--validation", 2)
CONTRAST = {
    "description": "", "scenario": "tiny.yaml", "schemes": ["flat_salary"], "learners": {"all": REPS}, "seeds": 2,
    "floors": 2, "curve_floors": 1,
}  # fmt: skip
TWO_LEVEL = {
    "scenario": "tiny.yaml", "reward": "loyalty", "rounds": 2, "first_rep_timesteps": 72, "exploration": 0.3,
    "reps": REPS, "manager": TRAINING,
}  # fmt: skip

COMMANDS = {
    "train": ("train", *TINY, "--training", "quick.yaml", "--run", "run"),
    "train_two_level": ("train_two_level", "two.yaml", "--run", "run", "--floors", 2),
    "benchmark": ("benchmark", "run", "--suite", "suite.yaml", "--out", "run", "--workers", 1),
    "benchmark on two workers": ("benchmark", "run", "--suite", "suite.yaml", "--out", "run", "--workers", 2),
    "sweep": ("sweep", "sweep.yaml", "--store", "run", "--workers", 1),
    "learned_gaming": ("learned_gaming", "contrast.yaml", "--store", "run", "--workers", 1),
    "collect": ("collect", ID, *TINY, "--episodes", 20, "--root", "run"),
    "collect over another": ("collect", ID, *TINY, "--episodes", 20, "--root", "run", "--overwrite"),
    "offline study": (
        "offline", "study", *TINY, "--out", "run/s.json", "--root", "run", "--behaviour", "scattered", "--plan", "bc",
        "--episodes", 8, "--seeds", 2, "--floors", 2,
    ),
    "optimise_static": ("optimise_static", *SEARCH, "--out", "run/o.yaml", "--run", "run"),
    "optimise_feedback": (
        "optimise_feedback", *SEARCH, "--static", "flat_salary", "--out", "run/o.yaml", "--run", "run"
    ),
    "gates": ("gates", *TINY, "--only", "G3", "--quick", "--keep", "run", "--processes", 1),
    "pareto": ("pareto", "find", *TINY, *FRONT, "--reference-point=-3,-9,-3,-3", "--out", "run/front.json"),
    "simulate": ("incentive_env.cli", "simulate", *TINY, "--floors", 2, "--weeks", 8, "--out", "run"),
}  # fmt: skip


def _started(folder, name, *arguments):
    program = ["-m", name] if "." in name else [SCRIPTS / f"{name}.py"]
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS.parent)}
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)], cwd=folder, env=environment, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def _read_whole(file):
    """Nothing in a file is cut off."""
    if file.suffix in (".zip", ".npz"):
        with ZipFile(file) as archive:
            assert archive.testzip() is None
    elif file.suffix in (".json", ".yaml"):
        read = json.loads if file.suffix == ".json" else yaml.safe_load
        assert read(file.read_text(encoding="utf-8")) is not None
    else:
        assert file.stat().st_size > 0


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_two_at_once_spoil_nothing(scenario, training, tmp_path, command):
    files = {"suite": SUITE, "sweep": SWEEP, "contrast": CONTRAST, "two": TWO_LEVEL}
    for name, content in files.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
    two = [_started(tmp_path, *command) for _ in range(2)]
    ends = [(program.communicate()[1], program.returncode) for program in two]
    good = (0, 1) if command[0] == "gates" else (0,)  # gates need not hold
    for said, code in ends:
        lines = [line for line in said.splitlines() if line.startswith("error: ")]
        assert "Traceback" not in said, said
        assert code in good or (code, len(lines)) == (2, 1), said
        if code == 2:
            assert "another run is under way" in lines[0] or "already" in lines[0], said
    assert any(code in good for _, code in ends), ends
    written = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and path.name != ".lock"]
    assert written
    for path in written:
        assert ".partial" not in str(path.relative_to(tmp_path))
        _read_whole(path)
    again = _started(tmp_path, *command)  # what stands there is no trap for the next
    said = again.communicate()[1]
    assert "Traceback" not in said, said
    assert again.returncode in (*good, 2), said
