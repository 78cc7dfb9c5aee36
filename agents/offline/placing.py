"""The place of a dataset among others: it appears there whole or not at all, and one process writes it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from incentive_env.support.files import to_disk, write_json
from incentive_env.support.locks import locked

PARTIAL = ".partial-"  # a dataset that is being written; Minari does not list hidden folders
_REPLACED = ".replaced"
_NAMESPACE = "namespace_metadata.json"  # of Minari, in every folder above a dataset


@contextmanager
def placed(root: Path, dataset_id: str) -> Iterator[Path]:
    """Give a hidden folder to write datasets in; the one of that id takes its place when all is on the disk.

    What an earlier process that was killed left is deleted, or put back where it had been moved aside.

    Raises:
        OSError: it cannot be written, or another process writes it.
    """
    place, partial = root / dataset_id, root / f"{PARTIAL}{dataset_id.replace('/', '+')}"
    with locked(root, f"{dataset_id}/data"):
        if not place.exists():
            with suppress(FileNotFoundError):
                (partial / _REPLACED).replace(place)
        shutil.rmtree(partial, ignore_errors=True)
        try:
            partial.mkdir()
            yield partial
            to_disk(partial)
            _take_name(partial, root, dataset_id)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _take_name(partial: Path, root: Path, dataset_id: str) -> None:
    """Move a finished dataset to its place; a dataset that it replaces is moved aside first and deleted last."""
    place = root / dataset_id
    for folder in place.parents[: dataset_id.count("/")]:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _NAMESPACE).exists():
            write_json(folder / _NAMESPACE, {}, indent=None)
    if place.exists():
        place.replace(partial / _REPLACED)
    (partial / dataset_id).replace(place)
    to_disk(place.parent, entries_alone=True)
