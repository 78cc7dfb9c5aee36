"""The results of a period: figures on the manager's report, the true figures, and the reward terms."""

import math

import numpy as np
from numba import literal_unroll

from incentive_env.config.channels import CHANNELS
from incentive_env.config.objective import Weights
from incentive_env.config.words import TRUE_FIGURES
from incentive_env.model import rng
from incentive_env.model.client import delivery, demand_in_force
from incentive_env.model.compiled import Record, Records, compiled, entry
from incentive_env.model.cycles import outside_pay
from incentive_env.model.maths import clip
from incentive_env.model.money import usual_cost
from incentive_env.model.pay import pay_of
from incentive_env.model.state import (
    CALLBACK,
    CAMPAIGN,
    COMPETITOR,
    EVENTS,
    NEWCOMERS,
    PRODUCT_FAULT,
    RUSHED,
    SURVEY,
    YEAR,
)

# Figures with noise and delay; `research` improves their precision.
MEASURED = (
    "recorded_conversion", "sales_per_rep", "calls_per_hour", "handle_time", "callback_share", "csat", "nps",
    "first_time_fixed", "service_level", "cancellations", "complaints", "churn", "do_not_call", "payroll_per_sale",
    "exits", "absence", "audit_findings", "conduct_index",
    "findings_customers", "findings_records", "findings_service", "season_index", "wage_index",
)  # fmt: skip
# Figures without noise or delay.
KNOWN = ("client_demand", "contract_met", "volume", "staffing", "cash_weeks", *EVENTS, "management_done")

GAMING = tuple(f"gaming_{channel}" for channel in CHANNELS)  # cases of each channel, as a share
_OF_CONTACTS = tuple(row.share_of == "contacts" for row in CHANNELS.values())

FIGURES = np.dtype([(name, "f8") for name in (*MEASURED, *KNOWN)], align=True)
TRUTH = np.dtype([(name, "f8") for name in TRUE_FIGURES], align=True)
TERMS = np.dtype([(name, "f8") for name in Weights.model_fields], align=True)


@entry
def report_period(
    floors: Records, totals: Records, floor_weeks: Records, flat_totals: np.ndarray, flat_weeks: np.ndarray,
    figures: Records, truth: Records, terms: Records, parameters: Records, which: np.ndarray, rows: np.ndarray,
) -> None:  # fmt: skip
    """Compute the measured figures, true figures and reward terms of a period.

    Args:
        floors: ``[floors]`` FLOOR, at the end of the period.
        totals: ``[rows]`` FLOOR_WEEK, written: sums over the period.
        floor_weeks: ``[rows, weeks]`` FLOOR_WEEK, week by week.
        flat_totals: the memory of ``totals`` as numbers ``[rows, numbers]``.
        flat_weeks: likewise of ``floor_weeks``, ``[rows, weeks, numbers]``.
        figures: ``[floors]`` FIGURES, written.
        truth: ``[floors]`` TRUTH, written.
        terms: ``[floors]`` TERMS, written.
        parameters: ``[1]`` record of the configuration.
        which: numbers of the floors that have run.
        rows: where the records of each are.
    """
    p = parameters[0]
    weeks = float(floor_weeks.shape[1])
    for place in range(len(which)):
        f, row = which[place], rows[place]
        _sum_weeks(flat_weeks[row], flat_totals[row])
        last = floor_weeks[row, floor_weeks.shape[1] - 1]
        _measure_outcomes(totals[row], figures[f], p)
        _measure_people(floors[f], totals[row], figures[f], p)
        _write_known(floors[f], totals[row], last, figures[f], weeks, p)
        _write_truth(totals[row], truth[f], weeks, p)
        _write_terms(figures[f], truth[f], terms[f])


@compiled
def _sum_weeks(weeks: np.ndarray, total: np.ndarray) -> None:
    for number in range(len(total)):
        total[number] = weeks[0, number]
    for week in range(1, len(weeks)):
        for number in range(len(total)):
            total[number] += weeks[week, number]


