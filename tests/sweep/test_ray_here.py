"""A Ray of this machine alone is closed to others and reports nothing; others are joined with a token, or knowingly."""

import json
import os
import subprocess
import sys

import pytest

from agents.jobs.errors import EngineError, StoreError
from agents.jobs.joining import join
from agents.jobs.store import open_store

# Prints on which addresses the processes of a Ray listen, whether they report, and how it greets one without the token.
LOOK = """
import json, os, subprocess, sys
from agents.jobs.joining import join
join(None, 1)
import psutil, ray
from ray._common.usage.usage_lib import usage_stats_enabled
address = ray.get_runtime_context().gcs_address
family = [process for process in psutil.Process().children(recursive=True)]
heard = {c.laddr.ip for process in family for c in process.net_connections("tcp") if c.status == "LISTEN"}
greet = "import sys; from ray._raylet import GcsClient; GcsClient(address=sys.argv[1]); print('let in')"
bare = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
stranger = subprocess.run([sys.executable, "-c", greet, address], env=bare, capture_output=True, text=True, timeout=60)
there = ray.get(ray.remote(lambda: os.environ.get("RAY_USAGE_STATS_ENABLED")).remote())
print(json.dumps([sorted(heard), usage_stats_enabled(), there, stranger.stdout]))
"""


@pytest.mark.cluster
def test_a_ray_of_this_machine_listens_to_it_alone_and_asks_for_its_token():
    pytest.importorskip("ray")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    done = subprocess.run([sys.executable, "-c", LOOK], env=clean, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    heard, reports, reports_there, let_in = json.loads(done.stdout.splitlines()[-1])
    assert set(heard) <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
    assert (reports, reports_there) == (False, "0")
    assert let_in == ""


@pytest.mark.parametrize("address", ["10.0.0.1:6379", "ray://lab.example:10001", "[2001:db8::1]:6379"])
def test_a_cluster_elsewhere_is_joined_only_with_a_word_on_its_token(address, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with pytest.raises(EngineError, match="would be joined without a token"):
        join(address, None)


def test_a_password_in_the_url_of_a_store_is_refused_and_not_repeated():
    with pytest.raises(StoreError, match="holds a password") as refused:
        open_store("s3://KEY:TOPSECRET@bucket/sweep")
    assert "TOPSECRET" not in str(refused.value)
    assert "s3://...@bucket/sweep" in str(refused.value)
