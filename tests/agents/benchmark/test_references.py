"""Reference scores: from results to the shipped file, and what asks for those that there are none of."""

import pytest

import incentive_env
from agents.benchmark.analysis.references import references_of
from agents.benchmark.results import ResultsError
from incentive_env.studies import references

ID = "incentive_env/Telesales-v1"


@pytest.fixture
def results(make_cell, make_results):
    def build(state):
        cells = [
            make_cell("flat_salary", {"telesales": [0.0, 4.0]}, scenario="telesales"),
            make_cell("static", {"telesales": [10.0, 20.0]}, scenario="telesales", kind="searched"),
            make_cell("ppo_state", {"telesales": state}, scenario="telesales", kind="true_state", reward="loyalty"),
        ]
        return make_results(cells, held_out={"telesales": []})

    return build


def test_the_best_fixed_scheme_and_the_true_state_are_the_ends_of_the_scale(results, monkeypatch):
    content = references_of(
        results([30.0, 40.0]), {ID: "telesales", "incentive_env/ContactCenter-v1": "contact_center"}
    )
    monkeypatch.setattr(references, "_content", lambda: content)
    scores = incentive_env.reference_scores(ID)
    assert (scores.fixed, scores.true_state) == (15.0, 35.0)
    assert scores.normalised(15.0) == 0.0
    assert scores.normalised(40.0) == 1.25  # it is no bound
    # A return is the loyalty of each of 39 periods, over 100; loyalty was the same throughout.
    assert (scores.fixed_return, scores.true_state_return) == pytest.approx((0.15 * 39, 0.35 * 39))
    with pytest.raises(incentive_env.ConfigError, match=f"ids that have them: {ID};"):
        incentive_env.reference_scores("incentive_env/ContactCenter-v1")
    content[ID]["fingerprint"] = "of before"
    with pytest.raises(incentive_env.ConfigError, match="were measured on another version of the scenario telesales"):
        incentive_env.reference_scores(ID)


def test_results_without_both_ends_are_refused(results):
    with pytest.raises(ResultsError, match="no policy that sees the true state is above the best fixed scheme"):
        references_of(results([10.0, 10.0]), {ID: "telesales"})
    with pytest.raises(ResultsError, match="small: holds none of the homes contact_center"):
        references_of(results([30.0, 40.0]), {ID: "contact_center"})
