"""How long the playground takes in headless Chromium: from opening to the first chart, from a slider to all charts.

Example:
    python scripts/maintain/playground_speed.py --moves 30
"""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Json
from incentive_env.support.tables import rich_table

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHARTS = 8
# When a key was pressed, and when each chart first changed after it and was then painted, ms.
WATCH = """() => {
  window.pressed = 0;
  document.addEventListener("keydown", () => { pressed = performance.now(); window.drawn = new Map(); }, true);
  document.querySelectorAll(".charts .plot").forEach((plot, place) =>
    new MutationObserver(() => {
      if (!pressed || drawn.has(place)) return;
      drawn.set(place, Infinity);
      requestAnimationFrame(() => setTimeout(() => drawn.set(place, performance.now() - pressed)));
    }).observe(plot, {subtree: true, childList: true, attributes: true}));
}"""


@script
def main(
    moves: Annotated[int, typer.Option(min=5, max=1000, help="key presses on a slider that are timed")] = 30,
    out: Json = None,
) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise OSError(f"no browser found: one of {', '.join(BROWSERS)} is needed")
    with _served() as address, _page(browser) as page:
        times = _timed(page, address, moves)
    rows = (
        (name, *(f"{figure(values):.0f}" for figure in (statistics.median, min, max))) for name, values in times.items()
    )
    headings = ("what", "median", "least", "most")
    console().print(rich_table(headings, rows, f"The playground, {moves} moves of a slider, ms"))
    save(out, times)


def _timed(page: Any, address: str, moves: int) -> dict[str, list[float]]:
    opening = []
    for _ in range(3):
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".plot svg path", state="attached")
        opening.append(1000.0 * (time.perf_counter() - began))
    page.get_by_text("B against A on 16 floors").wait_for()
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    page.get_by_role("slider", name="commission").first.focus()
    first, last = [], []
    for _ in range(moves):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"drawn.size === {CHARTS} && [...drawn.values()].every(Number.isFinite)")
        drawn = page.evaluate("[...drawn.values()]")
        first.append(min(drawn))
        last.append(max(drawn))
        page.wait_for_timeout(250)
    return {"page to first chart": opening, "slider to first chart": first, "slider to all eight charts": last}


@contextmanager
def _served() -> Iterator[str]:
    command = [sys.executable, "-m", "incentive_env.cli", "play", "--no-show"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    )
    try:
        assert server.stdout is not None
        for line in server.stdout:
            if found := re.search(r"http://\S+", line):
                yield found.group()
                return
        raise OSError("the playground did not start")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


@contextmanager
def _page(browser: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=SWITCHES)
        yield chromium.new_page(viewport={"width": 1360, "height": 900})
        chromium.close()


if __name__ == "__main__":
    main()
