"""A store of cells: a folder that machines may share, or a URL. Every file in it is complete."""

import os
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from agents.jobs.errors import StoreError
from incentive_env.support.files import written_whole
from incentive_env.support.locks import locked


class Store(Protocol):
    """The contract of a store; file names are relative, with ``/`` between folders.

    A store can be sent to another process or machine, and is the same store there if ``shared``.
    """

    place: str
    shared: bool

    def read(self, name: str) -> bytes | None:
        """The content of a file; ``None`` where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; an existing file is replaced."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def folder(self, name: str) -> AbstractContextManager[Path]:
        """A local folder; files put into it are in the store when the context ends."""

    def alone(self) -> AbstractContextManager[None]:
        """Lock the store for one run, if the store supports it."""


def open_store(place: "str | Path") -> Store:
    """The store at a path, or at any URL of `fsspec`: ``s3://bucket/sweeps/first``, ``file:///shared/first``.

    Raises:
        StoreError: the kind of URL is unknown, or its library is not installed.
    """
    protocol, separator, rest = str(place).partition("://")
    if not separator:
        return FolderStore(os.path.abspath(place))  # as other processes and machines would name it
    if protocol in ("file", "local"):
        return FolderStore(rest)
    from agents.jobs.url_store import UrlStore

    store = UrlStore(str(place).rstrip("/"))
    store.connect()
    return store


@contextmanager
def probed(store: Store) -> Iterator[str]:
    """Check that a store can be written and read, and yield the name of a file in it for other machines to find.

    Raises:
        StoreError: it cannot be written or read.
    """
    name = f".probe-{uuid.uuid4().hex}"
    content = name.encode()
    try:
        store.write(name, content)
        if store.read(name) != content:
            raise StoreError(f"store {store.place}: reading it does not return what was written")
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
        with suppress(OSError):
            (self._root / name).unlink()

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """See `Store`; it is the folder itself."""
        yield self._root / name

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the folder for one run; the system releases it however the run ends.

        Raises:
            StoreError: another run holds it.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self._root))
            except OSError as error:
                raise StoreError(f"store {error}") from None
            yield
