"""What was done for patients, and what it costs: prices, sessions, and the charges that came out of them."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment, Names
from models.people import Patient


class Price(Model):
    """What a procedure or material costs on a price list from a day on."""

    id: int = fields.BigIntField(primary_key=True)
    price_list = fields.CharField(60)
    code = fields.CharField(60)
    kind = fields.CharField(20, default="procedure")
    description = fields.CharField(200)
    unit_price_cents = fields.BigIntField()
    taxes = Names()
    """Those a line at this price bears unless it is told otherwise."""
    valid_from = fields.DateField()

    class Meta:
        table = "price"
        unique_together = (("price_list", "code", "valid_from"),)


class CareSession(Model):
    """A completed visit."""

    id: int = fields.BigIntField(primary_key=True)
    external_id = fields.CharField(120, unique=True)
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("books.Patient", on_delete=fields.RESTRICT)
    patient_id: int
    location = fields.CharField(60)
    provider = fields.CharField(120)
    served_on = fields.DateField()
    content_hash = fields.CharField(64)
    """What was sent, so that the same session twice is known from a changed one."""
    completed_at = Moment()

    class Meta:
        table = "care_session"


class Charge(Model):
    """One billable line that came out of a session, or a claim's share; unbilled until an invoice takes it."""

    id: int = fields.BigIntField(primary_key=True)
    session: fields.ForeignKeyRelation[CareSession] = fields.ForeignKeyField(
        "books.CareSession", on_delete=fields.RESTRICT, related_name="charges"
    )
    session_id: int
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="charges"
    )
    patient_id: int
    guarantor_id = fields.BigIntField(db_index=True)
    location = fields.CharField(60)
    provider = fields.CharField(120)
    served_on = fields.DateField()
    code = fields.CharField(60)
    kind = fields.CharField(20)
    description = fields.CharField(200)
    quantity_thousandths = fields.BigIntField()
    unit_price_cents = fields.BigIntField()
    amount_cents = fields.BigIntField()
    taxes = Names()
    claim_id = fields.BigIntField(null=True)
    """The claim whose patient's share it is."""
    invoice_id = fields.BigIntField(null=True)
    """The invoice that has taken it; none while it is unbilled."""

    class Meta:
        table = "charge"
