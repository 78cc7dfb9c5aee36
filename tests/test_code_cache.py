"""Machine code on disk, with a function of one line instead of the model, which takes a minute to compile."""

import errno
import importlib.util
import os

import numba
import pytest
from numba.core import caching

from incentive_env.model import code_cache

DIGEST = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A machine where neither the package nor the home directory can be written, only temporary folders."""

    def refuse(locator):
        if not locator.get_cache_path().startswith(str(tmp_path / "incentive-env-")):
            raise PermissionError(errno.EACCES, "no permission")
        os.makedirs(locator.get_cache_path(), exist_ok=True)

    monkeypatch.setattr(caching._CacheLocator, "ensure_cache_path", refuse)
    monkeypatch.setattr(code_cache.tempfile, "tempdir", str(tmp_path))
    for cached in (code_cache._private_folder, code_cache._warn, code_cache._say_once):
        cached.cache_clear()
    yield tmp_path
    code_cache._private_folder.cache_clear()


@pytest.fixture
def function(tmp_path):
    """Make ``x + 1`` anew, as a fresh process would."""
    file = tmp_path / "one_line.py"
    file.write_text("def more(x):\n    return x + 1\n")
    spec = importlib.util.spec_from_file_location("one_line", file)

    def fresh():
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        wrapped = numba.njit(module.more)
        code_cache.keep_on_disk(wrapped, DIGEST)
        return wrapped

    return fresh


def kept(folder):
    return sorted(file.suffix for file in folder.rglob("*.nb*"))


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_a_private_temporary_folder_is_the_last_resort(function, machine, recwarn):
    first = function()
    assert (first(1), hits(first), kept(machine)) == (2, 0, [".nbc", ".nbi"])
    again = function()
    assert (again(1), hits(again)) == (2, 1)
    (folder,) = machine.glob("incentive-env-*")
    assert folder.stat().st_mode & 0o077 == 0
    assert not recwarn


def test_a_user_without_a_home_can_name_a_folder(function, machine, monkeypatch):
    """As the warning advises, in a container of a user whom the system does not know."""
    named = machine / "incentive-env-named"
    monkeypatch.setattr(code_cache.numba.config, "CACHE_DIR", str(named))
    monkeypatch.setattr(code_cache.os.path, "expanduser", lambda path: path)
    monkeypatch.setattr(code_cache.os, "access", lambda *_: False)
    assert function()(1) == 2
    assert kept(named) == [".nbc", ".nbi"]


def test_a_folder_that_others_can_write_to_is_not_trusted(function, machine):
    """Whoever can write machine code there decides what runs here."""
    (machine / f"incentive-env-{os.getuid()}").mkdir()
    (machine / f"incentive-env-{os.getuid()}").chmod(0o777)
    with pytest.warns(RuntimeWarning, match="no folder for machine code can be written.*set NUMBA_CACHE_DIR"):
        function()
    assert (function()(1), kept(machine)) == (2, [])


def test_a_full_disk_costs_time_alone(function, machine, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "_save_data", full)
    with pytest.warns(RuntimeWarning, match=r"cannot be written to .* \(No space left on device\)"):
        assert function()(1) == 2
    assert kept(machine) == []  # no index that names code which is not there


def test_damaged_code_is_compiled_again(function, machine):
    function()(1)
    for file in machine.rglob("*.nb*"):
        file.write_bytes(file.read_bytes()[:20])
    again = function()
    assert (again(1), hits(again)) == (2, 0)
    assert kept(machine) == [".nbc", ".nbi"]


def test_a_process_that_compiles_says_so_once(function, capsys):
    first = function()
    assert (first(1), first(1.5)) == (2, 2.5)
    assert capsys.readouterr().err.count("compiling the model, once") == 1
    code_cache._say_once.cache_clear()  # as in the next process
    assert function()(1) == 2
    assert capsys.readouterr().err == ""
