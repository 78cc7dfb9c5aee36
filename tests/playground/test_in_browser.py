"""The playground in real headless Chromium, served by the command as a student starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from browsing import browser_tests, open_browser
from serving import playground
from typer.testing import CliRunner

from incentive_env.cli.commands import app

pytestmark = browser_tests

CHARTS = 8
EPISODE = 39  # decisions
# Charts whose drawing has changed since the page was asked to watch.
WATCH = """() => {
  window.changed = new Set();
  const all = {subtree: true, childList: true, attributes: true};
  document.querySelectorAll(".charts .plot").forEach((plot, place) =>
    new MutationObserver(() => window.changed.add(place)).observe(plot, all)
  );
}"""
USED = "button, input, select, [role=slider], [role=combobox], [role=switch]"
UNNAMED = """used => [...document.querySelectorAll(used)]
  .filter((e) => e.offsetParent !== null && e.getAttribute("aria-hidden") !== "true")
  .filter((e) => !(e.getAttribute("aria-label") || e.labels?.length || e.closest("label") || e.textContent.trim()
      || e.getAttribute("aria-labelledby")))
  .map((e) => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def address(served):
    return served.address


@pytest.fixture(scope="module")
def served():
    """The playground as `incentive-env play` starts it, where it says that it is."""
    with playground() as place:
        yield place


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chromium:
        yield chromium


@pytest.fixture(params=[(1360, 900), (390, 844)], ids=["desktop", "phone"])
def page(address, browser, request):
    """A visit, in which nothing may go wrong in the console and nothing may leave the machine."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    tab, wrong, strangers = context.new_page(), [], []
    tab.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: _is_local(request.url, address) or strangers.append(request.url))
    tab.goto(address)
    tab.wait_for_function(f"document.querySelectorAll('.charts .plot svg').length >= {CHARTS}")
    tab.get_by_text(re.compile("B against A on 16 floors")).wait_for()
    yield tab
    context.close()
    assert wrong == []
    assert strangers == []


def _is_local(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))


def test_every_chart_follows_while_a_slider_is_dragged(page):
    said = page.get_by_role("status").first.inner_text()
    page.evaluate(WATCH)
    slider = page.get_by_label("commission", exact=True).first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.32, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
    page.wait_for_function(f"window.changed.size === {CHARTS}")  # the button is still held
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    page.mouse.up()
    page.wait_for_function("said => document.querySelector('[role=status]').innerText !== said", arg=said)


def test_the_keyboard_alone_moves_a_slider_and_tells_its_value(page):
    slider = page.get_by_role("slider", name="audit").first
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_text("0.6 % of calls").first.wait_for()
    assert slider.get_attribute("aria-valuetext") == "0.6 % of calls"
    said = page.get_by_role("status").first.inner_text()
    page.keyboard.press("End")
    page.get_by_text("15.0 % of calls").first.wait_for()
    page.wait_for_function("said => document.querySelector('[role=status]').innerText !== said", arg=said)


def test_everything_that_can_be_used_has_a_name(page):
    page.get_by_text("Floors and settings").click()
    page.get_by_label("honesty of the people").first.wait_for()
    assert page.evaluate(UNNAMED, USED) == []
    for tab in ("Be the manager", "Floor view"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(400)
        assert page.evaluate(UNNAMED, USED) == []


def test_nothing_is_wider_than_the_page(page):
    for tab in ("Laboratory", "Be the manager", "Floor view"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_an_exported_config_is_run_by_script_and_command_line(page, tmp_path, monkeypatch):
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a config").click()
    file = tmp_path / "scheme_b.yaml"
    download.value.save_as(file)
    script = Path(__file__).resolve().parents[2] / "scripts" / "simulate.py"
    printed = subprocess.run(
        [sys.executable, str(script), "--config", str(file), "--floors", "2"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    result = CliRunner().invoke(app, ["simulate", "--config", str(file), "--floors", "2"])
    assert result.exit_code == 0, result.output
    score = re.compile(r"long-term loyalty .* points")
    assert score.search(printed).group() == score.search(result.stdout).group()


def test_a_whole_game_by_hand_ends_with_the_truth(page):
    page.get_by_role("tab", name="Be the manager").click()
    page.get_by_label("floor number").first.fill("1")
    page.get_by_role("button", name="Take over the floor").click()
    for decision in range(1, EPISODE + 1):
        page.get_by_text(re.compile(rf"Decision {decision}, week")).wait_for()
        assert "loyalty" not in page.get_by_label("Reports").inner_text()
        page.get_by_role("button", name="Decide").click()
    page.get_by_text(re.compile("Your long-term loyalty is")).wait_for()
    page.wait_for_function("document.querySelectorAll('[aria-label=\"The truth\"] .plot svg path').length > 20")
    printed = page.get_by_label("The truth").inner_text()
    for name in ("you", "flat salary", "ppo report"):
        assert re.search(rf"^{name}\b", printed, re.MULTILINE)


def test_the_floor_is_played_paused_and_moved(page):
    page.get_by_role("tab", name="Floor view").click()
    page.get_by_role("button", name="Show the floor").click()
    shown = page.locator("[data-part=shown]")
    page.get_by_text("week 0 of 156").wait_for()
    dots = "() => [...document.querySelectorAll('.player [data-slot]')].map((dot) => dot.getAttribute('class')).join()"
    first = page.evaluate(dots)
    assert first.count(",") == 12 * 50 - 1
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('[data-part=shown]').textContent.startsWith('week 3 ')")
    page.get_by_role("button", name="Pause").click()
    stopped = shown.inner_text()
    page.wait_for_timeout(600)
    assert shown.inner_text() == stopped
    page.get_by_label("week", exact=True).first.focus()
    page.keyboard.press("End")
    page.locator("[data-part=shown]", has_text="week 156 of 156").wait_for()
    assert page.evaluate(dots) != first


def test_a_mistake_is_told_and_the_page_lives_on(page):
    page.get_by_role("tab", name="Floor view").click()
    page.get_by_label("floor number").last.fill("")
    page.get_by_role("button", name="Show the floor").click()
    page.get_by_text("must be a whole number, 0 or above").wait_for()
    page.get_by_label("floor number").last.fill("2")
    page.get_by_role("button", name="Show the floor").click()
    page.get_by_text(re.compile("Floor 2 of telesales")).wait_for()


def test_two_browsers_at_once_keep_their_own_sliders(page, address, browser):
    other = browser.new_context().new_page()
    other.goto(address)
    other.get_by_text(re.compile("B against A on 16 floors")).wait_for()
    slider = other.get_by_role("slider", name="pressure").first
    slider.focus()
    other.keyboard.press("Home")
    other.get_by_text(re.compile(r"^0 %$")).first.wait_for()
    time.sleep(0.5)
    assert page.get_by_label("pressure", exact=True).first.get_attribute("aria-valuetext") == "80 %"
    assert other.get_by_label("pressure", exact=True).first.get_attribute("aria-valuetext") == "0 %"
    other.context.close()


def test_a_process_that_dies_is_told_and_the_next_move_is_drawn(page, served):
    """Last but one, since the playground must open new processes afterwards."""
    workers = subprocess.run(["pgrep", "-P", str(served.pid), "-f", "spawn_main"], capture_output=True, text=True)
    os.kill(int(workers.stdout.split()[0]), signal.SIGKILL)
    slider = page.get_by_role("slider", name="coaching").first
    slider.focus()
    page.keyboard.press("End")
    page.get_by_text("has ended unexpectedly").wait_for()
    page.evaluate(WATCH)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"window.changed.size === {CHARTS}")


def test_dark_colours_follow_the_reader(address, browser):
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_function("document.body.classList.contains('body--dark')")
    context.close()
