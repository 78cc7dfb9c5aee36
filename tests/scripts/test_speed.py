"""Speed: statistics, the reference loop, the guard's judgement and the script. No test asserts seconds."""

import json
import platform
import re
from pathlib import Path

import numpy as np
import pytest

from agents.provenance import provenance, version_note
from agents.speed import comparison, figures, growth, guard, learning
from agents.speed.guard import FORMS, MARGIN, MARGIN_ELSEWHERE, WHAT, Verdict
from agents.speed.peer import Peer, PeerFailed
from agents.speed.reference import NUMBERS, RATE, fast_week, plain_week
from agents.speed.report import CLOSE, OPEN, markdown, with_tables
from agents.speed.sweeps import with_table
from agents.speed.timing import interleave, median, ratio
from incentive_env import load_config
from incentive_env.model.state import empty_state
from incentive_env.support.sealed import read_sealed, write_sealed
from incentive_env.support.texts import read_json

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = {"batch": {"bare": 6.7, "plain": 1.6}, "env": {"bare": 7.7, "plain": 1.8}}
INTERVAL = {"value", "low", "high"}


def measured(rng, *, loss=1.0, noise=0.0, mood=1.0, rounds=guard.ROUNDS):
    """Ratios as they would be measured.

    Args:
        rng: of the noise.
        loss: times that the simulator takes longer than committed.
        noise: share, of a round's times; even.
        mood: times that code takes longer in every round, but for the bare loop.
        rounds: how many.
    """
    loops = {"bare": np.ones(rounds), "plain": np.full(rounds, mood * COMMITTED["batch"]["bare"] / 1.6)}
    noisy = lambda times: times * rng.uniform(1.0 - noise, 1.0 + noise, rounds)  # noqa: E731
    loops = {form: noisy(times) for form, times in loops.items()}
    found = {}
    for what, of in COMMITTED.items():
        work = noisy(np.full(rounds, loss * mood * of["bare"]))
        found[what] = {form: ratio(work, loops[form]) for form in FORMS}
    return found


def verdicts(ratios):
    return {one.verdict for one in guard.judge(ratios, COMMITTED)}


def test_a_loss_by_half_fails_and_noise_does_not():
    rng = np.random.default_rng(0)
    for _ in range(200):
        assert verdicts(measured(rng, loss=2.0, noise=0.2)) == {Verdict.LOSS}
        assert verdicts(measured(rng, noise=0.2)) == {Verdict.SAME}
    assert verdicts(measured(rng, loss=0.5, noise=0.2)) == {Verdict.GAIN}


def test_a_mood_of_the_machine_that_spares_the_bare_loop_does_not_fail():
    assert verdicts(measured(np.random.default_rng(0), mood=1.5, noise=0.05)) == {Verdict.SAME}
    assert verdicts(measured(np.random.default_rng(0), mood=1.5, noise=0.05, loss=2.0)) == {Verdict.LOSS}


def test_a_few_rounds_that_are_far_off_decide_nothing():
    rng = np.random.default_rng(0)
    times = rng.uniform(0.98, 1.02, guard.ROUNDS)
    times[:6] *= 10.0
    found = ratio(times, np.ones(guard.ROUNDS))
    assert 0.98 < found.low <= found.value <= found.high < 1.02


def test_the_verdict_is_a_sentence_with_all_figures():
    batch, env = guard.judge(measured(np.random.default_rng(0), loss=2.0), COMMITTED)
    assert str(batch) == (
        "clearly slower: a batch of 256 floors takes 13.40 (13.40 … 13.40) times as long as the bare reference loop, "
        "committed 6.70; 3.20 (3.20 … 3.20) times as long as the plain reference loop, committed 1.60; "
        "1.3 times that is allowed"
    )
    assert str(env).startswith("clearly slower: a single Env takes 15.40")


