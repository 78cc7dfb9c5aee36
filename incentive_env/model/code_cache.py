"""Machine code kept on disk between processes: in a folder where it can be, or nowhere, and then a warning says so."""

import os
import stat
import sys
import tempfile
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba


def keep_on_disk(function: Any, digest: str) -> None:
    """Keep the machine code of a compiled function on disk.

    Numba chooses the folder: ``NUMBA_CACHE_DIR``, the package's own, or one in the home directory. Where none of
    them can be written, it is a private one among the temporary folders.

    Args:
        function: numba's; plain Python under ``NUMBA_DISABLE_JIT`` stays as it is.
        digest: of the sources; code of other sources is not used.
    """
    if not hasattr(function, "enable_caching"):
        return
    if (_numba_knows_a_folder() and _enabled(function, None)) or _enabled(function, _private_folder()):
        function._cache = _Cache(function._cache, digest)
    else:
        _warn("no folder for machine code can be written")


class _Cache:
    """Numba's cache of a function, whose faults cost time and nothing else."""

    def __init__(self, cache: Any, digest: str) -> None:
        self._cache, self._file, self._digest = cache, cache._cache_file, digest[:16]
        # Numba watches the file of the function alone, and would go on running old versions of what it calls.
        self._file._source_stamp = digest
        # It writes the index before the code: after a kill between the two, the index would name older code.
        self._base = self._file._index_name.removesuffix(".nbi")
        self._file._data_name_pattern = f"{self._base}.{self._digest}.{{number:d}}.nbc"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The code, if it is there and can be read; if not, numba compiles next, which takes a while."""
        try:
            found = self._cache.load_overload(signature, context)
        except Exception:  # a damaged pickle raises anything
            self._forget()
            found = None
        if found is None:
            _say_once()
        return found

    def save_overload(self, signature: Any, code: Any) -> None:
        """Keep the code, if it can be written."""
        try:
            self._cache.save_overload(signature, code)
        except OSError as error:
            self._forget()
            _warn(f"machine code cannot be written to {self._cache.cache_path} ({error.strerror})")
        else:
            self._drop_older()

    def _forget(self) -> None:
        with suppress(OSError):
            os.unlink(self._file._index_path)

    def _drop_older(self) -> None:
        """Delete code of earlier sources."""
        for older in Path(self._cache.cache_path).glob(f"{self._base}.*.nbc"):
            if self._digest not in older.name:
                with suppress(OSError):
                    older.unlink()


def _numba_knows_a_folder() -> bool:
    """Whether numba's own choice is a folder of ours; without any, it is ``~`` in the current directory."""
    if numba.config.CACHE_DIR:  # type: ignore[attr-defined]
        return True
    return os.path.isabs(os.path.expanduser("~")) or os.access(Path(__file__).parent, os.W_OK)


def _enabled(function: Any, folder: Path | None) -> bool:
    """Turn numba's cache on, in a folder or, where none is given, in one of its own choice."""
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    try:
        numba.config.CACHE_DIR = str(folder or before)  # type: ignore[attr-defined]
        function.enable_caching()
    except RuntimeError:  # there is no folder
        return False
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]
    return True


@cache
def _private_folder() -> Path | None:
    """A temporary folder that nobody else can write to, or could have filled: machine code is run."""
    user = os.getuid() if hasattr(os, "getuid") else None
    try:
        folder = Path(tempfile.gettempdir()) / f"incentive-env-{'' if user is None else user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = user is None or (found.st_uid == user and not found.st_mode & 0o022)
    return folder if stat.S_ISDIR(found.st_mode) and private and folder.parent != Path.cwd() else None


@cache
def _say_once() -> None:
    print("incentive-env: compiling the model, once: about half a minute ...", file=sys.stderr, flush=True)


@cache
def _warn(why: str) -> None:
    warnings.warn(
        f"{why}: every process compiles the model anew, about a minute; set NUMBA_CACHE_DIR to a folder that can be "
        "written", RuntimeWarning, stacklevel=2,
    )  # fmt: skip
