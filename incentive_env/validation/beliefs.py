"""What reps believe: audits go on deterring after they end, empty threats do not, and targets that follow results."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.measures import RECORDED_CONVERSION, Ratio, totals
from incentive_env.model.scheme import Scheme, scheme_to_action
from incentive_env.model.state import EMPTY_LOG, YEAR
from incentive_env.support.statistics import Interval, jackknife
from incentive_env.validation.contract import Band, Outcome, Picture, fact, percent_change
from incentive_env.validation.lab import FLAT, NORM_FROZEN, Lab, Run
from incentive_env.validation.quota import SELLING

QUIET, BURST, AFTER = 26, 8, 26  # weeks before, of and after a burst of audits
PERIODS = 20  # in which a target follows the last result
RAISE = 1.1  # next target / last result
_TEMPTED = FLAT._replace(commission=10.0, audit=0.02)  # enough is gamed to see a fall
_LISTENED = 0.12  # share of calls
# Cases a call, in %, of what can be heard in one; missing notes cannot.
_AUDIBLE = Ratio(
    tuple(f"gamed_{name}" for name in CHANNEL_NAMES if name != CHANNEL_NAMES[EMPTY_LOG]), per=("calls",), factor=100.0
)
_VARIANTS: dict[str, Mapping[str, Any]] = {"": {}, ", norm frozen": NORM_FROZEN}


@fact(
    claim="A burst of audits goes on deterring after its end, and that fades",
    setup="10 € a sale; after 26 weeks, 12 % of the calls heard for 8 weeks, then 2 % again, against 2 % all along; "
    "fall in gaming that can be heard (all but missing notes), as a share of that in the last four weeks of the burst; "
    "and where the norm of gaming is frozen",
    published="residual deterrence that decays; a return to the old level within months",
    source="Sherman 1990; Banerjee et al. 2019",
    needs=("audit_beliefs",),
    bands={
        f"{name}{where}": band
        for where in _VARIANTS
        for name, band in {
            "fall in the burst, points": Band(0.0),
            "left in weeks 1 to 4 after, share": Band(0.3, 0.8),
            "left in weeks 14 to 26 after, share": Band(0.0, 0.35),
        }.items()
    },
)
def residual(lab: Lab) -> Outcome:
    """Gaming after a burst."""
    end = QUIET + BURST
    estimates, series = {}, {}
    for where, change in _VARIANTS.items():
        heard = _TEMPTED._replace(audit=_LISTENED)
        calm = lab.run(_TEMPTED, end + AFTER, change=change)
        burst = lab.run(((_TEMPTED, QUIET), (heard, BURST), (_TEMPTED, AFTER)), change=change)
        fall, soon, late = (
            calm.measure(_AUDIBLE, first, last) - burst.measure(_AUDIBLE, first, last)
            for first, last in ((end - 4, end), (end, end + 4), (end + 13, end + AFTER))
        )
        estimates[f"fall in the burst, points{where}"] = jackknife(lambda mean: mean, fall)
        estimates[f"left in weeks 1 to 4 after, share{where}"] = _share(soon, fall)
        estimates[f"left in weeks 14 to 26 after, share{where}"] = _share(late, fall)
        series[f"fall{where}"] = (_by_week(calm) - _by_week(burst))[QUIET - 4 :]
    weeks = np.arange(-3, BURST + AFTER + 1)
    return Outcome(
        estimates, Picture("lines", weeks, series, "week of the burst and after", "fall in gaming, points", (BURST,))
    )


@fact(
    claim="A threat that is never carried out loses its force",
    setup="10 € a sale, 12 % of the calls heard against 2 %; fall in gaming that can be heard (all but missing notes) "
    "in the second year, where no case found is ever sanctioned against where some are; and where the norm of gaming "
    "is frozen",
    published="deterrence follows the sanctions that people see",
    source="learning from outcomes",
    needs=("audit_beliefs",),
    bands={
        f"{name}{where}": band
        for where in _VARIANTS
        for name, band in {
            "fall with sanctions, points": Band(0.0), "fall without, share of that": Band(-1.0, 0.25),
        }.items()
    },
)  # fmt: skip
def empty_threat(lab: Lab) -> Outcome:
    """Audits without sanctions."""
    estimates, bars = {}, {}
    for where, change in _VARIANTS.items():
        falls = []
        for never in ({}, {"workforce.escalation": 0.0}):
            runs = [
                lab.run(_TEMPTED._replace(audit=audit), 2 * YEAR, change={**change, **never})
                for audit in (_TEMPTED.audit, _LISTENED)
            ]
            falls.append(runs[0].measure(_AUDIBLE, YEAR) - runs[1].measure(_AUDIBLE, YEAR))
        estimates[f"fall with sanctions, points{where}"] = jackknife(lambda mean: mean, falls[0])
        estimates[f"fall without, share of that{where}"] = _share(falls[1], falls[0], least=-1.0)
        bars[f"{'norm at work' if not where else 'norm frozen'}"] = [float(fall.mean()) for fall in falls]
    labels = ["some are sanctioned", "nobody ever is"]
    return Outcome(estimates, Picture("bars", labels, bars, "", "fall in gaming in the second year, points"))


@fact(
    claim="Where targets follow results, people hold back",
    setup="5 € a sale, pressure .6; each period's target 1.1 × the floor's result of the one before, against, for each "
    "floor, a fixed target at the mean of that path; 20 periods; and where the norm of gaming is frozen",
    published="direction",
    source="Weitzman 1980; Cooper et al. 1999",
    needs=("ratchet",),
    bands={f"sales, %{where}": Band(-np.inf, 0.0) for where in _VARIANTS},
)
def ratchet(lab: Lab) -> Outcome:
    """A target that follows the result."""
    estimates, series = {}, {}
    for where, change in _VARIANTS.items():
        follows, targets = _sales_under_targets(lab, change)
        fixed, _ = _sales_under_targets(lab, change, targets.mean(axis=1))
        estimates[f"sales, %{where}"] = percent_change(follows.sum(axis=1), fixed.sum(axis=1))
        if not where:
            series = {"target follows": follows.mean(axis=0), "target fixed": fixed.mean(axis=0)}
    return Outcome(
        estimates, Picture("lines", np.arange(1, PERIODS + 1), series, "quota period", "sales of a floor and period")
    )


def _share(part: NDArray[np.float64], whole: NDArray[np.float64], *, least: float = -np.inf) -> Interval:
    """Part / whole; ``least`` if it is less: more audits may even bring more gaming."""
    return jackknife(lambda p, w: np.maximum(p / w, least), part, whole)


def _by_week(run: Run) -> NDArray[np.float64]:
    by_week: NDArray[np.float64] = _AUDIBLE.of(totals(run.weeks, axis=0))
    return by_week


def _sales_under_targets(
    lab: Lab, change: Mapping[str, Any], fixed: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sales and targets ``[floors, PERIODS]``: of targets that follow the last result, or fixed ones ``[floors]``.

    A first period without a target gives the first result.
    """
    floors = lab.open(change)
    ends, place = floors.config.levers.target, LEVER_NAMES.index("target")
    actions = np.tile(scheme_to_action(_pressed(), floors.config), (len(lab.seeds), 1)).astype(float)
    sales, targets = np.zeros((2, len(lab.seeds), PERIODS + 1))
    for period in range(PERIODS + 1):
        weeks = floors.decide(actions).floor_weeks
        result = RECORDED_CONVERSION.of(totals(weeks, axis=1))
        sales[:, period] = weeks["sales"].sum(axis=1)
        if period < PERIODS:
            targets[:, period + 1] = np.clip(RAISE * result, ends.low, ends.high) if fixed is None else fixed
            actions[:, place] = 2.0 * (targets[:, period + 1] - ends.low) / (ends.high - ends.low) - 1.0
    return sales[:, 1:], targets[:, 1:]


def _pressed() -> Scheme:
    pressed: Scheme = SELLING._replace(pressure=0.6)
    return pressed
