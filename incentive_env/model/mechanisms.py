"""Which mechanisms are switched on."""

from incentive_env.config.mechanisms import Mechanisms
from incentive_env.model.compiled import Record, inlined

(
    CARE, KNOW_HOW, AUDIT_BELIEFS, PAY_MEMORY, RATCHET, DEPLETION, CROWDING, CYCLES, CREDIT, SCARCE_HOURS, KINDS,
) = map(tuple(Mechanisms.model_fields).index, (
    "care", "know_how", "audit_beliefs", "pay_memory", "ratchet", "depletion", "crowding", "cycles", "credit",
    "scarce_hours", "kinds",
))  # fmt: skip


@inlined
def on(mechanism: int, p: Record) -> bool:
    """Whether a mechanism is switched on."""
    return p.mechanisms[mechanism] != 0
