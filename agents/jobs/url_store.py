"""A store behind a URL, through fsspec: an object store, or any file system that it knows."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agents.jobs.errors import StoreError

# One put is atomic; elsewhere a file is written under another name first.
_PUT_IS_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"}
# Libraries that fsspec needs but does not install.
_LIBRARIES = {"gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "adl": "adlfs"}


class UrlStore:
    """A place behind a URL, through `fsspec`; for ``s3://`` pyarrow's client where s3fs is not installed."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._protocol = place.partition("://")[0]
        self.shared = self._protocol != "memory"
        self._connection: tuple[Any, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Each process has a connection of its own."""
        return self.__dict__ | {"_connection": None}

    def connect(self) -> tuple[Any, str]:
        """The file system, and the path in it.

        Raises:
            StoreError: as `open_store`.
        """
        if self._connection is None:
            self._connection = _connected(self.place, self._protocol)
        return self._connection

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        files, root = self.connect()
        try:
            with files.open(f"{root}/{name}", "rb") as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None
        except Exception as error:  # every library has errors of its own
            raise StoreError(f"store {self.place}: {name} cannot be read: {_one_line(error)}") from None

    def write(self, name: str, content: bytes) -> None:
        """See `Store`."""
        files, root = self.connect()
        path = f"{root}/{name}"
        try:
            if self._protocol in _PUT_IS_ATOMIC:
                _put(files, path, content)
                return
            partial = f"{path}.{uuid.uuid4().hex}"
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            _put(files, partial, content)
            files.mv(partial, path)
        except Exception as error:
            raise StoreError(f"store {self.place}: cannot be written: {_one_line(error)}") from None

    def remove(self, name: str) -> None:
        """See `Store`."""
        files, root = self.connect()
        with suppress(Exception):  # every library has errors of its own, and a leftover file does no harm
            files.rm_file(f"{root}/{name}")

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """See `Store`; it is a temporary folder, which is uploaded."""
        local = Path(tempfile.mkdtemp(prefix="incentive-env-"))
        try:
            yield local
            for file in sorted(path for path in local.rglob("*") if path.is_file()):
                self.write(f"{name}/{file.relative_to(local).as_posix()}", file.read_bytes())
        finally:
            shutil.rmtree(local, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing can be locked there: two runs at once compute some cells twice, with equal results."""
        yield


def _connected(place: str, protocol: str) -> tuple[Any, str]:
    if urlsplit(place).password is not None:
        shown = place.replace(urlsplit(place).netloc.rpartition("@")[0], "...", 1)
        raise StoreError(
            f"store {shown}: holds a password, which would stand in messages and shell histories; give it by the "
            "environment or a profile (see docs/sweeps.md)"
        )
    try:
        import fsspec
    except ImportError:
        raise StoreError(f"store {place}: a URL needs fsspec: run `make setup`") from None
    if protocol in ("s3", "s3a"):
        return _s3(place)
    try:
        files, path = fsspec.core.url_to_fs(place)
    except ImportError:
        library = _LIBRARIES.get(protocol, f"fsspec's library for {protocol}")
        raise StoreError(f"store {place}: needs {library}: pip install {_LIBRARIES.get(protocol, '...')}") from None
    except Exception as error:
        raise StoreError(f"store {place}: cannot be opened: {_one_line(error)}") from None
    return files, path.rstrip("/")


def _s3(place: str) -> tuple[Any, str]:
    try:
        import fsspec
        import s3fs  # noqa: F401

        files, path = fsspec.core.url_to_fs(place)
    except ImportError:
        try:
            from fsspec.implementations.arrow import ArrowFSWrapper
            from pyarrow.fs import FileSystem

            arrow, path = FileSystem.from_uri(place.replace("s3a://", "s3://", 1))
            files = ArrowFSWrapper(arrow)
        except ImportError:
            raise StoreError(f"store {place}: needs s3fs or pyarrow: run `make setup`") from None
        except Exception as error:
            raise StoreError(f"store {place}: cannot be opened: {_one_line(error)}") from None
    return files, path.rstrip("/")


def _put(files: Any, path: str, content: bytes) -> None:
    with files.open(path, "wb") as file:
        file.write(content)


def _one_line(error: Exception) -> str:
    """A library's error on one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