@pytest.mark.parametrize(("count", "cut"), [(1, 0), (5, 0), (6, 0), (9, 1), (24, 6), (40, 13)])
def test_the_interval_of_a_median_is_that_of_the_sign_test(count, cut):
    """Places after the tables for binomial proportions (Hollander & Wolfe 1973, table A.2)."""
    values = np.random.default_rng(0).permutation(np.arange(float(count)))
    found = median(values)
    assert found == (np.median(values), float(cut), float(count - 1 - cut))


def test_the_interval_covers_the_median():
    rng = np.random.default_rng(0)
    found = [median(rng.lognormal(size=20)) for _ in range(2000)]
    covered = np.mean([low <= 1.0 <= high for _, low, high in found])
    assert 0.94 <= covered <= 0.98


def test_tasks_take_turns_and_the_first_round_does_not_count():
    done = []

    def task(name):
        def work():
            done.append(name)
            return float(len(done))

        return work

    times = interleave({"a": task("a"), "b": task("b")}, 2)
    assert done == ["b", "a", "a", "b", "b", "a"]
    assert {name: list(found) for name, found in times.items()} == {"a": [3.0, 6.0], "b": [4.0, 5.0]}


def _one_pass(numbers, key):
    """The reference's week in plain numpy, customers and numbers at once."""
    customers = np.arange(numbers.shape[1], dtype=np.uint64)
    draws = np.arange(NUMBERS, dtype=np.uint64)[:, None]
    z = np.uint64(key) + customers * np.uint64(8) + draws * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    uniforms = (z >> np.uint64(12)).astype(float) / 2.0**52
    following = np.roll(numbers, -1, axis=0)
    return numbers + RATE * (1.0 / (1.0 + np.exp(uniforms - following)) - numbers)


@pytest.mark.parametrize("week", [fast_week, plain_week], ids=["fast", "plain"])
def test_the_reference_loop_computes_what_it_says(week):
    """On wide numbers too: a range reduction that the compiler had reasoned away would show."""
    for reach in (1.0, 600.0):
        numbers = np.random.default_rng(0).uniform(-reach, reach, (NUMBERS, 603))
        expected = _one_pass(numbers, 7)
        week(tuple(numbers), np.uint64(7))
        np.testing.assert_allclose(numbers, expected, rtol=0.0, atol=1e-9)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 assembler")
def test_the_reference_loop_takes_several_customers_at_once():
    fast_week(tuple(np.zeros((NUMBERS, 8))), np.uint64(7))
    assembler = "".join(fast_week.inspect_asm().values())
    assert "divpd" in assembler  # a division of several doubles


def test_the_whole_state_is_read_and_written(small):
    """Every field of every customer changes, whatever fields there are; feelings are doubles of the reference's own."""
    from agents.speed import reference

    customers = empty_state(2, small.salesforce.reps, small.market.slots, small.market.products).customers
    feelings, need, *others = reference._sorted_out(customers)
    reference.whole(feelings, need, *others, 4)
    fields = [*feelings, need, *(field for kind in others for field in kind)]
    assert sorted(field.size for field in fields) == sorted(field.size for field in customers)
    for field in fields:
        assert np.count_nonzero(field) == field.size


