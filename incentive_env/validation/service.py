"""The contact centre: steering on output figures against steering on input, and what research is worth."""

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.measures import SERVICE_LEVEL, TRUE_NPS, Ratio
from incentive_env.model.state import YEAR
from incentive_env.validation.contract import CONTACT_CENTER, Band, Outcome, Picture, difference, fact
from incentive_env.validation.lab import FLAT, Lab, Run

START = 4
ON_OUTPUT = FLAT._replace(target=0.85, pressure=0.6, activity_pay=0.3)
ON_INPUT = FLAT._replace(coaching=4.0, autonomy=0.5)
# First time fixed on file minus in truth, points.
_EMBELLISHED = Ratio(("recorded_fixed",), minus=("fixed",), per=("answered",), factor=100.0)


@fact(
    claim="Steering on output alone relieves the figure for a short time, and then it falls back",
    setup="flat pay against a target on first time fixed with pressure .6 and pay for each contact; service level of "
    "the first 4 weeks and of the second year",
    published="contact centres that steer on output figures (practitioners' reports)",
    source="the second observation behind this model",
    bands={"first weeks, points more": Band(0.0), "second year, points less": Band(0.0),
           "first time fixed on file above truth, points more": Band(0.0)},
    book=CONTACT_CENTER,
)  # fmt: skip
def output_steering(lab: Lab) -> Outcome:
    """Targets on figures."""
    flat, pressed = lab.run(FLAT, 2 * YEAR), lab.run(ON_OUTPUT, 2 * YEAR)
    embellished = [run.measure(_EMBELLISHED, YEAR) for run in (pressed, flat)]
    estimates = {
        "first weeks, points more": difference(_service(pressed, 0, START), _service(flat, 0, START)),
        "second year, points less": difference(_service(flat, YEAR), _service(pressed, YEAR)),
        "first time fixed on file above truth, points more": difference(*embellished),
    }
    return Outcome(estimates, _picture(lab))


@fact(
    claim="Steering on input is slower, and lasts",
    setup="flat pay against 4 hours of coaching a week and autonomy .5; service level; slower: the first 4 weeks "
    "beside those of steering on output; lasts: the second year beside flat pay and beside steering on output",
    published="contact centres that steer on skill and conduct (practitioners' reports)",
    source="the second observation behind this model",
    bands={"first weeks, points less than on output": Band(0.0), "second year, points more than flat": Band(0.0),
           "second year above first half year, points": Band(0.0)},
    book=CONTACT_CENTER,
)  # fmt: skip
def input_steering(lab: Lab) -> Outcome:
    """Skill and conduct."""
    flat, pressed, coached = (lab.run(scheme, 2 * YEAR) for scheme in (FLAT, ON_OUTPUT, ON_INPUT))
    estimates = {
        "first weeks, points less than on output": difference(_service(pressed, 0, START), _service(coached, 0, START)),
        "second year, points more than flat": difference(_service(coached, YEAR), _service(flat, YEAR)),
        "second year above first half year, points": difference(
            _service(coached, YEAR), _service(coached, 0, YEAR // 2)
        ),
    }
    return Outcome(estimates, _picture(lab))


@fact(
    claim="Research raises what a policy that uses it reaches, and is wasted on one that does not",
    setup="1 000 € a week for research, beside coaching and beside flat pay; true NPS of the second year",
    published="firms that pay for research into causes (practitioners' reports)",
    source="the second observation behind this model",
    bands={"with coaching, points": Band(0.0), "without, points": Band(-1.0, 1.0)},
    book=CONTACT_CENTER,
)
def research(lab: Lab) -> Outcome:
    """Knowledge aims the coaching."""
    nps = {}
    for name, scheme in (("flat pay", FLAT), ("coaching", ON_INPUT)):
        for spent in (0.0, 1000.0):
            nps[name, spent] = lab.run(scheme._replace(research=spent), 2 * YEAR).measure(TRUE_NPS, YEAR)
    estimates = {
        "with coaching, points": difference(nps["coaching", 1000.0], nps["coaching", 0.0]),
        "without, points": difference(nps["flat pay", 1000.0], nps["flat pay", 0.0]),
    }
    bars = {
        f"{spent:g} € a week": [float(nps[n, spent].mean()) for n in ("flat pay", "coaching")]
        for spent in (0.0, 1000.0)
    }
    return Outcome(estimates, Picture("bars", ["flat pay", "coaching"], bars, "", "true NPS, second year"))


def _service(run: Run, first: int, last: int | None = None) -> NDArray[np.float64]:
    """Service level ``[floors]``, points."""
    return run.measure(SERVICE_LEVEL, first, last)


def _picture(lab: Lab) -> Picture:
    schemes = {"flat pay": FLAT, "on output": ON_OUTPUT, "on input": ON_INPUT}
    series = {}
    for name, scheme in schemes.items():
        weeks = lab.run(scheme, 2 * YEAR).weeks
        level = 100 * weeks["answered_in_time"].sum(axis=0) / weeks["contacts"].sum(axis=0)
        series[name] = level.reshape(-1, START).mean(axis=1)
    return Picture("lines", np.arange(START, 2 * YEAR + 1, START), series, "week", "service level, %")
