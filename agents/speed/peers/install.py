"""Gives the peers virtual environments of their own: `python agents/speed/peers/install.py [NAME ...]`.

Their pins contradict each other's and this project's. A peer is a script here; the environment of `NAME.py` is
`.venv-peers/NAME`, installed from `requirements/NAME.txt`. A script without requirements needs nothing but Gymnasium.
"""

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parents[2] / ".venv-peers"
# Every package is pinned, dependencies too: some declared ones are never imported, others can no longer be built.
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement")


def requirements(name: str) -> Path:
    """Where the requirements of a peer are, should it have any."""
    return HERE / "requirements" / f"{name}.txt"


def python(name: str) -> Path:
    """The Python of a peer's own environment."""
    return ENVIRONMENTS / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_installed(name: str) -> bool:
    """Whether a peer's environment was installed to the end, from the requirements as they are now."""
    stamp = _stamp(name)
    return stamp.is_file() and stamp.read_text() == requirements(name).read_text()


def install(name: str) -> str:
    """Makes a peer's environment unless it is there.

    Returns:
        The outcome in a word or two.

    Raises:
        subprocess.CalledProcessError: If pip fails; its error output is attached.
    """
    if is_installed(name):
        return "already there"
    shutil.rmtree(ENVIRONMENTS / name, ignore_errors=True)
    venv.create(ENVIRONMENTS / name, with_pip=True)
    subprocess.run([python(name), *PIP, requirements(name)], check=True, capture_output=True, text=True)
    shutil.copyfile(requirements(name), _stamp(name))
    return "installed"


def main() -> int:
    """Installs the peers named, or all of them, each whatever became of the others."""
    known = sorted(path.stem for path in requirements("*").parent.glob("*.txt"))
    parser = argparse.ArgumentParser(description="Makes the peers' virtual environments in .venv-peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all unless named: {', '.join(known)}")
    names = parser.parse_args().names or known
    if unknown := set(names) - set(known):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    outcomes = [_report(name) for name in names]
    return 0 if all(outcomes) else 1


def _report(name: str) -> bool:
    try:
        print(f"{name}: {install(name)}", flush=True)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"{name}: failed: {_reason(error)}", flush=True)
        return False
    return True


def _reason(error: subprocess.CalledProcessError | OSError) -> str:
    """The line that says what went wrong: pip's last one that begins with ERROR, where it has one."""
    lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
    return next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])


def _stamp(name: str) -> Path:
    return ENVIRONMENTS / name / "requirements.txt"


if __name__ == "__main__":
    sys.exit(main())
