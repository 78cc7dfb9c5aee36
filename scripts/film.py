r"""Film one floor under a policy, week by week: every rep and every customer, as they truly are.

Example:
    python scripts/film.py --policy quota_with_threat --out runs/floor.gif

The film on the front page:
    python scripts/film.py --policy quota_with_threat --seed 26 --weeks 104 --every 2 --fps 5 --width 900 \
        --out docs/floor.gif
"""

import errno
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import typer
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray

from agents.options import Policy
from agents.registry import load_policy
from incentive_env import load_config
from incentive_env.cli.common import script
from incentive_env.cli.options import Overrides, Scenario, written
from incentive_env.rendering import Frame, film
from incentive_env.rendering.layout import LEAST_WIDTH, MOST_WIDTH
from incentive_env.rendering.palette import THEMES, flat_colours, rgb
from incentive_env.rendering.picture import load_pygame, picture
from incentive_env.support.files import written_whole
from incentive_env.support.seeds import LARGEST_SEED

KINDS = {".gif": "PIL.Image", ".png": "PIL.Image", ".mp4": "imageio_ffmpeg"}  # and what writes them
_HELD = 2.0  # seconds that the last frame stays, at least


class Look(NamedTuple):
    """How frames become pictures."""

    width: int
    theme: str
    fps: float


@script
def main(
    out: Annotated[Path, written("file to write: .gif, .mp4, or .png for the last frame alone", kinds=tuple(KINDS))],
    policy: Policy = "flat_salary",
    config: Scenario = "telesales",
    override: Overrides = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, metavar="N", help="seed of the floor")] = 0,
    weeks: Annotated[int | None, typer.Option(min=1, help="length; an episode if not given")] = None,
    every: Annotated[int, typer.Option(min=1, help="weeks from one frame to the next")] = 1,
    fps: Annotated[float, typer.Option(min=0.1, max=50, help="frames a second")] = 8,
    width: Annotated[int, typer.Option(min=LEAST_WIDTH, max=MOST_WIDTH, help="pixels; the height follows")] = 1200,
    theme: Annotated[Literal["light", "dark"], typer.Option(help="colours")] = "light",
) -> None:
    write = _writer(out)
    scenario = load_config(config, override or [])
    frames = film(scenario, load_policy(policy, scenario), seed, weeks)
    kept = [*frames[:-1:every], frames[-1]]
    with written_whole(out) as partial:
        write(kept, Look(width, theme, fps), partial)
    print(f"{len(frames) - 1} weeks of {scenario.name} under {policy}, seed {seed}, written to {out}")


def _writer(out: Path) -> Any:
    """The function that writes such a file; its libraries are checked before any work."""
    try:
        load_pygame()
        import_module(KINDS[out.suffix.lower()])
    except DependencyNotInstalled as error:
        raise ValueError(str(error)) from None
    except ImportError as error:
        raise ValueError(f"{error.name} is not installed, run `make setup`") from None
    return {".gif": _write_gif, ".mp4": _write_mp4, ".png": _write_png}[out.suffix.lower()]


def _pictures(frames: Sequence[Frame], look: Look) -> Iterator[NDArray[np.uint8]]:
    """One at a time: a film of pictures would fill the memory."""
    return (picture(frame, look.width, look.theme) for frame in frames)


def _write_png(frames: Sequence[Frame], look: Look, path: Path) -> None:
    from PIL import Image

    Image.fromarray(next(_pictures(frames[-1:], look))).save(path, optimize=True)


def _write_gif(frames: Sequence[Frame], look: Look, path: Path) -> None:
    """One palette for all frames, so that what does not change costs nothing."""
    from PIL import Image

    palette = np.array([rgb(colour) for colour in flat_colours(THEMES[look.theme])])
    images = []
    for drawn in _pictures(frames, look):
        images.append(Image.fromarray(_nearest(drawn, palette)))
        images[-1].putpalette(palette.astype(np.uint8).tobytes())
    shown = round(1000 / look.fps)
    durations = [shown] * (len(images) - 1) + [max(shown, round(1000 * _HELD))]
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True, disposal=1)


def _nearest(drawn: NDArray[np.uint8], palette: NDArray[np.int64]) -> NDArray[np.uint8]:
    """For each pixel ``[height, width]`` the number of the nearest colour; most pixels are of few colours."""
    packed = drawn @ np.array([1 << 16, 1 << 8, 1])
    colours, places = np.unique(packed, return_inverse=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    numbers = np.square(parts[:, None] - palette).sum(axis=2).argmin(axis=1).astype(np.uint8)
    return np.asarray(numbers[places].reshape(packed.shape))


def _write_mp4(frames: Sequence[Frame], look: Look, path: Path) -> None:
    import imageio_ffmpeg

    held = [frames[-1]] * max(0, round(_HELD * look.fps) - 1)
    drawn = _pictures([*frames, *held], look)
    first = next(drawn)
    count = len(frames) + len(held)
    high, wide, _ = first.shape
    writer = imageio_ffmpeg.write_frames(str(path), (wide, high), fps=look.fps, macro_block_size=2, codec="libx264")
    writer.send(None)
    for one in (first, *drawn):
        writer.send(np.ascontiguousarray(one))
    writer.close()
    _check_whole(path, count)


def _check_whole(path: Path, count: int) -> None:
    """Read a film again; where the disk is full, ffmpeg leaves a part of one and says nothing.

    Raises:
        OSError: it is not whole.
    """
    import imageio_ffmpeg

    try:
        found = imageio_ffmpeg.count_frames_and_secs(path)[0]
    except RuntimeError:  # ffmpeg cannot read it
        found = 0
    if found != count:
        raise OSError(errno.ENOSPC, f"{found} of {count} frames are in the file")


if __name__ == "__main__":
    main()