@entry
def observe(
    floors: Records, figures: np.ndarray, previous: np.ndarray, noise: np.ndarray, low: np.ndarray, high: np.ndarray,
    actions: np.ndarray, out: np.ndarray, parameters: Records,
) -> None:  # fmt: skip
    """Write the report as the manager sees it: measured figures noisy and late, known ones as they are.

    Args:
        floors: ``[floors]`` FLOOR.
        figures: ``[floors, figures]`` of the period.
        previous: ``[floors, figures]`` of the period before.
        noise: ``[figures]`` standard deviation of each figure's noise without research; 0 for known ones.
        low: ``[figures]`` least value shown.
        high: ``[figures]`` largest value shown.
        actions: ``[floors, levers]`` scheme in force, normalised.
        out: ``[floors, figures + levers]`` float32, written.
        parameters: ``[1]`` record of the configuration.
    """
    p = parameters[0]
    count = figures.shape[1]
    for f in range(len(floors)):
        blur = 1.0 - p.reporting.precision * floors[f].knowledge
        key = rng.week_key(floors[f].seed, floors[f].week)
        for i in range(count):
            shown = figures[f, i]
            if noise[i] > 0.0:
                shown += p.reporting.lag * blur * (previous[f, i] - shown)
                shown += p.reporting.noise * blur * noise[i] * rng.rough_normal(rng.bits(key, rng.REPORT, i))
            out[f, i] = clip(shown, low[i], high[i])
        for lever in range(actions.shape[1]):
            out[f, count + lever] = actions[f, lever]


@compiled
def _measure_outcomes(total: Record, figures: Record, p: Record) -> None:
    """Figures on sales, calls, customers and service."""
    people = p.market.customers_per_slot
    judged = total.recorded_sales + total.recorded_refusals
    logged = judged + total.recorded_callbacks
    pay = pay_of(total)
    figures.recorded_conversion = total.recorded_sales / max(judged, 1.0)
    figures.sales_per_rep = total.recorded_sales * people / max(total.present, 1.0)
    figures.calls_per_hour = logged * people / max(total.hours, 1.0)
    talk_hours = total.talk_hours + total.inbound_hours
    figures.handle_time = talk_hours * 3600.0 / max((total.calls + total.answered) * people, 1.0)
    figures.callback_share = total.recorded_callbacks / max(logged, 1.0)
    figures.csat = total.csat / max(total.surveys, 1.0)
    figures.nps = 100.0 * (total.survey_promoters - total.survey_detractors) / max(total.surveys, 1.0)
    figures.first_time_fixed = total.recorded_fixed / max(total.answered, 1.0)
    figures.service_level = total.answered_in_time / max(total.contacts, 1.0)
    cancelled = total.cooled_off + total.discovery_cancellations + total.late_cancellations
    figures.cancellations = 100.0 * cancelled / max(total.products_held, 1.0)
    figures.complaints = 100.0 * total.complaints / max(total.customers, 1.0)
    figures.churn = 100.0 * YEAR * total.churned / max(total.customers, 1.0)
    figures.do_not_call = 100.0 * total.do_not_call / max(total.calls, 1.0)
    figures.payroll_per_sale = pay / max(total.recorded_sales * people, 1.0)


@compiled
def _measure_people(floor: Record, total: Record, figures: Record, p: Record) -> None:
    """Figures on the reps, audits and mystery calls."""
    present = max(total.present, 1.0)
    figures.exits = 100.0 * YEAR * (total.quits + total.dismissals) / present
    figures.absence = total.absent_hours / (present * p.salesforce.weekly_hours)
    heard = floor.scheme.audit * (total.calls + total.answered) * p.market.customers_per_slot
    customers, records, service = 0.0, 0.0, 0.0
    for channel in range(CALLBACK):
        customers += total.found[channel]
    for channel in range(CALLBACK, SURVEY):
        records += total.found[channel]
    for channel in range(SURVEY, len(total.found)):
        service += total.found[channel]
    per_heard = 100.0 / heard if heard >= 1.0 else 0.0
    figures.findings_customers = per_heard * customers
    figures.findings_records = per_heard * records
    figures.findings_service = per_heard * service
    figures.audit_findings = per_heard * (customers + records + service)
    figures.season_index = 100.0 * floor.season
    figures.wage_index = 100.0 * (outside_pay(floor, p) / p.workforce.outside_pay - 1.0)
    figures.conduct_index = _make_mystery_calls(floor, total, p)


