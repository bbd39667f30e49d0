"""What happened and what came in: the chain of events, its readers' places, the inbox, the clock's slots."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment


class Event(Model):
    """One past fact: the audit trail, the card's thread and the outbox at once. Rows are only ever added."""

    seq: int = fields.BigIntField(primary_key=True, generated=False)
    at = Moment()
    kind = fields.CharField(60)
    subject = fields.CharField(60)
    location = fields.CharField(60, default="")
    guarantor_id = fields.BigIntField(null=True)
    invoice_set_id = fields.BigIntField(null=True, db_index=True)
    actor = fields.CharField(120)
    actor_name = fields.CharField(200)
    via = fields.CharField(10)
    correlation = fields.CharField(40)
    before: dict[str, Any] = fields.JSONField()
    after: dict[str, Any] = fields.JSONField()
    previous_hash = fields.CharField(64)
    hash = fields.CharField(64)

    class Meta:
        table = "event"
        indexes = (("subject",),)


class ChainHead(Model):
    """The last link: held by the transaction that adds events, so that their order is the order of commits."""

    id = fields.IntField(primary_key=True, generated=False)
    seq = fields.BigIntField(default=0)
    hash = fields.CharField(64, default="")

    class Meta:
        table = "chain_head"


class ReaderPlace(Model):
    """How far one reader of the events has come."""

    name = fields.CharField(60, primary_key=True)
    seq = fields.BigIntField(default=0)
    tries = fields.IntField(default=0)
    """How often the next event has failed."""
    due_at = Moment(null=True)
    """When it is tried again."""

    class Meta:
        table = "reader_place"


class InboxItem(Model):
    """A webhook as it came in, verified and kept before it is answered; worked on afterwards."""

    id: int = fields.BigIntField(primary_key=True)
    source = fields.CharField(20)
    external_id = fields.CharField(200)
    headers = fields.TextField(default="")
    body = fields.BinaryField()
    received_at = Moment()
    due_at = Moment()
    handled_at = Moment(null=True)
    claimed_until = Moment(null=True)
    attempts = fields.IntField(default=0)
    error = fields.CharField(300, null=True)

    class Meta:
        table = "inbox_item"
        unique_together = (("source", "external_id"),)


class JobSlot(Model):
    """That a job's slot has been taken, by whichever replica was first."""

    id: int = fields.BigIntField(primary_key=True)
    job = fields.CharField(40)
    slot = fields.CharField(60)
    taken_at = Moment()

    class Meta:
        table = "job_slot"
        unique_together = (("job", "slot"),)
