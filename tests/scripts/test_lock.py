"""Lock, constraints, declared dependencies and the page of licences name the same packages in the same versions."""

import re
import tomllib

import pytest
from licences import PAGE, closure, licence_of, sorted_by_need
from lock import CPU_LOCK, LOCK, ROOT, checked, parse, read_pins, text_of
from packaging.version import Version

TEXT = LOCK.read_text(encoding="utf-8")
LOCKED = parse(TEXT)
PINS = read_pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))


def _declared() -> list[str]:
    """All that `make setup` asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [need for entry in groups["setup"] for need in groups[entry["include-group"]]]
    optional = project["project"]["optional-dependencies"]
    extras = [need for name, needs in optional.items() if name != "all" for need in needs]
    return [*project["project"]["dependencies"], *extras, *wanted]


def test_the_lock_holds_pins_of_the_constraints_with_hashes_and_no_address():
    assert len(LOCKED) > 150
    assert {name: one.version for name, one in LOCKED.items()} == {name: PINS.get(name) for name in LOCKED}
    assert [name for name, one in LOCKED.items() if not one.hashes] == []
    assert not re.search(r"://|index-url|find-links| @ ", TEXT)


def test_the_lock_holds_all_that_setup_installs_here():
    assert sorted(closure(_declared()) - LOCKED.keys()) == []


def test_the_lock_brings_the_pip_that_other_targets_need():
    """Python's own may be older; `--group` came with 25.1."""
    assert "--group" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert Version(LOCKED["pip"].version) >= Version("25.1")


def test_what_is_written_is_what_is_read():
    assert {name: one._replace(needed_by=frozenset()) for name, one in LOCKED.items()} == parse(text_of(LOCKED))


def test_a_build_without_cuda_is_one_of_a_locked_version():
    builds = parse(CPU_LOCK.read_text(encoding="utf-8"))
    assert builds["torch"].version == f"{LOCKED['torch'].version}+cpu"
    assert all(one.hashes and not one.hashes & LOCKED[name].hashes for name, one in builds.items())


def test_only_what_torch_alone_needs_may_lack_a_pin():
    lines = [
        "torch==2",
        "    # via x",
        "cuda==1",
        "    # via torch",
        "part==1",
        "    # via",
        "    #   cuda",
        "    #   torch",
    ]
    found = parse("\n".join(lines))
    assert list(checked(found, {"torch": "2"})) == ["torch"]
    with pytest.raises(ValueError, match=r"constraints\.txt: pins no version of new"):
        checked({**found, **parse("new==1\n    # via\n    #   cuda\n    #   x\n")}, {"torch": "2"})


def test_the_page_of_licences_is_of_the_locked_versions():
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+?) *\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {name: version for name, version, _ in rows if name != "package"}
    assert listed == {name: one.version for name, one in LOCKED.items()}
    assert all(licence.strip() for _, _, licence in rows)


def test_a_licence_is_what_the_package_states():
    assert licence_of("typer") == "MIT"
    assert "numpy" in sorted_by_need(LOCKED)["always"]
    assert "nicegui" in sorted_by_need(LOCKED)["extras"]
    assert "torch" in sorted_by_need(LOCKED)["repository"]
