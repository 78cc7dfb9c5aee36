"""Join a Ray cluster, or raise one clear error within seconds."""

import ipaddress
import logging
import os
import socket
import subprocess
import sys

from agents.jobs.errors import EngineError
from agents.jobs.ray_here import close_to_others, report_nothing, start_here

_SECONDS = 5.0  # for a host to answer
_GREETING = 10.0  # for the answer to prove to be Ray
# Ray itself would retry for minutes and fill the screen; this asks once, in a process that can be ended.
_GREET = "import sys, ray; from ray._raylet import GcsClient; GcsClient(address=sys.argv[1])"
_IMPATIENT = {"RAY_gcs_rpc_server_connect_timeout_s": "5", "RAY_gcs_server_request_timeout_seconds": "5"}


def join(address: str | None, workers: int | None) -> bool:
    """Join the cluster at an address, or start a Ray of this machine alone.

    Returns:
        Whether this call joined it; ``False`` if the program had joined one before.

    Raises:
        EngineError: there is none, it refuses us, or its version differs.
    """
    if address is None:
        close_to_others()
    try:
        import ray
    except ImportError:
        raise EngineError("engine ray: Ray is not installed: run `make setup`") from None
    if ray.is_initialized():
        return False
    if address is None:
        start_here(workers)
    else:
        _greet(address)
        report_nothing()
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, AssertionError, ray.exceptions.RayError) as error:
            raise EngineError(f"address {address}: cannot be joined: {_first_line(str(error))}") from None
    _say_nothing()
    return True


def _greet(address: str) -> None:
    """Raise at once the error that `ray.init` would raise after minutes."""
    if address in ("auto", "local"):
        return
    host, colon, port = address.rpartition("://")[2].partition("/")[0].rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise EngineError(f"address {address!r}: must be HOST:PORT of the cluster's head, for example 10.0.0.1:6379")
    if not _is_here(host) and "RAY_AUTH_MODE" not in os.environ:
        raise EngineError(
            f"address {address}: would be joined without a token. Anyone who can reach such a cluster can run code on "
            "all its machines, including this one. Set RAY_AUTH_MODE=token (see docs/sweeps.md), or "
            "RAY_AUTH_MODE=disabled if nobody else is on its network"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS).close()
    except OSError as error:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise EngineError(f"address {address}: no Ray cluster can be reached there ({why}); is its head up?") from None
    if "://" not in address:
        _ask_for_ray(address)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _ask_for_ray(address: str) -> None:
    try:
        answer = subprocess.run(
            [sys.executable, "-c", _GREET, address], capture_output=True, text=True, timeout=_GREETING,
            env={**os.environ, **_IMPATIENT},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise EngineError(f"address {address}: what answers there is not the head of a Ray cluster") from None
    if answer.returncode == 0:
        return
    if "AuthenticationError" in answer.stderr or "authentication token" in answer.stderr:
        raise EngineError(
            f"address {address}: the cluster requires its token, and ours is missing or different: set "
            "RAY_AUTH_MODE=token, and put the token into ~/.ray/auth_token, RAY_AUTH_TOKEN_PATH or RAY_AUTH_TOKEN"
        )
    lines = [line for line in answer.stderr.strip().splitlines() if line.strip()]
    why = lines[-1].strip() if lines else f"exit code {answer.returncode}"
    raise EngineError(f"address {address}: what answers there is not the head of a Ray cluster ({why})")


def _say_nothing() -> None:
    """Silence Ray, which prints pages of a lost node's log; the engine reports what matters."""
    from ray._private import worker

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *_, **__: None


def _first_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
