"""Other environments' speed: each peer's script, run by a Python that has that peer.

Nothing of the peers is imported here, nor anything of this project there.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from agents.speed.peers import install

NOT_PEERS = {"_clock", "install"}
STARTING = 120.0  # seconds that a peer may take to be imported, compiled and warmed up


class Peer(NamedTuple):
    """An environment to be measured.

    Attributes:
        name: The name of its script, without the suffix.
        script: The script that measures it.
        python: The Python that runs the script: its own environment's, or this one.
    """

    name: str
    script: Path
    python: Path


class PeerFailed(RuntimeError):  # noqa: N818  (reads as what happened)
    """A peer's script gave no result."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def installed() -> list[Peer]:
    """The peers that can be measured here."""
    return [peer for peer in _peers() if _is_installed(peer)]


def missing() -> list[str]:
    """The names of the peers whose environment is not there; `peers/install.py` makes them."""
    return [peer.name for peer in _peers() if not _is_installed(peer)]


def measure(peer: Peer, seconds: float) -> dict[str, Any]:
    """Runs a peer's script, which pins itself to one thread of one CPU.

    Args:
        peer: One of the installed ones.
        seconds: How long its best batch is timed; the trials that find it take as long again.

    Returns:
        What the script printed, see `peers/_clock.py`.

    Raises:
        PeerFailed: If the script failed or did not end.
    """
    command = [str(peer.python), str(peer.script), "--seconds", str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=STARTING + 10 * seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerFailed(peer.name, str(error)) from error
    if done.returncode:
        raise PeerFailed(peer.name, _last_line(done.stderr))
    printed: dict[str, Any] = json.loads(_last_line(done.stdout))
    return printed


def _peers() -> list[Peer]:
    scripts = sorted(install.HERE.glob("*.py"))
    return [Peer(script.stem, script, _python(script.stem)) for script in scripts if script.stem not in NOT_PEERS]


def _python(name: str) -> Path:
    return install.python(name) if install.requirements(name).is_file() else Path(sys.executable)


def _is_installed(peer: Peer) -> bool:
    if install.requirements(peer.name).is_file():
        return install.is_installed(peer.name)
    return importlib.util.find_spec("gymnasium") is not None


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
