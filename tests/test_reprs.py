"""What a notebook shows of a result: its shapes, and not its hundred thousands of numbers."""

from incentive_env import evaluate, explain, simulate


def test_results_are_short_to_look_at(small):
    results = [simulate(small, "flat_salary", [1, 2], 8), explain(small, "flat_salary", [1, 2], 8)]
    for result in (*results, evaluate(small, "flat_salary", range(2))):
        assert len(repr(result)) < 600
        assert repr(result).startswith(f"{type(result).__name__}(")
    assert "floor_weeks=[16]" in repr(results[0])
