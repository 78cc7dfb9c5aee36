"""A Ray of this machine alone: other machines cannot reach it, other users lack its token, and it reports to nobody."""

import logging
import os
import secrets
import sys

# Ray's own switch, named after the systems where it is off by default: off, all its servers listen on the loopback
# address; on, on every address of the machine.
_REACHABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"


def close_to_others() -> None:
    """Close a Ray that this program will start to others: without a token, anyone who can reach it can run code in it.

    Ray reads this when it is first imported. A program that has imported Ray before, or chosen a mode, keeps its own.
    """
    if "ray" in sys.modules:
        return
    os.environ.setdefault(_REACHABLE, "0")
    if "RAY_AUTH_MODE" not in os.environ:
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))


def report_nothing() -> None:
    """Switch Ray's usage reports off, unless the user's environment says otherwise."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


def start_here(cpus: int | None) -> None:
    """Start a Ray of this machine.

    Args:
        cpus: how many processes may compute at a time; by default one per core.
    """
    import ray

    report_nothing()
    ray.init(address="local", num_cpus=cpus, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
