"""`incentive-env simulate`: summary, tables and picture of what `incentive_env.simulate` gives."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from incentive_env import load_config, simulate
from incentive_env.cli.tables import MOST_ROWS
from incentive_env.policies import FIXED, load_policy
from incentive_env.studies.evaluate import evaluate

TABLES = ("floor_weeks", "rep_weeks", "ledger")


def test_csv_and_parquet_hold_the_panel_to_the_last_row(run, tiny):
    pytest.importorskip("pyarrow")
    for kind in ("csv", "parquet"):
        result = run(
            "simulate",
            "--config",
            tiny,
            "--policy",
            "piece_rate",
            "--floors",
            2,
            "--seed",
            2**61,
            "--out",
            "t",
            "--format",
            kind,
        )
        assert result.exit_code == 0, result.output
    panel = simulate("tiny.yaml", FIXED["piece_rate"].scheme, [2**61, 2**61 + 1])
    assert sorted(path.name for path in Path("t").iterdir()) == sorted(
        f"{n}.{k}" for n in TABLES for k in ("csv", "parquet")
    )
    for name in TABLES:
        parquet, csv = pd.read_parquet(f"t/{name}.parquet"), pd.read_csv(f"t/{name}.csv")
        pd.testing.assert_frame_equal(parquet, csv, check_dtype=False, rtol=1e-9)
        keys = [key for key in ("week", "entry", "seed", "rep") if key in parquet]
        assert parquet[["week"]].equals(parquet[["week"]].sort_values("week")) == (name != "ledger")
        table = np.sort(getattr(panel, name), order=keys)
        parquet = parquet.sort_values(keys)
        assert list(parquet.columns) == list(table.dtype.names)
        for column in table.dtype.names:
            np.testing.assert_array_equal(parquet[column].to_numpy(table.dtype[column]), table[column])


def test_levers_move_a_fixed_scheme(run, tiny):
    command = ("simulate", "--config", tiny, "--policy", "piece_rate", "--floors", 1, "--out", "t")
    result = run(*command, "--lever", "audit=0.1", "--lever", "commission = 3")
    assert result.exit_code == 0, result.output
    scheme = FIXED["piece_rate"].scheme._replace(audit=0.1, commission=3.0)
    expected = simulate("tiny.yaml", scheme, [0]).floor_weeks
    np.testing.assert_allclose(pd.read_csv("t/floor_weeks.csv")["cash"], expected["cash"])


def test_the_scenarios_own_scheme_manages_where_no_policy_is_named(run, tiny):
    changed = ("--set", "neutral_scheme.commission=9", "--set", "neutral_scheme.audit=0.0")
    result = run("simulate", "--config", tiny, *changed, "--floors", 1, "--out", "t")
    assert result.exit_code == 0, result.output
    config = load_config(tiny, changed[1::2])
    printed = pd.read_csv("t/floor_weeks.csv")
    assert (printed["audit_cost"] == 0).all()
    np.testing.assert_allclose(
        printed["commission"], 9.0 * printed["recorded_sales"] * config.market.customers_per_slot
    )


def test_the_score_is_the_evaluators(run, tiny):
    printed = run("simulate", "--config", tiny, "--policy", "retention_first", "--floors", 4, "--seed", 3).stdout
    config = load_config(tiny)
    scored = evaluate(config, load_policy("retention_first", config), range(3, 7)).loyalty.mean()
    assert f"(the score, in the last 8 weeks): {scored:+.1f} points, 95 % " in printed
    assert "score" not in run("simulate", "--config", tiny, "--weeks", 5, "--floors", 1).stdout


def test_a_policy_found_for_the_parent_manages_its_variants(run):
    result = run("simulate", "--config", "decent_team", "--policy", "best_feedback", "--weeks", 4, "--floors", 1)
    assert result.exit_code == 0, result.output
    assert "decent_team under best_feedback, 1 floor\n" in re.sub(" +", " ", result.stdout).replace(" \n", "\n")


@pytest.mark.parametrize(("name", "start"), [("p.png", b"\x89PNG"), ("deep/p.svg", b"<?xml"), ("P.PDF", b"%PDF")])
def test_a_picture_is_of_the_kind_its_name_says(run, tiny, tmp_path, name, start):
    result = run("simulate", "--config", tiny, "--floors", 2, "--picture", name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in (tmp_path / name).parent.iterdir() if path.name != tiny] == [Path(name).name]


def test_a_picture_of_a_floor_that_closes_before_it_begins_is_drawn_all_the_same(run):
    result = run("simulate", "--config", "small", "--floors", 1, "--weeks", 3, "--picture", "p.png")
    assert result.exit_code == 0, result.output


def test_the_summary_is_whole_on_a_narrow_terminal(run):
    printed = run("simulate", "--policy", "quota_with_threat", "--floors", 2, columns=80).stdout
    assert max(map(len, printed.splitlines())) <= 80
    assert "…" not in printed.partition("long-term")[0]
    for word in ("recorded", "conversion", "measured", "loyalty", "gaming", "%/year", "cash"):
        assert word in printed


POLICY = "scheme: {base_pay: 700}"


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("--policy", "piece_rat"), "no policy 'piece_rat'; nearest valid name: piece_rate; policies: "),
        (("--policy", "tiny.yaml"), "tiny.yaml: holds no policy, which has a 'scheme:' or a 'kind:'"),
        (("--config", "policy.yaml"), "policy.yaml: holds a policy, and no scenario"),
        (("--config", "telesale"), "no config file or preset 'telesale'; nearest valid name: telesales"),
        (("--lever", "comission=3"), "unknown lever 'comission' (set to '3'); nearest valid name: commission; "),
        (("--lever", "commission=26"), "scheme lever commission = 26 is outside its range 0 to 25"),
        (("--lever", "commission"), "lever 'commission': must read NAME=VALUE, for example commission=8"),
        (("--lever", "audit=much"), "lever 'audit=much': must be set to a number"),
        (("--lever", "audit=nan"), "scheme lever audit = nan is outside its range 0 to 0.15"),
        (("--policy", "random", "--lever", "audit=0"), "levers can be set in a fixed scheme, and random is none"),
        (("--policy", "ppo_state", "--config", "telesales", "--lever", "audit=0"), "and ppo_state is none"),
        (("--policy", "policy.yaml", "--lever", "audit=9"), "scheme lever audit = 9 is outside its range 0 to 0.15"),
        (("--set", "salesforce.rep=3"), "salesforce.rep: unknown key"),
        (("--format", "xml"), "--format xml: must be csv or parquet"),
        (("--picture", "p.gif"), "--picture p.gif: must end in .png, .svg, .pdf"),
        (("--picture", "tiny.yaml/p.png"), "tiny.yaml/p.png: cannot be written, "),
        (("--out", "tiny.yaml"), "tiny.yaml: cannot be written, it is not a folder"),
        (("--floors", 100_000, "--weeks", 20), f"are 6,000,000 rows, more than {MOST_ROWS:,}: ask for fewer floors"),
    ],
    ids=lambda words: " ".join(map(str, words)) if isinstance(words, tuple) else "",
)  # fmt: skip
def test_a_mistake_is_told_in_a_line(refused, tiny, tmp_path, arguments, printed):
    (tmp_path / "policy.yaml").write_text(POLICY)
    said = refused("simulate", *(() if "--config" in arguments else ("--config", tiny)), *arguments)
    assert printed in said
    assert len(said.splitlines()) == 1
