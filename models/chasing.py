"""What is being chased and everything that was said: invoice sets and messages in both directions."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.people import Patient


class InvoiceSet(Model):
    """Everything one guarantor owes, chased together: one sequence, one status, one card."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="sets"
    )
    guarantor_id: int
    location = fields.CharField(60)
    status = fields.CharField(20, default="active")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    stage = fields.CharField(40, default="new")
    rule_set = fields.CharField(60)
    plan: dict[str, Any] = fields.JSONField()
    """The rule set as it was at enrolment: a later edit changes no running sequence."""
    step = fields.IntField(default=0)
    enrolled_at = Moment()
    next_send_at = Moment(null=True)
    held_until = Moment(null=True)
    hold_reason = fields.CharField(200, null=True)
    trouble = fields.CharField(300, null=True)
    """Why it failed or will fail."""
    fix = fields.CharField(300, null=True)
    written_off_cents = fields.BigIntField(default=0)
    claimed_until = Moment(null=True)

    class Meta:
        table = "invoice_set"
        indexes = (("status", "location"),)


class Message(Model):
    """One text or mail that leaves or arrived, with its delivery result."""

    id: int = fields.BigIntField(primary_key=True)
    ref = fields.CharField(40, unique=True)
    """Our own id as providers see it: a lost answer is matched by it."""
    occasion = fields.CharField(120, null=True, unique=True)
    """What it is for, once ("set 7 step 2 sms"): the same occasion is never written twice."""
    guarantor_id = fields.BigIntField(db_index=True)
    location = fields.CharField(60)
    invoice_set_id = fields.BigIntField(null=True, db_index=True)
    purpose = fields.CharField(20)
    step = fields.IntField(null=True)
    channel = fields.CharField(10)
    """sms, email, or page for what a patient wrote on theirs."""
    direction = fields.CharField(3)
    address = fields.CharField(254)
    sender = fields.CharField(254, default="")
    subject = fields.CharField(300, default="")
    body = fields.TextField()
    html = fields.TextField(default="")
    paper = fields.CharField(60, null=True)
    """The document that goes with it ("invoice:12", "receipt:3"); printed when it leaves."""
    status = fields.CharField(20)
    provider_id = fields.CharField(120, null=True, unique=True)
    error_code = fields.CharField(40, null=True)
    error = fields.CharField(300, null=True)
    segments = fields.IntField(null=True)
    cost_micros = fields.BigIntField(null=True)
    author = fields.CharField(200, default="")
    created_at = Moment()
    due_at = Moment()
    claimed_until = Moment(null=True)
    attempts = fields.IntField(default=0)
    first_attempt_at = Moment(null=True)
    sent_at = Moment(null=True)
    settled_at = Moment(null=True)
    """When the final delivery result came."""

    class Meta:
        table = "message"
        indexes = (("address", "created_at"),)
