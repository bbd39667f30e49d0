"""What is being chased and everything that was said: invoice sets and messages in both directions."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.people import Patient


class InvoiceSet(Model):
    """Everything one guarantor owes, chased together: one sequence, one status, one card."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="sets"
    )
    guarantor_id: int
    location: str = fields.CharField(60)
    status: str = fields.CharField(20, default="active")
    status_before: str | None = fields.CharField(20, null=True)
    version: int = fields.IntField(default=1)
    stage: str = fields.CharField(40, default="new")
    rule_set: str = fields.CharField(60)
    plan: dict[str, Any] = fields.JSONField()
    """The rule set as it was at enrolment: a later edit changes no running sequence."""
    step: int = fields.IntField(default=0)
    enrolled_at: datetime = fields.DatetimeField()
    next_send_at: datetime | None = fields.DatetimeField(null=True)
    held_until: datetime | None = fields.DatetimeField(null=True)
    hold_reason: str | None = fields.CharField(200, null=True)
    trouble: str | None = fields.CharField(300, null=True)
    """Why it failed or will fail."""
    fix: str | None = fields.CharField(300, null=True)
    written_off_cents: int = fields.BigIntField(default=0)
    claimed_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "invoice_set"
        indexes = (("status", "location"),)


class Message(Model):
    """One text or mail that leaves or arrived, with its delivery result."""

    id: int = fields.BigIntField(primary_key=True)
    ref: str = fields.CharField(40, unique=True)
    """Our own id as providers see it: a lost answer is matched by it."""
    occasion: str = fields.CharField(120, null=True, unique=True)
    """What it is for, once ("set 7 step 2 sms"): the same occasion is never written twice."""
    guarantor_id: int = fields.BigIntField(db_index=True)
    location: str = fields.CharField(60)
    invoice_set_id: int | None = fields.BigIntField(null=True, db_index=True)
    purpose: str = fields.CharField(20)
    step: int | None = fields.IntField(null=True)
    channel: str = fields.CharField(10)
    """sms, email, or page for what a patient wrote on theirs."""
    direction: str = fields.CharField(3)
    address: str = fields.CharField(254)
    sender: str = fields.CharField(254, default="")
    subject: str = fields.CharField(300, default="")
    body: str = fields.TextField()
    html: str = fields.TextField(default="")
    paper: str | None = fields.CharField(60, null=True)
    """The document that goes with it ("invoice:12", "receipt:3"); printed when it leaves."""
    status: str = fields.CharField(20)
    provider_id: str | None = fields.CharField(120, null=True, unique=True)
    error_code: str | None = fields.CharField(40, null=True)
    error: str | None = fields.CharField(300, null=True)
    segments: int | None = fields.IntField(null=True)
    cost_micros: int | None = fields.BigIntField(null=True)
    author: str = fields.CharField(200, default="")
    created_at: datetime = fields.DatetimeField()
    due_at: datetime = fields.DatetimeField()
    claimed_until: datetime | None = fields.DatetimeField(null=True)
    attempts: int = fields.IntField(default=0)
    first_attempt_at: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)
    """When the final delivery result came."""

    class Meta:
        table = "message"
        indexes = (("address", "created_at"),)
