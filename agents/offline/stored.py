"""The files of a stranger's dataset, looked through before Minari reads them.

Minari calls the environment that a file names where the file leaves out a space, follows links to other files, and
inflates what a few kilobytes say they hold.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.offline.apart import run_apart
from incentive_env.config.keys import bounds_of, field_of
from incentive_env.floors.observation import action_space, observation_space
from incentive_env.support.spelling import shown
from incentive_env.support.texts import parsed_json, read_json, read_text

if TYPE_CHECKING:
    import h5py
    import pyarrow

FORMATS = {"hdf5": "h5py", "arrow": "pyarrow"}  # Minari's storage formats, and the library that each needs
MOST_EPISODES = 100_000
MOST_BYTES = 64 * 2**20  # of an episode, as it is read
_MOST_ENTRIES, _MOST_LEVELS = 10_000, 8  # of an episode's infos
_MOST_VALUES = 1000  # of an attribute
_MOST_METADATA = 2**20  # bytes, of an episode
_MEMORY = 4 * MOST_BYTES  # of the process that looks
_SPACES = {"observation_space": observation_space(), "action_space": action_space()}
_ROWS = {"observations": _SPACES["observation_space"].shape, "actions": _SPACES["action_space"].shape}
_PLAIN = ("rewards", "terminations", "truncations")  # a number each


def read_about(data: Path) -> dict[str, Any]:
    """The metadata of a dataset of the manager's game.

    Raises:
        ValueError: it is of another game, or not the metadata of a dataset.
    """
    from minari.serialization import serialize_space

    about = read_json(_regular(data / "metadata.json"))
    if not isinstance(about, dict):
        raise ValueError("metadata.json must be a mapping")
    if about.get("data_format") not in FORMATS:
        raise ValueError(f"data_format = {shown(about.get('data_format'))}: must be one of {', '.join(FORMATS)}")
    episodes = about.get("total_episodes")
    if type(episodes) is not int or not 0 <= episodes <= MOST_EPISODES:
        raise ValueError(f"total_episodes = {shown(episodes)}: must be a whole number from 0 to {MOST_EPISODES:,}")
    for name, space in _SPACES.items():
        stored = _parsed(about, name)
        if stored != json.loads(serialize_space(space)):
            described = f"{name} {shown(stored.get('type'))} of shape {shown(stored.get('shape'))}"
            game = _parsed(about, "env_spec").get("id") if about.get("env_spec") else None
            origin = f"comes from {shown(game)}" if game else "comes from an unknown environment"
            raise ValueError(f"{origin}, with {described}, not from the manager's game")
    _parsed(about, "env_spec")
    return about


def check_content(data: Path, about: dict[str, Any]) -> None:
    """Refuse episodes that are not the game's, or that would not fit into memory.

    Raises:
        ValueError: an episode holds something else, or too much.
        OSError: a file cannot be read.
        MemoryError: what is stored inflates.
    """
    look, library = {
        "hdf5": (_look_through_hdf5, "h5py"), "arrow": (_look_through_arrow, "pyarrow.dataset"),
    }[about["data_format"]]  # fmt: skip
    import_module(library)  # here, so that its size does not count
    run_apart(lambda: look(data, about["total_episodes"]), "its reader ended", memory=_MEMORY)


def _parsed(about: dict[str, Any], name: str) -> dict[str, Any]:
    """An entry of the metadata that is JSON in a text."""
    text = about.get(name)
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a text, got {shown(text)}")
    content = parsed_json(text, name, finite=False)  # a space may be without bounds
    if not isinstance(content, dict):
        raise ValueError(f"{name} must be a mapping, got {shown(content)}")
    return content


def _regular(file: Path) -> Path:
    """The file, if reading it comes to an end: no pipe and no device."""
    if not file.is_file():
        raise ValueError(f"{file.name} is {'not a file' if file.exists() else 'missing'}")
    return file


def _most_rows() -> int:
    bounds = bounds_of(field_of("horizon.decisions"))
    assert bounds is not None
    return int(bounds[1]) + 1


def _look_through_hdf5(data: Path, episodes: int) -> None:
    import h5py

    with h5py.File(_regular(data / "main_data.hdf5"), "r") as file:
        for number in range(episodes):
            try:
                _look_through_group(_inside(file, f"episode_{number}", h5py.Group))
            except (ValueError, TypeError) as error:
                raise ValueError(f"episode {number}: {error}") from None


def _look_through_group(group: "h5py.Group") -> None:
    """Refuse an episode by what its arrays say they hold; none of them is read."""
    import h5py

    for name in group.attrs:
        attribute = group.attrs.get_id(name)
        size = int(np.prod(attribute.shape, dtype=object))
        if size > (1 if attribute.dtype.kind == "O" else _MOST_VALUES):
            raise ValueError(f"attribute {shown(name)} holds {size:,} values")
    size = 0
    for name in (*_ROWS, *_PLAIN):
        array = _inside(group, name, h5py.Dataset)
        size += _bytes_of(array)
        _check_shape(name, array.shape)
    for array in _below(_inside(group, "infos", h5py.Group)) if "infos" in group else ():
        size += _bytes_of(array)
    if size > MOST_BYTES:
        raise ValueError(f"holds {size / 2**20:,.0f} MB, must be at most {MOST_BYTES / 2**20:g} MB")


def _inside(group: "h5py.Group", name: str, kind: type) -> Any:
    """A part of a group that lies in the same file, and nowhere else."""
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink | None):
        raise ValueError(f"{shown(name)} is a link to another place")
    part = group.get(name)
    if not isinstance(part, kind):
        raise ValueError(f"{shown(name)} is missing, or of another kind")
    return part


def _below(infos: "h5py.Group") -> Iterator["h5py.Dataset"]:
    """All arrays of a tree of groups, as often as a reader meets them."""
    import h5py

    left = [(infos, 0)]
    met = 0
    while left:
        group, level = left.pop()
        for name in group:
            met += 1
            if met > _MOST_ENTRIES or level > _MOST_LEVELS:
                raise ValueError(f"infos hold more than {_MOST_ENTRIES:,} entries or {_MOST_LEVELS} levels")
            part = _inside(group, name, h5py.Group | h5py.Dataset)
            if isinstance(part, h5py.Dataset):
                yield part
            else:
                left.append((part, level + 1))


def _bytes_of(array: "h5py.Dataset") -> int:
    where = shown(array.name.rpartition("/")[2])
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{where} holds {array.dtype}, must hold numbers")
    if array.external or array.is_virtual:
        raise ValueError(f"{where} lies in another file")
    return int(array.nbytes)


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    row, most = _ROWS.get(name, ()), _most_rows()
    if shape[1:] != row or not 0 < shape[0] <= most:
        wanted = f"(1 to {most}{''.join(f', {size}' for size in row)})"
        raise ValueError(f"{name} have shape {shown(shape)}, must have {wanted}")


def _look_through_arrow(data: Path, episodes: int) -> None:
    import pyarrow

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # others reserve more than they use
    pyarrow.set_io_thread_count(1)
    for number in range(episodes):
        try:
            _look_through_folder(data / str(number))
        except (ValueError, TypeError, LookupError) as error:
            raise ValueError(f"episode {number}: {error}") from None


def _look_through_folder(folder: Path) -> None:
    """Refuse an episode by its columns' types, then by the memory that its only batch takes."""
    from pyarrow import dataset

    file = _regular(folder / "metadata.json")
    parsed_json(read_text(file, _MOST_METADATA), file.name)
    for file in folder.rglob("*"):
        if not file.is_dir():
            _regular(file)
    stored = dataset.dataset(folder, format="arrow", ignore_prefixes=["_", ".", "metadata.json"])  # as Minari
    for field in stored.schema:
        _check_type(field.name, field.type)
    batches = list(islice(stored.to_batches(use_threads=False, batch_readahead=0, fragment_readahead=0), 2))
    if len(batches) != 1:
        raise ValueError("must be one batch of rows")
    batch = batches[0]
    for name in (*_ROWS, *_PLAIN):
        column = batch.column(name)
        _check_shape(name, (len(column), *([column.type.list_size] if name in _ROWS else [])))
    batch.validate(full=True)
    if batch.nbytes > MOST_BYTES:
        raise ValueError(f"holds {batch.nbytes / 2**20:,.0f} MB, must be at most {MOST_BYTES / 2**20:g} MB")


def _check_type(name: str, kind: "pyarrow.DataType", levels: int = 0) -> None:
    from pyarrow import types

    if levels == 0 and name in _ROWS and not types.is_fixed_size_list(kind):
        raise ValueError(f"{name} hold {shown(str(kind))}, must hold rows of numbers")
    if types.is_struct(kind) or types.is_list(kind) or types.is_fixed_size_list(kind):
        if levels == _MOST_LEVELS or kind.num_fields > _MOST_ENTRIES:
            raise ValueError(f"{shown(name)} holds more than {_MOST_ENTRIES:,} entries or {_MOST_LEVELS} levels")
        for field in (kind.field(number) for number in range(kind.num_fields)):
            _check_type(f"{name}.{field.name}", field.type, levels + 1)
    elif not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
        raise ValueError(f"{shown(name)} holds {shown(str(kind))}, must hold numbers")
