"""What Slack shows of the books: one card per invoice set, and the posts in its thread."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment


class Card(Model):
    """The Slack message that stands for an invoice set; it is owed an update while `wanted` is ahead of `shown`."""

    id: int = fields.BigIntField(primary_key=True)
    ref = fields.CharField(40, unique=True)
    invoice_set_id = fields.BigIntField(unique=True)
    channel = fields.CharField(60)
    channel_id = fields.CharField(30, null=True)
    ts = fields.CharField(30, null=True)
    wanted = fields.BigIntField(default=0)
    """The seq of the last event it should show."""
    shown = fields.BigIntField(default=0)
    due_at = Moment()
    claimed_until = Moment(null=True)
    attempts = fields.IntField(default=0)
    first_attempt_at = Moment(null=True)
    error = fields.CharField(300, null=True)

    class Meta:
        table = "card"


class Post(Model):
    """One message to Slack besides the cards: a line in a card's thread, or a notice in a channel."""

    id: int = fields.BigIntField(primary_key=True)
    ref = fields.CharField(40, unique=True)
    occasion = fields.CharField(120, unique=True)
    card_id = fields.BigIntField(null=True, db_index=True)
    channel = fields.CharField(60)
    text = fields.TextField()
    blocks: list[dict[str, Any]] = fields.JSONField()
    status = fields.CharField(20, default="queued")
    ts = fields.CharField(30, null=True)
    due_at = Moment()
    claimed_until = Moment(null=True)
    attempts = fields.IntField(default=0)
    first_attempt_at = Moment(null=True)
    error = fields.CharField(300, null=True)

    class Meta:
        table = "post"
