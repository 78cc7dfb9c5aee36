"""What the browser gets: a drawing that a script paints, the film as data, and stills that need no script."""

import json
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from worlds import SMALL

from incentive_env.rendering import film_data, script, still, svg
from incentive_env.rendering.layout import layout
from incentive_env.rendering.palette import VACANT, WRONGED, slot_codes

NAMESPACE = "{http://www.w3.org/2000/svg}"
REPS, SLOTS = SMALL["salesforce.reps"], SMALL["market.slots"]


def _slots(root: ElementTree.Element) -> list[str]:
    return [dot.get("class", "") for dot in root.iter(f"{NAMESPACE}circle") if dot.get("data-slot")]


def _parts(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return root.findall(f".//*[@data-part='{name}']")


def test_the_drawing_has_a_place_for_every_rep_and_customer(small):
    root = ElementTree.fromstring(svg(small))
    assert len(root.findall(".//*[@data-rep]")) == REPS
    assert len(_slots(root)) == REPS * SLOTS
    assert len(_parts(root, "bar")) == REPS * (2 + 5)
    place = layout(REPS, SLOTS)
    assert root.get("viewBox") == f"0 0 {place.width} {place.height}"


def test_the_drawing_has_a_name_and_a_description_for_those_who_cannot_see_it(small):
    root = ElementTree.fromstring(svg(small, name="mine"))
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert ids == list(named) == ["mine-title", "mine-description"]
    assert named["mine-title"].text == "The floor of telesales"


def test_nothing_is_fetched_and_no_rule_reaches_beyond_the_drawing(small):
    drawing = svg(small).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http" not in drawing
    assert "url(" not in drawing
    assert "http" not in script()
    style = ElementTree.fromstring(svg(small)).find(f"{NAMESPACE}style").text
    selectors = [rule.rpartition("{")[0].rpartition("{")[-1] for rule in style.split("}") if "{" in rule]
    assert all(part.startswith(".floor-view") for rule in selectors for part in rule.split(","))


@pytest.mark.parametrize("week", [0, 30])
def test_a_still_shows_the_frame(frames, week):
    frame = frames[week]
    root = ElementTree.fromstring(still(frame))
    codes = slot_codes(frame.customers, frame.left_wronged, 6.5, 8.5).ravel()
    assert _slots(root) == [f"slot-{chr(ord('a') + code)}" for code in codes]
    crosses = "".join(path.get("d", "") for path in _parts(root, "crosses"))
    assert crosses.count("M") == frame.left_wronged.sum()
    strains = [bar for bar in _parts(root, "bar") if bar.get("class") == "strain"]
    shown = [float(bar.get("width")) / float(bar.get("data-full")) for bar in strains]
    assert shown == pytest.approx(frame.strain / 1.5 * frame.present, abs=0.001)
    seated = [group.get("visibility") == "visible" for group in _parts(root, "seated")]
    assert seated == frame.present.tolist()


def test_stretches_of_calls_end_where_the_next_begins_and_fill_the_bar(floor_of):
    gamed = np.zeros((1, 9))
    gamed[0, [0, 1, 6]] = 1.0, 2.0, 4.0
    root = ElementTree.fromstring(still(floor_of(reps=1, clean=[3.0], gamed=gamed)))
    ends = {bar.get("class"): float(bar.get("width")) / float(bar.get("data-full")) for bar in _parts(root, "bar")}
    assert [ends[f"conduct-{stretch}"] for stretch in range(5)] == pytest.approx([0.3, 0.4, 0.6, 1.0, 1.0])
    drawn = [bar.get("class") for bar in _parts(root, "bar")][2:]
    assert drawn == [f"conduct-{stretch}" for stretch in (4, 3, 2, 1, 0)]  # the first lies on top


def test_a_name_with_signs_of_markup_stays_a_name(floor_of):
    frame = floor_of(scenario='<b>"5 > 3" & so on</b>')
    root = ElementTree.fromstring(still(frame, name='a"b'))
    assert root.find(f"{NAMESPACE}title").text == f"The floor of {frame.scenario}"


def test_a_film_is_compact_json_with_the_words_figures_and_customers(frames):
    data = film_data(frames)
    assert json.loads(json.dumps(data)) == data
    assert len(json.dumps(data)) / len(frames) < 1000  # bytes; most of them words
    assert data["schemes"] == [
        ["scheme: base pay €600 a week · €4 a sale · 2 % of calls audited · 0.5 h coaching a week · autonomy 30 %"],
        ["scheme: base pay €520 a week · €8 a sale · target 30 % · pressure 80 %"],
    ]
    for frame, entry in zip(frames, data["frames"], strict=True):
        assert entry["scheme"] == min(frame.week, 1)
        assert entry["values"]["week"] == frame.week
        assert entry["values"]["loyalty"] == pytest.approx(frame.loyalty, abs=0.005)
        assert [bars is not None for bars in entry["bars"]] == frame.present.tolist()
        seen = Counter(entry["slots"])
        assert sum(seen.values()) == frame.customers.size
        assert seen[chr(ord("a") + WRONGED)] == frame.left_wronged.sum()
        assert seen[chr(ord("a") + VACANT)] == np.isnan(frame.customers).sum() - frame.left_wronged.sum()


def test_a_film_without_frames_is_an_error():
    with pytest.raises(ValueError, match="frames: at least one"):
        film_data([])
