"""Run the lessons as they stand, and write what they print and draw into the pages: after a change of the model.

    python tests/docs/refresh.py

Figures in the prose stay as they are; tests/docs/test_lessons.py then names those that no command prints any more.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lessons import FOLDER, OUTPUT, PAGES, ROOT, Step, fences, pictures, shortened, steps

NOT_RUN = ("make setup", "source .venv/bin/activate")  # what a reader does once; a test has done it before it runs


def main() -> None:
    """Refresh every page."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for step in steps(page):
                text = _with_output(text, step, run(step, Path(folder)))
            page.write_text(_with_files(text), encoding="utf-8")
            for name in pictures(page):
                _small(Path(folder) / OUTPUT / name, FOLDER / name)


def prepare(folder: Path) -> None:
    """Let relative paths of the lessons lead where they do in the project's folder."""
    for name in ("configs", "scripts"):
        (folder / name).symlink_to(ROOT / name)


def run(step: Step, folder: Path) -> str:
    """Let a shell run a block of commands, and give what they print.

    Raises:
        CalledProcessError: one of them fails.
    """
    script = "\n".join(line for line in step.script.splitlines() if line not in NOT_RUN)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    settings = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    settings |= {"PATH": path, "OMP_NUM_THREADS": "1"}
    shell = ("bash", "-euo", "pipefail", "-c", script)
    return subprocess.run(shell, cwd=folder, env=settings, check=True, stdout=subprocess.PIPE, text=True).stdout


def _with_output(text: str, step: Step, printed: str) -> str:
    if step.output is None:
        return text
    shown = f"```bash\n{step.script}```\n\n```text\n"
    before, after = text.split(shown + step.output + "```", 1)
    return before + shown + shortened(printed, step.output) + "```" + after


def _with_files(text: str) -> str:
    """Blocks with a file's name as title hold that file."""
    for block in reversed(fences(text)):
        if block.title:
            content = (ROOT / block.title).read_text(encoding="utf-8")
            text = f'{text[: block.start]}```{block.language} title="{block.title}"\n{content}```{text[block.end :]}'
    return text


def _small(source: Path, target: Path) -> None:
    """The same picture in at most 256 colours, which look the same and take a third of the room."""
    from PIL import Image

    Image.open(source).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main()
