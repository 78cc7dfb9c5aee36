"""Datasets of strangers: each is one line of error, soon, and neither runs nor inflates anything."""

import json
import os
import resource
from pathlib import Path

import numpy as np
import pytest
from recorded import ID

from agents.offline.datasets import DatasetError, open_dataset

pytest.importorskip("minari")
h5py = pytest.importorskip("h5py")
pa = pytest.importorskip("pyarrow")
SECONDS, MEGABYTES = 3.0, 400


def _refused(root):
    """The error, within limits of time and memory."""
    before, peak = sum(os.times()[:4]), _peak()
    with pytest.raises(DatasetError) as caught:
        open_dataset(ID, root)
    assert sum(os.times()[:4]) - before < SECONDS
    assert _peak() - peak < MEGABYTES
    message = str(caught.value)
    assert message.isprintable()
    return message


def _peak():
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return used / (1024 if os.uname().sysname == "Linux" else 2**20)


def _inflating(group, name, shape):
    if name in group:
        del group[name]
    chunks = (min(shape[0], 2**20), *shape[1:])
    group.create_dataset(name, shape=shape, dtype="f4", chunks=chunks, compression="gzip")


def _compound(group):
    kind = np.dtype([("a", "f8", (20_000_000,))])
    group["infos"].create_dataset("x", shape=(4,), dtype=kind, chunks=(1,), compression="gzip")


def _of_another_file(group):
    del group["rewards"]
    group.create_dataset("rewards", shape=(3,), dtype="f8", external=[("/dev/zero", 0, h5py.h5f.UNLIMITED)])


def _virtual(group):
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:3] = h5py.VirtualSource("/elsewhere", "x", shape=(3,))
    del group["rewards"]
    group.create_virtual_dataset("rewards", layout)


def _doubling(group):
    below = group["infos"]
    for _ in range(8):
        child = below.create_group("left")
        below["right"] = child
        below = child
    for number in range(100):
        below.create_dataset(str(number), shape=(4,), dtype="f4")


HDF5 = {
    "rows": (lambda g: _inflating(g, "observations", (50_000_000, 45)), "observations have shape (50000000, 45)"),
    "rewards": (lambda g: _inflating(g, "rewards", (10**9,)), "must have (1 to 1001)"),
    "infos": (lambda g: _inflating(g["infos"], "x", (10**9,)), "holds 3,815 MB, must be at most 64 MB"),
    "compound": (_compound, "must hold numbers"),
    "texts": (lambda g: g["infos"].create_dataset("x", data=["a"] * 4), "'x' holds object, must hold numbers"),
    "another file": (_of_another_file, "'rewards' lies in another file"),
    "virtual": (_virtual, "'rewards' lies in another file"),
    "external link": (lambda g: g["infos"].__setitem__("x", h5py.ExternalLink("/etc/hostname", "/x")), "is a link"),
    "soft link": (lambda g: g["infos"].__setitem__("x", h5py.SoftLink("/episode_0/infos/x")), "is a link"),
    "cycle": (lambda g: g["infos"].__setitem__("x", g["infos"]), "more than 10,000 entries or 8 levels"),
    "doubling": (_doubling, "more than 10,000 entries or 8 levels"),
    "attribute": (lambda g: g.attrs.create("x", np.zeros(4000)), "attribute 'x' holds 4,000 values"),
    "a group": (lambda g: (g.pop("actions"), g.create_group("actions")), "'actions' is missing, or of another kind"),
    "less": (lambda g: g.pop("actions"), "'actions' is missing, or of another kind"),
}


@pytest.mark.parametrize(("harm", "told"), HDF5.values(), ids=HDF5)
def test_an_hdf5_file_of_a_stranger_is_refused(written, tmp_path, harm, told):
    with h5py.File(Path(written().storage.data_path) / "main_data.hdf5", "r+") as file:
        harm(file["episode_0"])
    message = _refused(tmp_path)
    assert "cannot be read: episode 0: " in message
    assert told in message


def _many_rows(batch):
    rows = 1_500_000
    lists = [pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(rows * size, np.float32)), size) for size in (45, 12)]
    numbers = [pa.array(np.zeros(rows, kind)) for kind in (float, bool, bool)]
    return pa.RecordBatch.from_arrays([*lists, *numbers], names=batch.schema.names)


def _with_infos(infos):
    def harm(batch):
        info = pa.StructArray.from_arrays([infos(batch.num_rows)], names=["x"])
        return pa.RecordBatch.from_arrays([*batch.columns, info], names=[*batch.schema.names, "infos"])

    return harm


def _wide(rows):
    return pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(rows * 25_000_000, np.float32)), 25_000_000)


def _dictionary(rows):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["x" * 20_000_000]))


ARROW = {
    "rows": (_many_rows, "it inflates"),
    "infos": (_with_infos(_wide), "it inflates"),
    "dictionary": (_with_infos(_dictionary), "'infos.x' holds 'dictionary<"),
    "nothing": (
        lambda batch: pa.RecordBatch.from_arrays([pa.nulls(2 * 10**9)] * 5, names=batch.schema.names),
        "observations hold 'null', must hold rows of numbers",
    ),
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not limit a process's memory")
@pytest.mark.parametrize(("harm", "told"), ARROW.values(), ids=ARROW)
def test_an_arrow_file_of_a_stranger_is_refused(written, tmp_path, harm, told):
    (file,) = (Path(written(data_format="arrow").storage.data_path) / "0").glob("*.arrow")
    batch = harm(pa.ipc.open_file(file.read_bytes()).get_batch(0))
    with pa.ipc.new_file(str(file), batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    assert file.stat().st_size < 100_000
    assert told in _refused(tmp_path)


def _space(size):
    return json.dumps({"type": "Box", "dtype": "float32", "shape": [size], "low": 0.0, "high": 1.0})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"action_space": None}, "action_space must be a text, got None"),
        ({"observation_space": _space(4 * 10**9)}, "with observation_space 'Box' of shape [4000000000]"),
        ({"observation_space": "[" * 100_000}, "observation_space: cannot be read: too many levels"),
        ({"total_episodes": 10**12}, "total_episodes = 1000000000000: must be a whole number from 0 to 100,000"),
        ({"data_format": "parquet"}, "data_format = 'parquet': must be one of hdf5, arrow"),
        ({"env_spec": None}, "env_spec must be a text, got None"),
        ({"minari_version": 3}, "cannot be read: AssertionError"),
    ],
)
def test_the_metadata_of_a_stranger_is_refused_and_calls_nothing(written, tmp_path, changes, told):
    """Without a space, Minari makes the environment that the file names, by the function that the file names."""
    file = Path(written().storage.data_path) / "metadata.json"
    metadata = json.loads(file.read_text())
    trap = {"entry_point": "os:mkdir", "kwargs": {"path": str(tmp_path / "sprung")}}
    spec = json.dumps({**json.loads(metadata["env_spec"]), **(trap if "action_space" in changes else {})})
    changed = {**metadata, "env_spec": spec, **changes}
    file.write_text(json.dumps({name: value for name, value in changed.items() if value is not None}))
    assert told in _refused(tmp_path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["metadata.json", "main_data.hdf5"])
def test_a_pipe_or_device_is_not_waited_for(written, tmp_path, name):
    file = Path(written().storage.data_path) / name
    file.unlink()
    os.mkfifo(file)
    assert f"cannot be read: {name} is not a file" in _refused(tmp_path)
    file.unlink()
    file.symlink_to("/dev/zero")
    assert f"{name} is not a file" in _refused(tmp_path)