@compiled
def _make_mystery_calls(floor: Record, total: Record, p: Record) -> float:
    """Share of manipulative calls in a sample of test calls; without knowledge from research it stays at 0.5."""
    manipulative = 0.0
    for channel in range(CALLBACK):
        manipulative += total.gamed[channel]
    share = manipulative / max(total.calls, 1.0)
    calls = max(1.0, p.reporting.mystery_calls * floor.knowledge)
    luck = rng.rough_normal(rng.bits(rng.week_key(floor.seed, floor.week), rng.REPORT + 32, 0))
    seen = clip(share + math.sqrt(share * (1.0 - share) / calls) * luck, 0.0, 1.0)
    return 0.5 + floor.knowledge * (seen - 0.5)


@compiled
def _write_known(floor: Record, total: Record, last: Record, figures: Record, weeks: float, p: Record) -> None:
    figures.client_demand = demand_in_force(floor, p)
    figures.contract_met = delivery(floor, total, weeks, p) / figures.client_demand
    figures.volume = floor.volume
    figures.staffing = last.present / p.salesforce.reps
    figures.cash_weeks = floor.cash / usual_cost(p)
    figures.management_done = floor.managed
    figures.campaign = floor.event_weeks_left[CAMPAIGN]
    figures.product_fault = floor.event_weeks_left[PRODUCT_FAULT]
    figures.competitor = floor.event_weeks_left[COMPETITOR]
    figures.newcomers = floor.event_weeks_left[NEWCOMERS]


@compiled
def _write_truth(total: Record, truth: Record, weeks: float, p: Record) -> None:
    slots = p.salesforce.reps * p.market.slots * weeks
    customers = max(total.customers, 1.0)
    calls = max(total.calls, 1.0)
    contacts = max(total.answered, 1.0)
    present = max(total.present, 1.0)
    truth.loyalty = 100.0 * (total.promoters - total.detractors - total.left_wronged) / slots
    truth.nps = 100.0 * (total.promoters - total.detractors) / customers
    truth.conversion = total.sales / calls
    truth.profit = profit_of(total)
    truth.wellbeing = 100.0 * total.engagement / present
    handled = max(total.calls + total.answered, 1.0)
    truth.gaming_share = (total.gamed_calls + total.gamed[RUSHED]) / handled
    truth.trust = total.trust / customers
    truth.irritation = total.irritation / customers
    truth.satisfaction = total.satisfaction / customers
    truth.debt = total.debt / customers
    truth.left_wronged = total.left_wronged / slots
    truth.norm = total.norm / weeks
    truth.strain = total.strain / present
    truth.motivation = total.motivation / present
    truth.care = total.care / present
    truth.know_how = total.know_how / present
    channel = 0
    for name in literal_unroll(GAMING):
        truth[name] = total.gamed[channel] / (contacts if _OF_CONTACTS[channel] else calls)
        channel += 1  # noqa: SIM113 (an unrolled loop cannot be counted)
    truth.first_time_fixed = total.fixed / contacts
    truth.profit_per_customer = YEAR * truth.profit / (slots * p.market.customers_per_slot)


@compiled
def profit_of(total: Record) -> float:
    """€ in minus € out."""
    income = total.revenue + total.trail_fees + total.inbound_fees + total.fine
    pay = pay_of(total)
    running = total.overhead + total.audit_cost + total.coaching_cost + total.research_cost + total.hiring_cost
    running += total.interest
    return float(income - total.refunds - pay - total.employer_cost - running)


@compiled
def _write_terms(figures: Record, truth: Record, terms: Record) -> None:
    """Reward terms, each about 0 on a usual floor and one unit between a bad and a good scheme."""
    terms.conversion = 10.0 * (figures.recorded_conversion - 0.2)
    terms.survey = figures.nps / 100.0
    terms.service = 2.0 * (figures.service_level - 0.7)
    terms.profit = truth.profit_per_customer / 10.0
    terms.loyalty = truth.loyalty / 100.0
    terms.wellbeing = truth.wellbeing / 100.0
