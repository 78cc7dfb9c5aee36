"""A store of cells: a folder that several machines may share, or a place behind a URL. What is there is there whole."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from incentive_env.files import written_whole

# One put is seen whole or not at all; elsewhere a file is written under another name first.
_PUT_IS_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"}
# Libraries of fsspec's that do not come with it.
_LIBRARIES = {"gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "adl": "adlfs"}


class StoreError(OSError):
    """A store cannot be read or written; the message says which, and why."""


class Store(Protocol):
    """What is asked of a store; names of files are relative, with ``/`` between folders.

    A store can be sent to another process or machine, and is the same store there if ``shared``.
    """

    place: str
    shared: bool

    def read(self, name: str) -> bytes | None:
        """The content of a file; ``None`` where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all, over whatever is there."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def folder(self, name: str) -> AbstractContextManager[Path]:
        """A folder of this machine to put files into; what is new in it is in the store when the context ends."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold the store for one run, where that can be done."""


def open_store(place: "str | Path") -> Store:
    """The store at a path, or at any URL of `fsspec`: ``s3://bucket/sweeps/first``, ``file:///shared/first``.

    Raises:
        StoreError: no such kind of URL, or its library is not installed.
    """
    protocol, separator, rest = str(place).partition("://")
    if not separator:
        return FolderStore(os.path.abspath(place))  # as other processes and machines would name it
    if protocol in ("file", "local"):
        return FolderStore(rest)
    store = UrlStore(str(place).rstrip("/"))
    store.connect()
    return store


@contextmanager
def probed(store: Store) -> Iterator[str]:
    """Show that a store can be written and read, and give the name of a file in it for others to look for.

    Raises:
        StoreError: it cannot.
    """
    name = f".probe-{uuid.uuid4().hex}"
    content = name.encode()
    try:
        store.write(name, content)
        if store.read(name) != content:
            raise StoreError(f"store {store.place}: what is written to it is not what is read from it")
        yield name
    finally:
        store.remove(name)


class FolderStore:
    """A folder of this machine, or of a file system that several machines share."""

    def __init__(self, place: str) -> None:
        self.place, self.shared = place, True
        self._root = Path(place)

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"store {self.place}: {name} cannot be read: {error.strerror or error}") from None

    def write(self, name: str, content: bytes) -> None:
        """See `Store`."""
        try:
            with written_whole(self._root / name) as partial:
                partial.write_bytes(content)
        except OSError as error:
            raise StoreError(f"store {self.place}: cannot be written: {error.strerror or error}") from None

    def remove(self, name: str) -> None:
        """See `Store`."""
        with _whatever_happens():
            (self._root / name).unlink()

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """See `Store`; it is the folder itself."""
        yield self._root / name

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for one run; the system lets go of it however the run ends.

        Raises:
            StoreError: another run holds it.
        """
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            held = (self._root / ".lock").open("w")
        except OSError as error:
            raise StoreError(f"store {self.place}: cannot be written: {error.strerror or error}") from None
        with held as lock:
            try:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # not on this system: two runs at once are the user's own care
                pass
            except OSError:
                raise StoreError(f"{self.place}: another run is under way in this folder") from None
            yield


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
            raise StoreError(f"store {self.place}: {name} cannot be read: {_told(error)}") from None

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
            raise StoreError(f"store {self.place}: cannot be written: {_told(error)}") from None

    def remove(self, name: str) -> None:
        """See `Store`."""
        files, root = self.connect()
        with _whatever_happens():
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
        """Nothing can be held there: two runs at once do some cells twice over, and write the same."""
        yield


def _connected(place: str, protocol: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise StoreError(f"store {place}: a URL needs fsspec: pip install 'incentive-env[distributed]'") from None
    if protocol in ("s3", "s3a"):
        return _s3(place)
    try:
        files, path = fsspec.core.url_to_fs(place)
    except ImportError:
        library = _LIBRARIES.get(protocol, f"fsspec's library for {protocol}")
        raise StoreError(f"store {place}: needs {library}: pip install {_LIBRARIES.get(protocol, '...')}") from None
    except Exception as error:
        raise StoreError(f"store {place}: cannot be opened: {_told(error)}") from None
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
            extra = "pip install 'incentive-env[distributed]'"
            raise StoreError(f"store {place}: needs s3fs or pyarrow: {extra}") from None
        except Exception as error:
            raise StoreError(f"store {place}: cannot be opened: {_told(error)}") from None
    return files, path.rstrip("/")


def _put(files: Any, path: str, content: bytes) -> None:
    with files.open(path, "wb") as file:
        file.write(content)


def _told(error: Exception) -> str:
    """An error of a library in a line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


@contextmanager
def _whatever_happens() -> Iterator[None]:
    """A file that should go and cannot is in nobody's way."""
    try:
        yield
    except Exception:
        return
