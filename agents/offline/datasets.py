"""Datasets on disk, in Minari's folders: written completely or not at all."""

import importlib.util
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from agents.offline.apart import run_apart
from agents.offline.collection import Episode
from agents.offline.placing import PARTIAL, placed
from agents.offline.stored import FORMATS, check_content, read_about
from incentive_env import Config, ConfigError, SalesFloorEnv, __version__, load_config, reference_scores
from incentive_env.config import all_keys, find_config, lineage, scenario_names, value_at
from incentive_env.floors.reward import PRESETS
from incentive_env.policies.files import fingerprint
from incentive_env.support.files import check_writable, full_disk_named
from incentive_env.support.spelling import nearest

if TYPE_CHECKING:
    from minari import MinariDataset

AUTHOR = "incentive-env"
_ROOT = "MINARI_DATASETS_PATH"
_GAMES = ("incentive_env/Telesales-v1", "incentive_env/ContactCenter-v1")
# What the libraries raise when a file is cut off, is of another kind, or was made to do harm.
_DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError, gym.error.Error,
)  # fmt: skip
_ID = re.compile(r"(?:[-\w]{2,}(?:/[-\w]{2,})*/)?[-\w]+-v\d+", re.ASCII)


class DatasetError(ValueError):
    """A dataset is missing, cannot be used, or must not be overwritten."""


def default_root() -> Path:
    """Minari's folder of datasets: ``MINARI_DATASETS_PATH``, or ``.minari/datasets`` in the home directory."""
    return Path(os.environ.get(_ROOT) or Path.home() / ".minari" / "datasets")


def check_new(dataset_id: str, root: Path, *, data_format: str = "hdf5", overwrite: bool = False) -> None:
    """Check before any work that a dataset can be written.

    Raises:
        DatasetError: the id is malformed, the format is not one of `FORMATS`, its library is not installed, or the
            dataset already exists.
    """
    if not _ID.fullmatch(dataset_id):
        raise DatasetError(
            f"dataset {dataset_id!r}: must read NAMESPACE/NAME-vVERSION, of letters, digits, - and _, a namespace of "
            "at least two; for example incentive_env/telesales/fixed-v0"
        )
    if data_format not in FORMATS:
        hint = nearest(data_format, FORMATS)
        raise DatasetError(f"format = {data_format!r}: must be one of {', '.join(FORMATS)}{hint}")
    _require("minari", FORMATS[data_format])
    place = root / dataset_id
    inside = [folder for folder in place.parents if folder.is_relative_to(root) and (folder / "data").exists()]
    if inside:
        raise DatasetError(f"dataset {dataset_id!r}: would lie inside the dataset at {inside[0]}; choose another name")
    if place.exists() and not (place / "data").exists():
        raise DatasetError(f"dataset {dataset_id!r}: {place} exists and is not a dataset; choose another name")
    if place.exists() and not overwrite:
        raise DatasetError(f"dataset {dataset_id!r}: already exists at {place}; choose another version or --overwrite")


def check_root(root: Path) -> None:
    """Create the folder of all datasets.

    Raises:
        OSError: it cannot be created or written to; the message says why.
    """
    check_writable(root, folder=True)
    try:
        root.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=PARTIAL, dir=root)).rmdir()
    except OSError as error:
        raise OSError(f"root {root}: cannot be written: {error.strerror}") from None


def recording_env(scenario: "str | Path | Config", config: Config, reward: str) -> gym.Env[Any, Any]:
    """The registered environment with every number of the scenario in its spec, so that a dataset can recover it.

    Args:
        scenario: name or file that ``config`` was loaded from; it decides the id of the environment.
        config: the scenario with its overrides.
        reward: reward preset.
    """
    inbound = not isinstance(scenario, Config) and find_config("contact_center") in lineage(scenario)
    game, base = (_GAMES[1], "contact_center") if inbound else (_GAMES[0], "telesales")
    numbers = {key: value_at(config, key) for key in all_keys()}
    return gym.make(game, **{"config": base, "reward": reward, **numbers})


