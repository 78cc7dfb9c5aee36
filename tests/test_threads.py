"""Batches on several threads, in a process of its own: what would go wrong here ends the process."""

import os
import subprocess
import sys

import pytest

from incentive_env.floors.batch import Floors
from incentive_env.support import threads
from incentive_env.support.threads import most_threads

# Floors are run on two threads, then by two Python threads at once, then in a forked child, and compared.
SCRIPT = """
import os, threading
import numba  # before the package, as other libraries do
import numpy as np
from incentive_env import load_config
from incentive_env.floors.batch import Floors

config = load_config("small")
seeds = np.arange(256, dtype=np.uint64)

def loyalty(threads=2):
    floors = Floors(config, len(seeds), threads=threads)
    floors.reset(seeds)
    return [floors.advance(4).truth["loyalty"].tolist() for _ in range(3)]

alone = loyalty(1)
found = [loyalty()]
at_once = [threading.Thread(target=lambda: found.append(loyalty())) for _ in range(4)]
for thread in at_once:
    thread.start()
for thread in at_once:
    thread.join(60)
assert found == [alone] * 5, "threads differ"

child = os.fork()
if child == 0:
    os._exit(0 if loyalty() == alone else 3)
assert os.waitpid(child, 0)[1] == 0, "the forked child ended badly"
assert loyalty() == alone
print("the same")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_threads_survive_each_other_and_a_fork():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout) == (0, "the same\n"), done.stderr


@pytest.mark.parametrize("number", [0, -1, 1.5, most_threads() + 1])
def test_a_number_of_threads_that_there_is_not_is_refused(small, number):
    allowed = rf"threads = {number}: must be a whole number from 1 to {most_threads()}, "
    with pytest.raises(ValueError, match=allowed):
        Floors(small, 1, threads=number)


@pytest.mark.parametrize(("busy", "jobs", "free"), [(0.2, 1, 2), (1.0, 1, 1), (0.2, 2, 1), (9.0, 1, 1)])
def test_two_threads_are_free_where_two_processors_have_nothing_to_do(monkeypatch, busy, jobs, free):
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(threads.os, "getloadavg", lambda: (busy, 0.0, 0.0), raising=False)
    assert threads.free_threads(jobs) == free
