"""The lessons do what they say: every command runs, prints the figures that are quoted, and draws the picture shown."""

import importlib
import json
import re
import shlex
from itertools import zip_longest
from pathlib import Path

import pytest
from lessons import (
    FOLDER,
    OUTPUT,
    PAGES,
    ROOT,
    Step,
    commands,
    fences,
    pictures,
    quoted_figures,
    shortened,
    shown_figures,
    steps,
)
from refresh import NOT_RUN, run
from typer.testing import CliRunner, Result

from incentive_env.cli.commands import app

LESSONS = [page for page in PAGES if page.name != "index.md"]
# The quick tests run every command as it stands but for these options, which are what makes one long.
QUICKLY = {"--floors": "2", "--timesteps": "1"}
TAKE_THEM = {"simulate": "--floors", "explain": "--floors", "compare": "--floors", "evaluate": "--floors",
             "train": "--timesteps"}  # fmt: skip
# Training multiplies the last bits of a processor: what a trained run comes to may be off by so many points elsewhere.
TRAINED, POINTS = re.compile(r"^│ (manager|seller) |runs/lessons/manager"), 5.0
MOST_BYTES = 250_000

lessons = pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.stem)


def test_there_are_four_lessons_and_a_page_that_leads_to_them():
    assert [page.name[0] for page in LESSONS] == ["1", "2", "3", "4"]
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in index for page in LESSONS)
    assert [line for step in steps(FOLDER / "index.md") for line in step.script.splitlines()] == list(NOT_RUN)


@lessons
def test_every_command_runs_and_every_picture_is_written(page, folder):
    for step in steps(page):
        for words in commands(step.script):
            result = _run_here(_quickly(words))
            assert result.exit_code == 0, (words, result.output, result.exception)
    assert {name: (OUTPUT / name).is_file() for name in pictures(page)} == dict.fromkeys(pictures(page), True)


@lessons
def test_files_shown_are_those_that_are_run(page):
    shown = [block for block in fences(page.read_text(encoding="utf-8")) if block.language == "yaml"]
    assert shown
    for block in shown:
        assert block.content == (ROOT / block.title).read_text(encoding="utf-8"), block.title
        assert any(block.title in step.script for step in steps(page))


@lessons
def test_every_figure_quoted_stands_in_a_block_of_this_lesson_or_an_earlier_one(page):
    earlier = LESSONS[: LESSONS.index(page) + 1]
    quoted = quoted_figures(page)
    assert len(quoted) >= 2
    assert quoted - set().union(*map(shown_figures, earlier)) == set()


@lessons
def test_a_lesson_asks_says_where_to_play_and_claims_no_forecast(page):
    text = page.read_text(encoding="utf-8")
    questions = text.partition("## To think about")[2].partition("\n## ")[0]
    assert 4 <= len(re.findall(r"^\d\. ", questions, re.MULTILINE)) <= 5
    assert "`--" in questions, "something of it can be tried"
    assert "make play" in text
    assert "a model, not a forecast" in text
    assert pictures(page)


@lessons
def test_pictures_are_small_and_told_to_those_who_do_not_see_them(page):
    text = page.read_text(encoding="utf-8")
    for name in pictures(page):
        assert (FOLDER / name).stat().st_size < MOST_BYTES
        assert len(re.findall(rf"!\[([^\]]+)\]\({re.escape(name)}\)", text)[0]) > 40


@pytest.mark.slow
def test_lessons_print_draw_and_teach_what_they_show(folder):
    """In a shell and at full size, one after the other as a reader would; a minute or two."""
    for page in LESSONS:
        for step in steps(page):
            printed = run(step, folder)
            if step.output is not None:
                _compare(step, shortened(printed, step.output))
        for name in pictures(page):
            assert page is LESSONS[-1] or _difference(OUTPUT / name, FOLDER / name) < 2.0, name
    evaluation = next(step.script for step in steps(LESSONS[-1]) if "evaluate.py" in step.script)
    run(Step(evaluation.rstrip("\n") + " --out results.json", None), folder)
    rows = {Path(row["policy"]).name: row for row in json.loads(Path("results.json").read_text(encoding="utf-8"))}
    assert rows["manager"]["loyalty_gain_low"] > POINTS  # on floors that it never saw, against a flat salary
    began, seller = rows["target_floor.yaml"], rows["seller"]
    assert seller["loyalty_high"] < began["loyalty_low"] - POINTS
    assert seller["conversion"] > began["conversion"]


def test_the_checks_would_notice(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Loyalty is +3.5, not -2,100 or 4, for week 26 and `7.5`.\n\n```bash\nls  # all\n```\n\n```text\n3.5\n```\n"
    )
    assert quoted_figures(page) - shown_figures(page) == {"-2,100"}
    assert steps(page) == [Step("ls  # all\n", "3.5\n")]
    assert [list(commands(step.script)) for step in steps(page)] == [[["ls"]]]
    printed = "title\n│ a │ 1.5 │\n│ b │ 2 │\n"
    assert shortened(printed, "…\n│ a │ 1.25 │\n…\n") == "…\n│ a │ 1.5 │\n…\n"
    assert shortened(printed, "title\n") == printed
    with pytest.raises(AssertionError):
        _compare(Step("", "│ a │ 1.25 │\n"), "│ a │ 1.5 │\n")
    _compare(Step("", "│ manager │ 1.25 │\n"), "│ manager │ 1.5 │\n")
    with pytest.raises(AssertionError):
        _compare(Step("", "│ manager │ 1.25 │\n"), "│ manager │ 9.5 │\n")


def _quickly(words: list[str]) -> list[str]:
    """The same command with less to do: see `QUICKLY`."""
    shorter = [QUICKLY.get(option, word) for option, word in zip(["", *words], words, strict=False)]
    name = next((Path(word).stem for word in words[:2] if Path(word).stem in TAKE_THEM), None)
    option = TAKE_THEM.get(name or "")
    return shorter if option is None or option in words else [*shorter, option, QUICKLY[option]]


def _run_here(words: list[str]) -> Result:
    """A command in this process: `incentive-env` or a script."""
    if words[0] == "incentive-env":
        return CliRunner().invoke(app, words[1:])
    assert [*words[:1], Path(words[1]).parent.name] == ["python", "scripts"], shlex.join(words)
    return CliRunner().invoke(importlib.import_module(Path(words[1]).stem).main, words[2:])


def _compare(step: Step, printed: str) -> None:
    """Line for line the same; figures of a trained run to within some points."""
    assert step.output is not None
    of_a_run = TRAINED.search(step.script) is not None
    for shown, now in zip_longest(step.output.splitlines(), printed.splitlines(), fillvalue=""):
        if not of_a_run and not TRAINED.search(shown):
            assert shown == now, step.script
            continue
        before, after = (list(map(_number, re.findall(r"[+-]?\d[\d,]*(?:\.\d+)?", line))) for line in (shown, now))
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            assert abs(one - other) <= max(POINTS, abs(one)), (shown, now)


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _difference(one: Path, other: Path) -> float:
    """Mean difference of two pictures, of 255."""
    import numpy as np
    from PIL import Image

    pixels = [np.asarray(Image.open(path).convert("RGB"), dtype=float) for path in (one, other)]
    assert pixels[0].shape == pixels[1].shape
    return float(np.abs(pixels[0] - pixels[1]).mean())