def write_dataset(
    dataset_id: str, episodes: Sequence[Episode], env: gym.Env[Any, Any], *, root: Path | None = None,
    data_format: str = "hdf5", overwrite: bool = False, description: str = "", algorithm_name: str = "",
    author: str = AUTHOR, extra: dict[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write episodes as a Minari dataset, and return its folder.

    The folder takes its name once it is complete; until then it is inside a hidden one, which Minari does not list.

    Args:
        dataset_id: ``namespace/name-v0``; a namespace may itself hold namespaces.
        episodes: in the order in which the dataset stores them.
        env: the result of `recording_env`.
        root: folder of all datasets; `default_root` by default.
        data_format: one of `FORMATS`.
        overwrite: whether a dataset of that id is replaced.
        description: of the dataset, for its reader.
        algorithm_name: the policies that acted.
        author: of the dataset.
        extra: further metadata, for JSON.

    Raises:
        DatasetError: as `check_new`.
        OSError: the root cannot be written to.
    """
    root = (root or default_root()).absolute()
    check_new(dataset_id, root, data_format=data_format, overwrite=overwrite)
    check_root(root)
    with full_disk_named(root / dataset_id), placed(root, dataset_id) as partial:
        run_apart(
            lambda: _write(
                partial, dataset_id, episodes, env, data_format=data_format, description=description,
                algorithm_name=algorithm_name, author=author, extra=extra or {},
            ),
            f"{root / dataset_id}: cannot be written: its writer ended, as HDF5 does where the disk is full",
        )  # fmt: skip
    return root / dataset_id


def open_dataset(dataset_id: str, root: Path | None = None) -> "MinariDataset":
    """Open a dataset of the manager's game.

    Raises:
        DatasetError: it does not exist, is damaged, or comes from another game.
    """
    _require("minari")
    import minari

    root = (root or default_root()).absolute()
    if not (root / dataset_id / "data").is_dir() or not _ID.fullmatch(dataset_id):
        known = _known(root)
        names = ", ".join(known) or "none"
        raise DatasetError(f"no dataset {dataset_id!r} under {root}{nearest(dataset_id, known)}; datasets: {names}")
    data = root / dataset_id / "data"
    try:
        about = read_about(data)
        _check_game(dataset_id, EnvSpec.from_json(about["env_spec"]))
        check_content(data, about)
        with _datasets_in(root):
            dataset = minari.load_dataset(dataset_id)
        metadata = list(dataset.storage.get_episode_metadata(range(dataset.total_episodes)))
    except DatasetError:
        raise
    except MemoryError:
        raise DatasetError(f"dataset {dataset_id!r} at {root / dataset_id}: cannot be read: it inflates") from None
    except _DAMAGED as error:
        told = " ".join(str(error).split()) or type(error).__name__  # some libraries write several lines, or none
        raise DatasetError(f"dataset {dataset_id!r} at {root / dataset_id}: cannot be read: {told}") from None
    if not metadata:
        raise DatasetError(f"dataset {dataset_id!r}: holds no episodes")
    return dataset


def game_of(env: gym.Env[Any, Any]) -> SalesFloorEnv:
    """The environment inside the wrappers of `recording_env` and `recovered`."""
    return cast(SalesFloorEnv, env.unwrapped)


def recovered(dataset: "MinariDataset") -> gym.Env[Any, Any]:
    """The environment that a dataset was collected on.

    Raises:
        DatasetError: this version cannot make it, or its scenario has changed.
    """
    spec = dataset.env_spec
    assert spec is not None
    _check_game(dataset.id, spec)
    try:  # by our own entry point: `dataset.recover_environment` would call the one that the file names
        env: gym.Env[Any, Any] = gym.make(spec.id, **spec.kwargs)
    except (ValueError, TypeError, gym.error.Error) as error:
        raise DatasetError(f"dataset {dataset.id!r}: its environment cannot be made: {error}") from None
    then, now = dataset.storage.metadata.get("fingerprint"), fingerprint(game_of(env).config)
    if then is not None and then != now:
        raise DatasetError(
            f"dataset {dataset.id!r}: its scenario has fingerprint {then}, in this version {now}; collect it again"
        )
    return env


def _check_game(dataset_id: str, spec: EnvSpec) -> None:
    """Refuse an environment that is not the manager's game of a shipped scenario, with values of its keys.

    The metadata of a dataset can name any function, with any arguments, as its environment or as a wrapper of it.

    Raises:
        DatasetError: it is another one.
    """
    known = {"config": scenario_names(), "reward": list(PRESETS)}
    if spec.id not in _GAMES:
        hint = nearest(str(spec.id), _GAMES)
        raise DatasetError(f"dataset {dataset_id!r}: environment {spec.id!r} must be one of {', '.join(_GAMES)}{hint}")
    if spec.additional_wrappers:
        names = ", ".join(str(wrapper.name) for wrapper in spec.additional_wrappers)
        raise DatasetError(f"dataset {dataset_id!r}: its environment must have no wrappers, has {names}")
    if not isinstance(spec.kwargs, dict):
        raise DatasetError(
            f"dataset {dataset_id!r}: arguments of its environment must be a mapping, got {spec.kwargs!r}"
        )
    keys = (*known, *all_keys())
    for key, value in spec.kwargs.items():
        if key not in keys:
            raise DatasetError(
                f"dataset {dataset_id!r}: unknown argument {key!r} of its environment{nearest(key, keys)}"
            )
        if key in known and value not in known[key]:
            hint = nearest(str(value), known[key])
            raise DatasetError(f"dataset {dataset_id!r}: {key} {value!r} must be one of {', '.join(known[key])}{hint}")


def _write(
    root: Path, dataset_id: str, episodes: Sequence[Episode], env: gym.Env[Any, Any], *, extra: dict[str, Any],
    **about: str,
) -> None:  # fmt: skip
    """Write a dataset by Minari, without a care for others."""
    from minari import create_dataset_from_buffers
    from minari.data_collector import EpisodeBuffer

    buffers = [
        EpisodeBuffer(
            id=number, seed=episode.seed, observations=episode.observations, actions=episode.actions,
            rewards=episode.rewards, terminations=episode.terminations, truncations=episode.truncations,
            infos={name: values.tolist() for name, values in episode.infos.items()},  # all formats take lists
        )
        for number, episode in enumerate(episodes)
    ]  # fmt: skip
    with _datasets_in(root), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Minari warns that there is no e-mail and no permalink
        storage = create_dataset_from_buffers(dataset_id, buffers, env=env, **about).storage
        storage.update_episode_metadata(map(_episode_metadata, episodes), range(len(episodes)))
        game = game_of(env)
        known = {"fingerprint": fingerprint(game.config), "scenario": game.config.name, "reward": game.reward}
        storage.update_metadata({"incentive_env_version": __version__, **known, **_reference_returns(game), **extra})


def _reference_returns(game: Any) -> dict[str, float]:
    """Minari's reference scores, returns under the reward `loyalty`; empty for another reward or scenario."""
    env_id = next((one for one in _GAMES if load_config(gym.spec(one).kwargs["config"]) == game.config), None)
    if env_id is None or game.reward != "loyalty":
        return {}
    try:
        scores = reference_scores(env_id)
    except ConfigError:  # none were measured on this version of the scenario
        return {}
    return {"ref_min_score": scores.fixed_return, "ref_max_score": scores.true_state_return}


def _episode_metadata(episode: Episode) -> dict[str, Any]:
    """The behaviour, and statistics of rewards as Minari's own collector writes them."""
    statistics = {name: float(getattr(episode.rewards, name)()) for name in ("sum", "mean", "std", "max", "min")}
    return {**episode.behaviour._asdict(), **{f"rewards_{name}": value for name, value in statistics.items()}}


@contextmanager
def _datasets_in(root: Path) -> Iterator[None]:
    """Set Minari's root, which it reads from an environment variable only."""
    before = os.environ.get(_ROOT)
    os.environ[_ROOT] = str(root)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ROOT]
        else:
            os.environ[_ROOT] = before


def _known(root: Path) -> list[str]:
    folders = (path.parents[1] for path in root.rglob("data/metadata.json")) if root.is_dir() else ()
    names = (str(folder.relative_to(root)) for folder in folders)
    return sorted(name for name in names if not name.startswith("."))


def _require(*libraries: str) -> None:
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            raise DatasetError(f"needs {library}: run `make setup`")
