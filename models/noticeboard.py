"""What Slack shows of the books: one card per invoice set, and the posts in its thread."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model


class Card(Model):
    """The Slack message that stands for an invoice set; it is owed an update while `wanted` is ahead of `shown`."""

    id: int = fields.BigIntField(primary_key=True)
    ref: str = fields.CharField(40, unique=True)
    invoice_set_id: int = fields.BigIntField(unique=True)
    channel: str = fields.CharField(60)
    channel_id: str | None = fields.CharField(30, null=True)
    ts: str | None = fields.CharField(30, null=True)
    wanted: int = fields.BigIntField(default=0)
    """The seq of the last event it should show."""
    shown: int = fields.BigIntField(default=0)
    due_at: datetime = fields.DatetimeField()
    claimed_until: datetime | None = fields.DatetimeField(null=True)
    attempts: int = fields.IntField(default=0)
    first_attempt_at: datetime | None = fields.DatetimeField(null=True)
    error: str | None = fields.CharField(300, null=True)

    class Meta:
        table = "card"


class Post(Model):
    """One message to Slack besides the cards: a line in a card's thread, or a notice in a channel."""

    id: int = fields.BigIntField(primary_key=True)
    ref: str = fields.CharField(40, unique=True)
    occasion: str = fields.CharField(120, unique=True)
    card_id: int | None = fields.BigIntField(null=True, db_index=True)
    channel: str = fields.CharField(60)
    text: str = fields.TextField()
    blocks: list[dict[str, Any]] = fields.JSONField()
    status: str = fields.CharField(20, default="queued")
    ts: str | None = fields.CharField(30, null=True)
    due_at: datetime = fields.DatetimeField()
    claimed_until: datetime | None = fields.DatetimeField(null=True)
    attempts: int = fields.IntField(default=0)
    first_attempt_at: datetime | None = fields.DatetimeField(null=True)
    error: str | None = fields.CharField(300, null=True)

    class Meta:
        table = "post"
