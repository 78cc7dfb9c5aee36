"""The words of the header, and what happens where there are too many of them."""

import pytest
from worlds import N_LEVERS

from incentive_env import Scheme
from incentive_env.rendering.phrases import (
    description,
    figure_words,
    header_lines,
    news_words,
    rep_words,
    scheme_words,
    week_words,
)


def test_the_scheme_names_the_levers_that_are_on():
    assert scheme_words(Scheme(base_pay=520, commission=8, target=0.3, pressure=0.8)) == [
        "base pay €520 a week", "€8 a sale", "target 30 %", "pressure 80 %",
    ]  # fmt: skip
    assert scheme_words(Scheme(base_pay=600, commission=1e-7, audit=1e-5)) == ["base pay €600 a week", "nothing else"]
    assert len(scheme_words(Scheme(*[0.015] * N_LEVERS))) > 5


def test_figures_are_short_and_signed(floor_of):
    assert figure_words(floor_of()) == ["+12.3", "25 %", "50 %", "€1.2k"]
    dull = floor_of(loyalty=-0.04, conversion=None, gaming_share=0.054, cash=-35_400.0)
    assert figure_words(dull) == ["0.0", "–", "5.4 %", "−€35k"]


@pytest.mark.parametrize(
    ("cash", "shown"), [(0, "€0"), (-0.3, "€0"), (999.4, "€999"), (999.6, "€1.0k"), (9960, "€10k"), (2.54e6, "€2.5m")]
)
def test_cash_never_takes_more_than_a_few_letters(floor_of, cash, shown):
    assert figure_words(floor_of(cash=cash))[3] == shown


def test_the_week_is_that_of_the_manager_until_the_episode_ends(floor_of):
    said = [week_words(floor_of(week=week)) for week in (0, 8, 9)]
    assert said == ["opening, before the first decision", "week 8 of 8", "week 1 after the episode"]


def test_news_tells_of_events_of_the_client_and_of_the_end(floor_of):
    assert news_words(floor_of()) == "no events under way"
    bad = floor_of(events={"campaign": 1, "product_fault": 3}, volume=0.75)
    assert news_words(bad) == (
        "a campaign of the client, 1 more week; a product fault, 3 more weeks; volume cut to 75 % by the client"
    )
    assert news_words(floor_of(closed=True)) == "the floor is closed"


def test_a_rep_is_new_or_has_been_there_for_a_while_or_is_gone(floor_of):
    frame = floor_of(reps=4, present=[True, True, True, False], tenure=[0.0, 103.0, 160.0, 9.0])
    assert [rep_words(frame, rep) for rep in range(4)] == ["new", "103 wk", "3 yr", "empty seat"]
    assert [rep_words(frame, rep, narrow=True) for rep in range(4)] == ["", "", "", "empty"]


def test_a_long_scheme_takes_two_lines_and_never_a_third(floor_of):
    frame = floor_of(scheme=Scheme(600, 8, 0.3, 0.8, 0.1, 250, 14, 0.02, 3, 0.6, 500), closed=True)
    *scheme, news = header_lines(frame, 100, 3)
    assert len(scheme) == 2
    assert all(len(line) <= 100 for line in scheme)
    assert " · ".join(scheme).startswith("scheme: base pay €600 a week · €8 a sale · ")
    assert news == "the floor is closed"
    assert header_lines(frame, 40, 3)[1].endswith("…")


def test_those_who_cannot_see_the_floor_read_the_same(floor_of):
    said = description(floor_of(present=[True, False]))
    for part in ("by hand", "week 3 of 8", "true loyalty +12.3", "1 of 2 seats", "base pay", "no events"):
        assert part in said
