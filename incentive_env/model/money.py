"""What a floor usually costs, and how much the bank lends it."""

from incentive_env.model.compiled import Record, compiled
from incentive_env.model.mechanisms import CREDIT, on


@compiled
def usual_cost(p: Record) -> float:
    """€/week of a full floor at the pay of the labour market."""
    return p.money.overhead + p.salesforce.reps * p.workforce.outside_pay * (1.0 + p.money.employer_cost)


@compiled
def credit_line(p: Record) -> float:
    """€ of debt that the bank allows without asking for layoffs."""
    return p.money.credit_weeks * usual_cost(p) if on(CREDIT, p) else 0.0
