"""The cash register: its days, and what was put into a drawer or taken out of it beside payments."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment


class CashDay(Model):
    """One location's drawer on one day. What it came to is written when it is closed, and stays."""

    id: int = fields.BigIntField(primary_key=True)
    location = fields.CharField(60)
    day = fields.DateField()
    status = fields.CharField(20, default="open")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    float_cents = fields.BigIntField()
    payments_cents = fields.BigIntField(default=0)
    refunds_cents = fields.BigIntField(default=0)
    paid_in_cents = fields.BigIntField(default=0)
    paid_out_cents = fields.BigIntField(default=0)
    expected_cents = fields.BigIntField(default=0)
    counted_cents = fields.BigIntField(default=0)
    counted: dict[str, int] = fields.JSONField()
    """How many pieces of which value."""
    note = fields.CharField(500, default="")
    opened_by = fields.CharField(200)
    opened_at = Moment()
    closed_by = fields.CharField(200, default="")
    closed_at = Moment(null=True)

    guarantor_id = None
    """A drawer is nobody's."""

    class Meta:
        table = "cash_day"
        unique_together = (("location", "day"),)


class CashMovement(Model):
    """Cash put into the drawer or taken out of it beside payments. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    cash_day: fields.ForeignKeyRelation[CashDay] = fields.ForeignKeyField(
        "books.CashDay", on_delete=fields.RESTRICT, related_name="movements"
    )
    cash_day_id: int
    amount_cents = fields.BigIntField()
    """Above zero what went in, below zero what went out."""
    reason = fields.CharField(500)
    actor_name = fields.CharField(200)
    at = Moment()

    class Meta:
        table = "cash_movement"
