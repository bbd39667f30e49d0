"""Statements that fell due: their figures, once for each guarantor and period."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.people import Patient


class DueStatement(Model):
    """The next one begins on the day after this one's last. Rows are only added: a past period's figures stay."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="statements"
    )
    guarantor_id: int
    location = fields.CharField(60)
    first_on = fields.DateField()
    last_on = fields.DateField()
    opening_cents = fields.BigIntField()
    owed_cents = fields.BigIntField()
    credit_cents = fields.BigIntField()
    made_at = Moment()

    class Meta:
        table = "due_statement"
        unique_together = (("guarantor_id", "last_on"),)
