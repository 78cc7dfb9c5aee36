"""`floor.js` in a browser paints what `still` draws."""

import json
from xml.etree import ElementTree

import pytest
from browsing import browser_tests, open_browser

from incentive_env.rendering import film_data, script, still, svg

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = browser_tests


@pytest.fixture(scope="module")
def page(small, frames):
    """A page with the film of the small floor on it."""
    data = json.dumps(film_data(frames))
    start = "const view = new FloorView(document.querySelector('svg'), data)"
    body = f"{svg(small)}<script>{script()}</script><script>const data = {data}; {start}</script>"
    with open_browser() as browser:
        tab = browser.new_page()
        tab.set_content(f"<!doctype html><meta charset=utf-8>{body}")
        yield tab


def _painted(markup: str) -> list[tuple[object, ...]]:
    """What changes from frame to frame, element by element."""
    seen = []
    for element in ElementTree.fromstring(markup).iter():
        if element.get("data-part") or element.get("data-slot"):
            width = element.get("width")
            numbers = [round(float(part), 1) for part in _numbers(element.get("d", ""))]
            seen.append((
                element.get("class"), element.get("visibility"), (element.text or "").strip(),
                None if width is None else round(float(width), 2), numbers,
            ))  # fmt: skip
    return seen


def _numbers(path: str) -> list[str]:
    for letter in "Mlm":
        path = path.replace(letter, " ")
    return path.split()


def test_each_frame_is_painted_as_its_still_whatever_was_shown_before(page, frames):
    for index in (40, 0, len(frames) - 1, 40):
        markup = page.evaluate(
            "index => { view.show(index); return new XMLSerializer().serializeToString(view.element); }", index
        )
        assert _painted(markup) == _painted(still(frames[index]))
        assert page.evaluate("[view.index, view.length]") == [index, len(frames)]


@pytest.mark.parametrize("index", [-1, 61, 0.5])
def test_a_frame_that_is_not_there_is_an_error(page, index):
    with pytest.raises(sync_api.Error, match=f"RangeError: frame {index}: must be 0 to 60"):
        page.evaluate(f"view.show({index})")


def test_a_film_of_another_floor_is_an_error(page, floor_of):
    other = json.dumps(film_data([floor_of()]))
    with pytest.raises(sync_api.Error, match="RangeError: the film has 6 slots, the drawing 24"):
        page.evaluate(f"new FloorView(document.querySelector('svg'), {other})")


def test_colours_follow_the_reader_and_the_page(page):
    colour = "() => getComputedStyle(document.querySelector('.page')).fill"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(colour)
    assert light != dark
    page.evaluate("view.element.dataset.theme = 'light'")
    assert page.evaluate(colour) == light
    page.emulate_media(color_scheme="light")
    page.evaluate("view.element.dataset.theme = 'dark'")
    assert page.evaluate(colour) == dark


def test_the_script_can_be_loaded_twice(page):
    page.add_script_tag(content=script())
    assert page.evaluate("typeof FloorView") == "function"