def test_exponents():
    sizes = (1, 2, 4, 8)
    assert growth.exponent(sizes, [3.0 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert growth.exponent(sizes, [2.0] * 4) == pytest.approx(0.0)


def test_ahead_is_ahead_twice():
    assert learning.first_of_a_row([False, True, False, True, True, True]) == 3
    assert learning.first_of_a_row([True, False, True]) is None
    assert learning.first_of_a_row([]) is None


def test_a_peer_that_fails_is_told_and_the_others_are_measured(small, monkeypatch):
    def measure(peer, seconds):
        if peer.name == "broken":
            raise PeerFailed(peer.name, "no such module")
        return {
            "peer": "Fine", "package": "fine", "version": "1", "batch": 1, "entities_per_step": 2, "what": "A thing.",
            "updates_per_second": 4, "steps_per_second": 2,
        }  # fmt: skip

    peers = [Peer("broken", Path("broken.py"), Path("python")), Peer("fine", Path("fine.py"), Path("python"))]
    monkeypatch.setattr(comparison.peer, "installed", lambda: peers)
    monkeypatch.setattr(comparison.peer, "missing", lambda: ["absent"])
    monkeypatch.setattr(comparison.peer, "measure", measure)
    for rate in ("core_rate", "episodes_rate"):
        monkeypatch.setattr(comparison, rate, lambda _: lambda: 8.0)
    printed = comparison.measure(small, 2)
    assert printed["failed"] == {"broken": "no such module"}
    assert printed["missing"] == ["absent"]
    (row,) = printed["rows"]
    assert (row["name"], row["ours"]["core"]["value"]) == ("fine", 2.0)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The output of a quick run of the simulator's part, and its file."""
    import speed
    from typer.testing import CliRunner

    out = tmp_path_factory.mktemp("speed") / "speed.json"
    arguments = ["--quick", "--only", "simulator", "--repeats", "1", "--json", "--out", str(out)]
    return CliRunner().invoke(speed.main, arguments), out


def test_a_quick_run_prints_json_and_nothing_else(quick):
    result, out = quick
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert printed == read_sealed(out)
    assert set(printed) == {"format", "quick", "provenance", "simulator", "guard"}
    assert printed["quick"] is True
    assert set(printed["simulator"]) == {"reference", "rows"}
    assert {form: set(of["ns"]) for form, of in printed["simulator"]["reference"].items()} == {
        "whole": INTERVAL, "bare": INTERVAL, "plain": INTERVAL,
    }  # fmt: skip
    for row in printed["simulator"]["rows"]:
        assert set(row) == {
            "env", "floors", "threads", "pay", "ns", "customer_weeks_per_second", "floor_weeks_per_second",
            "env_steps_per_second", "ratio", "outside", "cores",
        }  # fmt: skip
        assert row["customer_weeks_per_second"] == pytest.approx(600 * row["floor_weeks_per_second"])
        assert row["floor_weeks_per_second"] == pytest.approx(4 * row["env_steps_per_second"])
        assert 0.0 < row["outside"]["value"] < 1.0
        assert set(row["ratio"]) == {"whole", "bare"}
    assert {(row["env"], row["floors"], row["threads"] > 1, row["pay"]) for row in printed["simulator"]["rows"]} >= {
        ("Env", 1, False, "neutral"), ("Env", 1, False, "random"), ("VectorEnv", 256, False, "neutral"),
        ("VectorEnv", 256, True, "neutral"), ("VectorEnv", 256, False, "random"),
    }  # fmt: skip
    assert {what: {form: set(of) for form, of in forms.items()} for what, forms in printed["guard"].items()} == {
        what: dict.fromkeys(FORMS, INTERVAL) for what in WHAT
    }
    assert "simulator: about" in result.stderr


def test_figures_become_a_page(quick, run, tmp_path):
    Path("page.md").write_text(f"before\n{OPEN}\nold\n{CLOSE}\nafter\n")
    result = run("speed", "--page", quick[1], "--into", "page.md")
    assert result.exit_code == 0, result.output
    text = Path("page.md").read_text()
    assert text.startswith(f"before\n{OPEN}\n")
    assert text.endswith(f"{CLOSE}\nafter\n")
    assert "old" not in text
    assert re.search(r"\| VectorEnv \| 256 \| 1 \| \d\.\d \| neutral \|", text)  # a busy machine gives less than a core
    assert "A quick trial run" in text


@pytest.fixture
def checked(run, monkeypatch, tmp_path):
    """Check against `COMMITTED` with made-up measurements."""

    def start(*, here=True, **made_up):
        origin = provenance()
        machine = origin["machine"] if here else {"cpu": "another", "architecture": "one"}
        ratios = {what: {form: {"value": value} for form, value in of.items()} for what, of in COMMITTED.items()}
        file = tmp_path / "committed.json"
        write_sealed(file, {"format": 1, "provenance": {"machine": machine}, "guard": ratios})
        monkeypatch.setattr(guard, "measure", lambda *_: measured(np.random.default_rng(0), **made_up))
        return run("speed", "--check", file)

    return start


@pytest.mark.parametrize(
    ("made_up", "code", "printed"),
    [
        ({"loss": 2.0, "noise": 0.2}, 1, "clearly slower"),
        ({"noise": 0.2}, 0, "no clear change"),
        ({"loss": 0.5, "noise": 0.2}, 0, "clearly faster, renew the committed figures"),
        ({"loss": 1.5, "here": False}, 0, "another kind of CPU"),
        ({"loss": 2.5, "here": False}, 1, "clearly slower"),
    ],
)
def test_the_check_fails_on_a_clear_loss_only(checked, made_up, code, printed):
    result = checked(**made_up)
    assert result.exit_code == code, result.output
    assert printed in result.stdout


def test_a_fault_of_the_check_is_no_loss(checked, monkeypatch):
    def broken(*_):
        raise RuntimeError("compiler on fire")

    monkeypatch.setattr(guard, "judge", broken)
    assert checked().exit_code == 2


def test_margins_are_sane():
    assert 1.0 < MARGIN < MARGIN_ELSEWHERE


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("--only", "simulater"), "no part 'simulater'; nearest valid name: simulator; parts: simulator, startup,"),
        (("--only", ""), "no part ''"),
        (("--only", "growth", "--until-better"), "--until-better belongs to the part training"),
        (("--until-better", "--plan", "ppo_lang"), "no training file 'ppo_lang'"),
        (("--check", "missing.json"), "missing.json: cannot be read"),
        (("--check", "cut.json"), "cut.json: cannot be read"),
        (("--check", "other.json"), "other.json: holds no figures of scripts/maintain/speed.py"),
        (("--check", "partly.json"), "partly.json: holds no guard; run scripts/maintain/speed.py"),
        (("--check", "nonsense.json"), "nonsense.json: holds no ratios; run scripts/maintain/speed.py"),
        (("--page", "missing.json", "--into", "page.md"), "missing.json: cannot be read"),
        (("--page", "partly.json", "--into", "page.md"), "page.md: holds no place for tables"),
        (("--out", "page.md/x.json"), "page.md/x.json: cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_line(refused, arguments, printed):
    origin = {"format": 1, "quick": False, "provenance": {}}
    Path("cut.json").write_text('{"format": 1, "gua')
    Path("other.json").write_text("[]")
    write_sealed(Path("partly.json"), origin)
    write_sealed(Path("nonsense.json"), {**origin, "guard": {"batch": {"bare": {"value": -1}}}})
    Path("page.md").write_text("a page without marks")
    assert printed in refused("speed", *arguments)


def test_parts_are_those_that_the_help_names(run):
    assert figures.chosen("growth, simulator") == ["simulator", "growth"]
    printed = run("speed", "--help").output
    assert "Example: python scripts/maintain/speed.py" in " ".join(printed.split())
    assert all(part in printed for part in figures.PARTS)


def test_the_page_has_the_figures_of_the_committed_results():
    """`make speed` would change nothing but what it measures anew."""
    page = ROOT / "docs" / "performance.md"
    committed = figures.read_results(ROOT / "docs" / "results" / "speed.json", *figures.PARTS, "guard")
    assert page.read_text() == with_tables(page.read_text(), committed, page)
    assert markdown(committed).count("| VectorEnv |") >= 9


@pytest.mark.parametrize(("page", "results"), [("performance", "speed"), ("sweeps", "sweep_speed")])
def test_pages_say_of_which_version_their_timings_are(page, results):
    origin = read_json(ROOT / "docs" / "results" / f"{results}.json")["provenance"]
    assert version_note(origin) in (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def test_the_table_of_sweeps_is_that_of_the_committed_results():
    page = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    assert page == with_table(page, read_json(ROOT / "docs" / "results" / "sweep_speed.json"))


def test_the_default_scenario_is_what_the_figures_are_of():
    config = load_config()
    assert (config.salesforce.reps, config.market.slots, config.horizon.decision_weeks) == (12, 50, 4)
