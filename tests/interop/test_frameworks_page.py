"""The page on other frameworks: versions, figures and examples are true."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NEEDS = {
    "RLlib": "ray.rllib",
    "several agents": "ray.rllib",
    "TorchRL": "torchrl",
    "SuperSuit": "supersuit",
    "skrl": "skrl",
}


def test_versions_are_those_that_are_pinned():
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "constraints.txt").read_text(encoding="utf-8").lower(), re.M))
    output = dict(re.findall(r"^\| ([\w-]+) \| ([\d.]+) \|", PAGE.lower(), re.M))
    names = {"rllib": "ray", "stable-baselines3": "stable_baselines3"}
    assert len(output) >= 9
    pinned = {name: pins.get(names.get(name, name)) for name in output}
    assert {name: pin for name, pin in pinned.items() if pin not in (None, output[name])} == {}
    assert [name for name, pin in pinned.items() if pin is None] in ([], ["skrl"])


def test_figures_are_those_of_the_results():
    rows = json.loads((ROOT / "docs" / "results" / "rllib.json").read_text(encoding="utf-8"))
    for row in rows:
        spread = f"{row['loyalty']:.1f} ({row['loyalty_low']:.1f} … {row['loyalty_high']:.1f})"
        gain = f"{row['loyalty_gain']:+.1f} ({row['loyalty_gain_low']:+.1f} … {row['loyalty_gain_high']:+.1f})"
        assert f"| {spread} | {gain if row['policy'] != 'flat_salary' else ''}" in PAGE
    against = json.loads((ROOT / "docs" / "results" / "rllib_against_sb3.json").read_text(encoding="utf-8"))
    loyalty = next(outcome for outcome in against["outcomes"] if outcome["outcome"] == "loyalty")
    assert f"{loyalty['difference']:+.1f} ({loyalty['low']:+.1f} … {loyalty['high']:+.1f})" in PAGE


@pytest.mark.interop
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("example", "library"), list(zip(EXAMPLES, NEEDS.values(), strict=True)), ids=list(NEEDS))
def test_examples_run(example, library):
    if importlib.util.find_spec(library.partition(".")[0]) is None:
        pytest.skip(f"{library} is not installed")
    exec(compile(example, "frameworks.md", "exec"), {})
    assert library in sys.modules
