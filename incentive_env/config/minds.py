"""What reps learn, believe, are used to and care about: coefficients of the mechanisms of `config.mechanisms`."""

from incentive_env.config.fields import Section, by_hand, fitted, number


class Care(Section):
    """How well a rep works, beside how much; 1 is the care at which a call does for the customer what it usually does.

    Care has a quadratic cost, so each reason to care, or to hurry, moves it in proportion.
    """

    resting: float = number(0.4, 0.0, 2.0, "1", "care of a content rep without recognition or haste", by_hand())
    motivation: float = number(0.6, 0.0, 5.0, "1", "care gained per unit of motivation above content")
    coached: float = number(0.06, 0.0, 2.0, "1", "care gained under a full coaching stock", by_hand())
    survey: float = number(
        0.1363, 0.0, 5.0, "1/100 €", "care per 100 € of survey bonus, as far as it is not steered", fitted()
    )
    deferred: float = number(0.06, 0.0, 2.0, "1", "care gained when much retention pay is at stake", by_hand())
    haste: float = number(0.06537, 0.0, 2.0, "1/€", "care lost per euro that one more call would earn now", fitted())
    least: float = number(0.10, 0.0, 1.0, "1", "least care")
    most: float = number(2.0, 1.0, 3.0, "1", "most care", by_hand())
    fixing: float = number(0.8, 0.0, 5.0, "logit", "gain in fixing a contact per unit of care above 1")


class KnowHow(Section):
    """A rep's skill at gaming, by channel, 0 to 1; half is neutral."""

    growth: float = number(
        0.2904, 0.0, 2.0, "1/week", "speed of learning from use, times the share of cases gamed", fitted()
    )
    search: float = number(
        0.2342, 0.0, 1.0, "share", "use that the search for ways is worth where gaming pays much", fitted()
    )
    search_scale: float = number(2.0, 0.01, 100.0, "€", "gain of a gamed case at which 63 % of the search takes place")
    sharing: float = number(0.03, 0.0, 1.0, "1/week", "speed of learning from colleagues who know more")
    fading: float = number(0.04334, 0.0, 1.0, "1/week", "share forgotten each week", fitted())
    worth: float = number(9.274, 0.0, 20.0, "logit", "log odds of a choice between no and full know-how", fitted())
    hiding: float = number(0.3, 0.0, 1.0, "share", "chance of being found out that full know-how saves")
    newcomer: float = number(0.20, 0.0, 1.0, "1", "know-how of a new rep")
    opening: float = number(0.15, 0.0, 1.0, "1", "mean know-how when a floor opens", by_hand())
    opening_norm: float = number(
        0.8, 0.0, 2.0, "1", "know-how that a floor opens with, per unit of its norm of gaming", by_hand()
    )
    opening_spread: float = number(0.20, 0.0, 0.5, "1", "spread of that between floors")


class Beliefs(Section):
    """What a rep believes of audits and sanctions."""

    heard_rate: float = number(
        0.8203, 0.0, 1.0, "1/week", "speed at which the believed share of calls heard moves", fitted()
    )
    own_weight: float = number(0.6, 0.0, 1.0, "share", "weight of own calls heard against those of colleagues")
    prior_heard: float = number(0.02, 0.0, 1.0, "share", "calls heard that a new rep expects")
    alarm: float = number(3.0, 0.0, 10.0, "1", "alarm per announced rise of the share of calls heard", by_hand())
    alarm_fading: float = number(0.25, 0.0, 1.0, "1/week", "share of the alarm that fades each week", by_hand())
    sanction_step: float = number(
        3.808, 0.0, 10.0, "1", "change of the believed severity per unexpected sanction", fitted()
    )
    colleagues: float = number(0.3, 0.0, 1.0, "share", "weight of a colleague's sanction against one's own")
    usual_escalation: float = number(
        0.005446, 1e-6, 1.0, "share", "share of cases found that usually brings a sanction"
    )
    forgetting: float = number(0.01, 0.0, 1.0, "1/week", "speed at which the believed severity returns to the usual")
    most_severe: float = number(4.0, 1.0, 20.0, "1", "most severe belief, as a multiple of the usual")


