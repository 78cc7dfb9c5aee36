"""A full disk, by the system's limit on the size of files, and two programs that write to one place."""

import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import yaml

from incentive_env import load_config
from incentive_env.floors.batch import Floors
from incentive_env.floors.seats import Seats
from incentive_env.support.files import folder_written_whole, full_disk_named, write_text
from incentive_env.support.locks import locked

TINY = ("--config", "tiny.yaml", "--floors", 2)
SEARCH = (*TINY, "--generations", 1, "--population", 3, "--validation", 2, "--restarts", 1)
PLAN = ("--config", "tiny.yaml", "--training", "quick.yaml")
FLAT = ("flat_salary", "--config", "tiny.yaml", "--floors", 2)
FRONT = (
    *TINY, "--population", 8, "--generations", 1, "--finalists", 4, "--validation", 2, "--reference-point=-3,-9,-3,-3"
)  # fmt: skip
ID = "incentive_env/tiny/fixed-v0"
ROOT = Path(__file__).resolve().parents[2]

# What is run, and where it writes.
WRITERS = {
    "tables": (("simulate", *TINY, "--weeks", 8, "--out", "out"), "out"),
    "results": (("evaluate", *FLAT, "--out", "r.json"), "r.json"),
    "training": (("train", *PLAN, "--run", "run"), "run"),
    "search": (("optimise_static", *SEARCH, "--out", "o.yaml", "--run", "run"), "run"),
    "hdf5": (("collect", ID, "--config", "tiny.yaml", "--episodes", 6, "--root", "sets"), "sets"),
    "arrow": (("collect", ID, "--config", "tiny.yaml", "--episodes", 6, "--root", "sets", "--format", "arrow"), "sets"),
}
MORE_WRITERS = {
    "parquet": (("simulate", *TINY, "--weeks", 8, "--format", "parquet", "--out", "out"), "out"),
    "picture": (("simulate", *TINY, "--weeks", 8, "--picture", "p.png"), "p.png"),
    "explanation": (("attribution", *TINY, "--out", "a.json"), "a.json"),
    "validation": (("validate", "--only", "survey", "--floors", 16, "--report", "report"), "report"),
    "page": (("schema", "--markdown", "page.md"), "page.md"),
    "film": (("film", "--config", "tiny.yaml", "--weeks", 4, "--width", 800, "--out", "f.gif"), "f.gif"),
    "mp4": (("film", "--config", "tiny.yaml", "--weeks", 4, "--width", 800, "--out", "f.mp4"), "f.mp4"),
    "png": (("film", "--config", "tiny.yaml", "--weeks", 4, "--width", 800, "--out", "f.png"), "f.png"),
    "points": (("sensitivity", *TINY, "--only", "learning.step", "--trajectories", 2, "--run", "run"), "run"),
    "learned gaming": (("learned_gaming", "quota_or_salary", "--store", "run", "--workers", 1), "run"),
    "benchmark": (("benchmark", "run", "--suite", "suite.yaml", "--out", "run", "--workers", 1), "run"),
    "sweep": (("sweep", "sweep.yaml", "--store", "run", "--workers", 1), "run"),
    "gates": (("gates", "--config", "tiny.yaml", "--only", "G3", "--quick", "--processes", 1, "--keep", "run"), "run"),
    "front": (("pareto", "find", *FRONT, "--out", "f.json"), "f.json"),
    "front's picture": (("pareto", "draw", ROOT / "docs/results/pareto.json", "--out", "f.png"), "f.png"),
    "report": (("report", "kept/results.json", "--out", "r.html"), "r.html"),
    "export": (("export", "trained", "--out", "e.yaml"), "e.yaml"),
    "offline": (("offline", "train", ID, "--root", "kept", "--epochs", 1, "--out", "a.yaml"), "a.yaml"),
}
FIRST = {  # what has to be there already
    "export": ("train", *PLAN, "--run", "trained"),
    "report": ("benchmark", "run", "--suite", "suite.yaml", "--out", "kept", "--workers", 1),
    "offline": ("collect", ID, "--config", "tiny.yaml", "--episodes", 6, "--root", "kept"),
}
SUITE = {
    "description": "one", "scenarios": {"tiny.yaml": []}, "floors": {"home": 9, "held_out": 2, "curve": 2},
    "entries": [{"policies": ["flat_salary"]}],
}  # fmt: skip
SWEEP = {"floors": 20, "fixed": {"scenario": "tiny.yaml"}, "vary": {"scheme.audit": [0.0, 0.1]}}


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """The model, compiled while its code can be kept."""
    floors = Floors(load_config("small"), 1)
    floors.reset(np.zeros(1, np.uint64))
    floors.customer_loyalty()
    Seats(floors).seen()


