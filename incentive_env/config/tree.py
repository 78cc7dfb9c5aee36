"""The whole configuration: one typed tree, and nothing outside it that the model reads."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from incentive_env.config.channels import Channels
from incentive_env.config.fields import Section
from incentive_env.config.firm import Client, Cycles, Events, Floors, Management, Money, Reporting
from incentive_env.config.levers import Levers, NeutralScheme
from incentive_env.config.market import Calls, Customers, Loyalty, Market, Service, Surveys, Tactics
from incentive_env.config.mechanisms import Mechanisms
from incentive_env.config.minds import Beliefs, Care, Crowding, Kinds, KnowHow, PayMemory, Ratchet
from incentive_env.config.objective import Horizon, Rewards
from incentive_env.config.reps import (
    Decision,
    Effort,
    Learning,
    Motivation,
    Quota,
    Rationality,
    Recording,
    Salesforce,
    Skill,
    Workforce,
)
from incentive_env.support.files import check_name


class Config(Section):
    """Every number of the model; the defaults are the scenario ``telesales``.

    Load one with :func:`incentive_env.load_config`.

    The tree is frozen and hashable by content: two configs with equal numbers make equal floors.
    """

    name: Annotated[str, AfterValidator(check_name)] = Field(
        default="telesales", description="name of the scenario, shown in tables and part of files' names"
    )
    description: str = Field(
        max_length=1000,
        default="A floor of twelve reps sells telephone, television and internet for a client who wants more sales.",
        description="purpose of the scenario, in one sentence",
    )
    horizon: Horizon = Horizon()
    levers: Levers = Levers()
    neutral_scheme: NeutralScheme = NeutralScheme()
    salesforce: Salesforce = Salesforce()
    rationality: Rationality = Rationality()
    channels: Channels = Channels()
    mechanisms: Mechanisms = Mechanisms()
    quota: Quota = Quota()
    decision: Decision = Decision()
    recording: Recording = Recording()
    effort: Effort = Effort()
    learning: Learning = Learning()
    motivation: Motivation = Motivation()
    skill: Skill = Skill()
    workforce: Workforce = Workforce()
    care: Care = Care()
    know_how: KnowHow = KnowHow()
    beliefs: Beliefs = Beliefs()
    pay_memory: PayMemory = PayMemory()
    ratchet: Ratchet = Ratchet()
    crowding: Crowding = Crowding()
    kinds: Kinds = Kinds()
    market: Market = Market()
    tactics: Tactics = Tactics()
    calls: Calls = Calls()
    customers: Customers = Customers()
    loyalty: Loyalty = Loyalty()
    service: Service = Service()
    surveys: Surveys = Surveys()
    client: Client = Client()
    money: Money = Money()
    management: Management = Management()
    cycles: Cycles = Cycles()
    floors: Floors = Floors()
    events: Events = Events()
    reporting: Reporting = Reporting()
    rewards: Rewards = Rewards()

    @property
    def slots(self) -> int:
        """Customer slots of a floor."""
        return self.salesforce.reps * self.market.slots

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        horizon, loyalty, customers = self.horizon, self.loyalty, self.customers
        wrong = []
        if horizon.burn_in_weeks % horizon.decision_weeks != 0:
            wrong.append(
                "horizon.burn_in_weeks must be a multiple of horizon.decision_weeks (the quota period), "
                f"got {horizon.burn_in_weeks} and {horizon.decision_weeks}"
            )
        if horizon.scored_weeks > horizon.episode_weeks:
            wrong.append(
                "horizon.scored_weeks must be at most the episode's weeks, horizon.decisions × horizon.decision_weeks, "
                f"got {horizon.scored_weeks} and {horizon.episode_weeks}"
            )
        if loyalty.detractor >= loyalty.promoter:
            wrong.append(
                f"loyalty.detractor must be below loyalty.promoter, got {loyalty.detractor:g} and {loyalty.promoter:g}"
            )
        if customers.cooling_off_weeks >= customers.retention_weeks:
            wrong.append(
                "customers.cooling_off_weeks must be below customers.retention_weeks, "
                f"got {customers.cooling_off_weeks} and {customers.retention_weeks}"
            )
        if wrong:
            raise ValueError("; ".join(wrong))
        return self
