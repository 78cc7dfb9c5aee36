"""The laboratory follows each sale, and runs what it is asked for once."""

import numpy as np
import pytest
from worlds import QUIET, small_config

from incentive_env import Scheme
from incentive_env.validation import Lab

PAID = Scheme(base_pay=600, commission=15)
WEEKS = 32
KNOWN = WEEKS - 26  # sales of the last 26 weeks are not followed to their end
NEVER_DISCOVERED = {**QUIET, **{f"tactics.{t}.cooling_off": 0.0 for t in ("pressure", "withhold", "disparage")},
                    "tactics.false_promise.cooling_off": 0.0}  # fmt: skip


def sales(overrides, floors=8):
    found = Lab(small_config(overrides), range(floors)).run(PAID, WEEKS, follow=True).sales
    assert found.booked[:, :KNOWN].sum() > 50
    return found.booked[:, :KNOWN].sum(), found.cooled[:, :KNOWN].sum(), found.kept[:, :KNOWN].sum()


def test_where_nothing_is_cancelled_every_sale_is_kept():
    booked, cooled, kept = sales(NEVER_DISCOVERED)
    assert booked == cooled == kept


def test_a_sale_that_does_not_survive_the_cooling_off_is_not_kept():
    always = {f"tactics.{t}.cooling_off": 1.0 for t in ("honest", "pressure", "withhold", "false_promise", "disparage")}
    booked, cooled, kept = sales({**NEVER_DISCOVERED, **always})
    assert booked > 0
    # A renewal within the cooling-off puts the old sale's off; no more than these few survive.
    assert kept <= cooled < 0.2 * booked


def test_late_cancellations_thin_out_what_cooled():
    booked, cooled, kept = sales(
        {**NEVER_DISCOVERED, "customers.late_cancellation": 0.02, "customers.late_loyalty": 0.0}, 64
    )
    assert cooled > 0.9 * booked
    expected = (1.0 - 0.02) ** 24
    assert 0.85 * expected < kept / cooled < 1.15 * expected


def test_a_run_is_made_once_and_is_the_same_floors_as_ever():
    lab = Lab(small_config(), range(4))
    assert lab.run(PAID, 8) is lab.run(PAID, 8)
    assert lab.run([(PAID, 4), (PAID, 4)]).weeks.tobytes() == lab.run(PAID, 8).weeks.tobytes()
    assert lab.run(PAID, 8, change={"skill.ability": 0.5}).weeks.tobytes() != lab.run(PAID, 8).weeks.tobytes()


def test_client_and_bank_cannot_close_a_floor_of_the_laboratory():
    config = Lab(small_config({"client.may_leave": True, "money.insolvency": True}), range(1)).config
    assert not config.client.may_leave
    assert not config.money.insolvency


def test_a_quota_is_relative_to_what_is_recorded_without_one():
    lab = Lab(small_config(), range(8))
    run = lab.run(PAID, 24)
    recorded = run.total("recorded_sales", 8).mean() / np.mean(
        run.total("recorded_sales", 8) + run.total("recorded_refusals", 8)
    )
    scheme = lab.quota(PAID, 1.2)
    assert scheme.target == pytest.approx(min(1.2 * recorded, 0.4))
    assert scheme._replace(target=0.0) == PAID
