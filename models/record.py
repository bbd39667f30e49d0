"""What happened and what came in: the chain of events, its readers' places, the inbox, the clock's slots."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model


class Event(Model):
    """One past fact: the audit trail, the card's thread and the outbox at once. Rows are only ever added."""

    seq: int = fields.BigIntField(primary_key=True, generated=False)
    at: datetime = fields.DatetimeField()
    kind: str = fields.CharField(60)
    subject: str = fields.CharField(60)
    location: str = fields.CharField(60, default="")
    guarantor_id: int | None = fields.BigIntField(null=True)
    invoice_set_id: int | None = fields.BigIntField(null=True, db_index=True)
    actor: str = fields.CharField(120)
    actor_name: str = fields.CharField(200)
    via: str = fields.CharField(10)
    correlation: str = fields.CharField(40)
    before: dict[str, Any] = fields.JSONField()
    after: dict[str, Any] = fields.JSONField()
    previous_hash: str = fields.CharField(64)
    hash: str = fields.CharField(64)

    class Meta:
        table = "event"
        indexes = (("subject",),)


class ChainHead(Model):
    """The last link: held by the transaction that adds events, so that their order is the order of commits."""

    id: int = fields.IntField(primary_key=True, generated=False)
    seq: int = fields.BigIntField(default=0)
    hash: str = fields.CharField(64, default="")

    class Meta:
        table = "chain_head"


class ReaderPlace(Model):
    """How far one reader of the events has come."""

    name: str = fields.CharField(60, primary_key=True)
    seq: int = fields.BigIntField(default=0)

    class Meta:
        table = "reader_place"


class InboxItem(Model):
    """A webhook as it came in, verified and kept before it is answered; worked on afterwards."""

    id: int = fields.BigIntField(primary_key=True)
    source: str = fields.CharField(20)
    external_id: str = fields.CharField(200)
    headers: str = fields.TextField(default="")
    body: bytes = fields.BinaryField()
    received_at: datetime = fields.DatetimeField()
    due_at: datetime = fields.DatetimeField()
    handled_at: datetime | None = fields.DatetimeField(null=True)
    claimed_until: datetime | None = fields.DatetimeField(null=True)
    attempts: int = fields.IntField(default=0)
    error: str | None = fields.CharField(300, null=True)

    class Meta:
        table = "inbox_item"
        unique_together = (("source", "external_id"),)


class JobSlot(Model):
    """That a job's slot has been taken, by whichever replica was first."""

    id: int = fields.BigIntField(primary_key=True)
    job: str = fields.CharField(40)
    slot: str = fields.CharField(60)
    taken_at: datetime = fields.DatetimeField()

    class Meta:
        table = "job_slot"
        unique_together = (("job", "slot"),)
