"""A rule set as an invoice set carries it: frozen at enrolment, so that a later edit changes no running sequence."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.errors import invalid
from domain.practice import Channel, Practice, RuleSet, Step
from models.chasing import InvoiceSet


def frozen(rule_set: RuleSet) -> dict[str, Any]:
    return asdict(rule_set)


def plan_of(invoice_set: InvoiceSet) -> RuleSet:
    kept = invoice_set.plan
    steps = tuple(Step(**{**step, "send": tuple(step["send"])}) for step in kept["steps"])
    return RuleSet(**{**kept, "steps": steps})


def other_than(channel: str) -> Channel:
    return "email" if channel == "sms" else "sms"


def channels_of(invoice_set: InvoiceSet, step: Step) -> tuple[Channel, ...]:
    """Those of a step, then the one that it falls back on."""
    if not plan_of(invoice_set).fall_back or len(step.send) > 1:
        return step.send
    return (*step.send, other_than(step.send[0]))


def current_step(invoice_set: InvoiceSet) -> Step | None:
    steps = plan_of(invoice_set).steps
    return steps[invoice_set.step] if invoice_set.step < len(steps) else None


def time_of_step(invoice_set: InvoiceSet, number: int, *, practice: Practice, now: datetime) -> datetime | None:
    """When a step falls due: so many days after enrolment, as the clinic's hours of contact open; never in the past."""
    steps = plan_of(invoice_set).steps
    if number >= len(steps):
        return None
    zone = practice.locations[invoice_set.location].zone
    day = invoice_set.enrolled_at.astimezone(zone).date() + timedelta(days=steps[number].after_days)
    return max(now, datetime.combine(day, practice.contact.opens, zone).astimezone(UTC))


def rule_set_named(name: str, practice: Practice) -> RuleSet:
    if name not in practice.rule_sets:
        raise invalid(f"There is no rule set “{name}”; there are {', '.join(practice.rule_sets)}.", "rule_set")
    return practice.rule_sets[name]
