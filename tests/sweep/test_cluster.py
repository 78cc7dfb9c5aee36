"""Sweeps on Ray, over nodes of which one is lost; and clusters that do not fit, which are refused before any work."""

import os
import shutil
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml
from attempts import attempts, doom, make_logged, make_none_with_much_audit
from sweeping import error_of, without_times

from agents.jobs.errors import CellError
from agents.jobs.local import LocalEngine
from agents.jobs.on_ray import RayEngine, _make_on_node
from agents.jobs.store import open_store
from agents.jobs.work import Work, origin
from agents.loading import load
from agents.sweep import settings
from agents.sweep.runner import plan_sweep, run_sweep

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).resolve().parents[2]
MEMORY = 100 * 2**20
GRID = {
    "floors": 24, "fixed": {"scenario": "telesales"},
    "vary": {
        "policy": ["flat_salary", "quota_with_threat", "retention_first"],
        "config.salesforce.honesty_mean": [0.35, 0.55, 0.75],
        "scheme.audit": [0.0, 0.03, 0.1],
    },
}  # fmt: skip
SHORT = {"floors": 2, "vary": {"scheme.audit": [0.0, 0.1]}}


@pytest.fixture(scope="module")
def cluster():
    """A head that makes no cells, and a node that makes one at a time."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:  # so that the nodes' workers find `attempts`
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")  # `Cluster` starts no nodes that ask for a token
        yield from _started(Cluster)


def _started(kind):
    head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False}
    started = kind(initialize_head=True, head_node_args=head)
    started.add_node(num_cpus=1, object_store_memory=MEMORY)
    yield started
    started.shutdown()


@pytest.fixture
def node(cluster):
    """Add a node; whatever is left of those added is removed after the test."""
    added = []

    def add(**settings):
        added.append(cluster.add_node(num_cpus=1, object_store_memory=MEMORY, **settings))
        return added[-1]

    yield add
    for one in added:
        if one in cluster.worker_nodes:
            cluster.remove_node(one)  # graceful: the next test need not wait until it is missed


def test_a_node_is_lost_in_the_middle_and_every_cell_is_made_once_to_the_same_bytes(
    cluster, node, tmp_path, monkeypatch
):
    doomed = node()
    (tmp_path / "grid.yaml").write_text(yaml.safe_dump(GRID))
    planned = plan_sweep(load("sweep", tmp_path / "grid.yaml"))
    assert planned.cells == 27
    run_sweep(planned, open_store(tmp_path / "local"), LocalEngine(1))

    log, removed = tmp_path / "ray.log", []
    stop = threading.Event()

    def remove_it_while_it_works():
        while not stop.is_set():
            seen = attempts(log)
            held = [one.key for one in seen if one.what == "held"]
            if held:
                cluster.remove_node(doomed, allow_graceful=False)
                removed.extend(held)
                return
            if sum(one.what == "end" for one in seen) >= 8:
                doom(log, doomed.node_id)
            time.sleep(0.01)

    remover = threading.Thread(target=remove_it_while_it_works)
    remover.start()
    monkeypatch.setattr(settings, "make_cell", make_logged)
    try:
        run_sweep(planned, open_store(tmp_path / "ray"), RayEngine(cluster.address))
    finally:
        stop.set()
        remover.join()

    begun = Counter(one.key for one in attempts(log) if one.what == "begin")
    ended = Counter(one.key for one in attempts(log) if one.what == "end")
    assert len(removed) == 1
    assert begun[removed[0]] >= 2  # lost with its node, and begun again on the other
    assert len(ended) == 27
    assert set(ended.values()) == {1}  # none twice, none lost
    again = {key for key, times in begun.items() if times > 1}
    assert sum(key.startswith("retention_first") for key in again) >= 3  # their worker was killed once
    assert without_times(tmp_path / "ray") == without_times(tmp_path / "local")
    assert (tmp_path / "ray/results.csv").read_bytes() == (tmp_path / "local/results.csv").read_bytes()


def test_a_node_with_other_code_or_another_package_is_named_before_any_work(cluster, node, sweep, tmp_path):
    edited = tmp_path / "edited"
    for package in ("agents", "incentive_env", "configs"):
        shutil.copytree(ROOT / package, edited / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (edited / "agents/sweep/cell.py").open("a") as file:
        file.write("# another line\n")
    other = tmp_path / "other/cma-1.2.3.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: cma\nVersion: 1.2.3\n")
    node(env_vars={"PYTHONPATH": str(edited)})
    node(env_vars={"PYTHONPATH": str(other.parent)})

    error = error_of(sweep(SHORT, "--engine", "ray", "--address", cluster.address, "--store", "out"))
    assert "code of the project has the digest" in error
    assert "cma is 1.2.3, ours is" in error
    assert error.count("node ") == 2
    assert not list(Path("out").rglob("*.json"))


def test_a_node_that_joins_later_makes_nothing_with_other_code():
    ours = origin()
    work = Work("one", "setup", make_none_with_much_audit, None)
    with pytest.raises(CellError, match="cell one: a node joined whose code of the project has the digest"):
        _make_on_node(work, open_store("memory://later"), ours._replace(code="0" * 16), False)


def test_a_store_that_a_node_does_not_see_is_named_before_any_work(cluster, sweep):
    # Each process has a working folder of its own, so that this path is another one for each.
    error = error_of(sweep(SHORT, "--engine", "ray", "--address", cluster.address, "--store", "/proc/self/cwd/out"))
    assert "store /proc/self/cwd/out is missing there, or is another store" in error
    assert not list(Path("out").rglob("*.json"))


def test_a_store_in_memory_is_refused_on_a_cluster(cluster, sweep):
    error = error_of(sweep(SHORT, "--engine", "ray", "--address", cluster.address, "--store", "memory://out"))
    assert "only this process sees it" in error


def test_a_cell_that_cannot_be_made_says_so_in_one_line_and_what_is_done_stays(cluster, sweep, monkeypatch):
    monkeypatch.setattr(settings, "make_cell", make_none_with_much_audit)
    error = error_of(sweep(SHORT, "--engine", "ray", "--address", cluster.address, "--store", "out", "--workers", 1))
    assert "audit of 0.1 is too much" in error
    assert len(list(Path("out/cells").glob("*.json"))) == 1


def test_where_no_cluster_is_that_is_told_within_seconds(sweep):
    began = time.monotonic()
    error = error_of(sweep(SHORT, "--engine", "ray", "--address", "127.0.0.1:1", "--store", "out"))
    assert "address 127.0.0.1:1: no Ray cluster can be reached there" in error
    assert "must be HOST:PORT" in error_of(sweep(SHORT, "--engine", "ray", "--address", "nowhere", "--store", "out"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        error = error_of(sweep(SHORT, "--engine", "ray", "--address", address, "--store", "out"))
        assert "is not the head of a Ray cluster" in error
    assert time.monotonic() - began < 30.0
    assert not Path("out").exists()