@contextmanager
def full_disk(size):
    """No file of this process, or of its children, may be larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder):
    """Every file below a folder, but for the logs that TensorBoard appends to."""
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and "tensorboard" not in file.parts}


@pytest.mark.parametrize(
    ("command", "place"),
    [
        *(pytest.param(*writer, id=name) for name, writer in WRITERS.items()),
        *(pytest.param(*writer, id=name, marks=pytest.mark.slow) for name, writer in MORE_WRITERS.items()),
    ],
)
def test_a_full_disk_is_one_line_and_loses_nothing(run, scenario, training, tmp_path, command, place):
    (tmp_path / "suite.yaml").write_text(yaml.safe_dump(SUITE))
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(SWEEP))
    if command[0] in FIRST:
        assert run(*FIRST[command[0]]).exit_code == 0
    if (tmp_path / place).suffix:
        (tmp_path / place).write_text("of an earlier run")
    before = contents(tmp_path)
    with full_disk(300):
        result = run(*command)
    assert (result.exit_code, result.stderr.count("error: ")) == (2, 1), result.output
    error = result.stderr.splitlines()[-1]
    assert error.startswith("error: ")
    assert place in error
    assert ": cannot be written: " in error
    assert contents(tmp_path) == before


def test_a_training_that_met_a_full_disk_goes_on(run, scenario, training):
    assert run("train", *PLAN, "--run", "run", "--timesteps", 12).exit_code == 0
    before = contents(Path("run"))
    with full_disk(700):
        assert run("train", *PLAN, "--run", "run", "--resume").exit_code == 2
    assert contents(Path("run")) == before
    assert run("train", *PLAN, "--run", "run", "--resume").exit_code == 0


HOLDER = """
import sys
from pathlib import Path
from incentive_env.support.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

# What is run, the folder that it holds, and the part of it.
HOLDERS = {
    "train": (("train", *PLAN, "--run", "run"), "run", ()),
    "train_two_level": (("train_two_level", "telesales", "--run", "run"), "run", ()),
    "train_rllib": (("train_rllib", "--config", "tiny.yaml", "--run", "run"), "run", ()),
    "optimise_static": (("optimise_static", *SEARCH, "--out", "o.yaml", "--run", "run"), "run", ()),
    "optimise_feedback": (
        ("optimise_feedback", *SEARCH, "--static", "flat_salary", "--out", "o.yaml", "--run", "run"), "run", ()
    ),
    "sensitivity": (("sensitivity", *TINY, "--only", "learning.step", "--trajectories", 2, "--run", "run"), "run", ()),
    "calibrate": (("calibrate", "identify", "--run", "run", "--out", "c.json"), "run", ()),
    "collect": (("collect", ID, "--config", "tiny.yaml", "--episodes", 6, "--root", "sets"), "sets", (ID,)),
    "study": (("offline", "study", "--config", "tiny.yaml", "--out", "s.json", "--root", "sets"), "sets", ()),
    "gates": (("gates", "--config", "tiny.yaml", "--only", "G2", "--quick", "--keep", "run"), "run", ()),
    "demo": (("demo", "--out", "run"), "run", ()),
    "simulate": (("simulate", *TINY, "--weeks", 4, "--out", "run"), "run", ()),
    "learned_gaming": (("learned_gaming", "quota_or_salary", "--store", "run", "--workers", 1), "run", ()),
}  # fmt: skip


@pytest.mark.parametrize(("command", "folder", "part"), HOLDERS.values(), ids=HOLDERS)
def test_a_folder_that_another_program_writes_to_is_refused(
    run, scenario, training, command, folder, part, monkeypatch
):
    monkeypatch.setattr("agents.rllib.registration.require_rllib", lambda: None)  # which is asked before
    with locked(Path(folder), *part):
        before = contents(Path(folder))
        result = run(*command)
        assert (result.exit_code, result.stderr.count("error: ")) == (2, 1), result.output
        assert "another run is under way in this folder" in result.stderr
        assert contents(Path(folder)) == before


def test_a_lock_ends_with_the_process_that_holds_it(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OSError, match="another run is under way"), locked(tmp_path / "run"):
            pass
        other.kill()
    with locked(tmp_path / "run"), locked(tmp_path / "run", "a/part"):
        pass
    assert list((tmp_path / "run").iterdir()) == []


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    place = tmp_path / "folder"

    def write(text):
        with folder_written_whole(place) as partial:
            write_text(partial / "first", "short")
            write_text(partial / "second", text)

    with pytest.raises(OSError, match=r"/folder: cannot be written: File too large"), full_disk(10):
        write("longer than ten bytes")
    assert list(tmp_path.iterdir()) == []
    write("first")
    write("again")
    assert contents(tmp_path) == {place / "first": b"short", place / "second": b"first"}


def test_an_error_that_is_no_full_disk_stays_as_it_is():
    with pytest.raises(OSError, match="nothing of the kind"), full_disk_named("place"):
        raise OSError("nothing of the kind")