class PayMemory(Section):
    """What pay is compared with: what one is used to, what colleagues sell, and what others offer."""

    recent_rate: float = number(0.1, 0.0, 1.0, "1/week", "weight of the latest week in recent pay", by_hand())
    usual_rate: float = number(0.05, 0.0, 1.0, "1/week", "speed at which a rep gets used to recent pay", by_hand())
    noticed: float = number(0.05, 0.0, 1.0, "1", "fall of log pay that nobody minds, as pay varies anyway")
    cut_quit: float = number(
        10.82, 0.0, 50.0, "1", "log hazard of quitting per unit of log pay below the usual", fitted()
    )
    cut_effort: float = number(1.079, 0.0, 8.0, "share", "effort to make up for it, per unit of log pay", fitted())
    success: float = number(
        0.3295, 0.0, 5.0, "1", "fall of the log hazard per standard unit of success at flat pay", fitted()
    )
    success_paid: float = number(4.352, 0.0, 10.0, "1", "additional fall if all pay is contingent", fitted())
    success_rate: float = number(0.08, 0.0, 1.0, "1/week", "speed at which success is noticed")
    poached: float = number(2.815, 0.0, 10.0, "1", "factor on cut_quit per standard unit of success: offers", fitted())


class Ratchet(Section):
    """Whether this period's result becomes the next target, as the floor believes."""

    rate: float = number(0.35, 0.0, 1.0, "1/decision", "speed of learning from how a target was set")
    noise: float = number(0.02, 1e-4, 1.0, "share", "gap between result and target at which half is believed")
    weight: float = number(0.6, 0.0, 5.0, "1", "weight of next period's quota in this period's choices")
    effort: float = number(0.08, 0.0, 1.0, "share", "effort held back when the ratchet is certain")
    initial: float = number(0.2, 0.0, 1.0, "share", "belief when a floor opens")


class Crowding(Section):
    """What the mere presence of contingent pay does, at once."""

    effort: float = number(0.0144, 0.0, 1.0, "share", "effort lost by a rep of full motivation", fitted())
    care: float = number(0.10, 0.0, 1.0, "1", "care lost by a rep of full motivation")
    depletion: float = number(0.934, 0.0, 5.0, "1", "scruples lost per unit of strain above strain_usual", fitted())


class Kinds(Section):
    """How the sign of levers depends on the people; honest and opportunistic reps differ by their trait."""

    middle: float = number(0.64, 0.0, 1.0, "share", "honesty of a rep who is neither", by_hand())
    width: float = number(0.18, 0.01, 1.0, "share", "distance from it at which a rep is fully one or the other")
    offence: float = number(
        0.3, 0.0, 5.0, "1", "motivation an honest rep loses where 10 % of calls are heard", by_hand()
    )
    resentment: float = number(
        0.1, 0.0, 1.0, "share", "scruples an honest rep loses where 10 % of calls are heard", by_hand()
    )
    repayment: float = number(
        1.973, 0.0, 3.0, "1", "care returned for full autonomy; opportunists withhold it", fitted()
    )
    trust_power: float = number(
        1.5, 0.5, 4.0, "1", "power of autonomy in what is repaid: half of it is repaid by less than half", by_hand()
    )
    control: float = number(1.052, 0.0, 3.0, "1", "care lost where 10 % are heard; gained by opportunists", fitted())
    control_scale: float = number(
        0.03, 0.001, 10.0, "share", "share of calls heard at which 63 % of all control is felt", by_hand()
    )
    abuse: float = number(3.2, 0.0, 50.0, "1", "factor on opportunity that full opportunists add", by_hand())
    slack: float = number(0.1, 0.0, 1.0, "share", "effort opportunists withhold under full autonomy", by_hand())
