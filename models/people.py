"""Patients, what they agreed to, and the addresses nothing may go to."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.search import note_words


class Patient(Model):
    """Who was treated; as a guarantor, who is billed and contacted."""

    id: int = fields.BigIntField(primary_key=True)
    external_id = fields.CharField(120, unique=True)
    first_name = fields.CharField(200)
    last_name = fields.CharField(200)
    birth_date = fields.DateField(null=True)
    phone = fields.CharField(20, null=True, db_index=True)
    email = fields.CharField(254, null=True)
    locale = fields.CharField(20, default="en_US")
    timezone = fields.CharField(60, null=True)
    bill_to = fields.CharField(10, default="client")
    guarantor: fields.ForeignKeyNullableRelation["Patient"] = fields.ForeignKeyField(
        "books.Patient", null=True, on_delete=fields.RESTRICT, related_name="dependants"
    )
    guarantor_id: int | None
    merged_into: fields.ForeignKeyNullableRelation["Patient"] = fields.ForeignKeyField(
        "books.Patient", null=True, on_delete=fields.RESTRICT, related_name="records"
    )
    merged_into_id: int | None
    """The record that this one has become a part of; it is kept so that its id is known still."""
    location = fields.CharField(60)
    price_list = fields.CharField(60, null=True)
    created_at = Moment()
    credit_cents = fields.BigIntField(default=0)
    """Money received and not yet applied: a copy of the ledger's credit, written with it."""

    class Meta:
        table = "patient"

    @property
    def payer_id(self) -> int:
        """Who is billed: the guarantor, or the patient themselves."""
        return self.merged_into_id or self.guarantor_id or self.id

    async def save(self, *args: Any, **more: Any) -> None:
        """What they can be found by is kept with them."""
        await super().save(*args, **more)
        await note_words([self])


class PatientWord(Model):
    """A word that a patient can be found by, and who pays for them; `models.search` writes them."""

    id: int = fields.BigIntField(primary_key=True)
    patient_id = fields.BigIntField()
    payer_id = fields.BigIntField()
    word = fields.BinaryField()

    class Meta:
        table = "patient_word"


class Consent(Model):
    """Who agreed to be contacted how, when, and in which words. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("books.Patient", on_delete=fields.RESTRICT)
    patient_id: int
    channel = fields.CharField(10)
    address = fields.CharField(254)
    given = fields.BooleanField()
    source = fields.CharField(60)
    wording = fields.TextField(default="")
    at = Moment()

    class Meta:
        table = "consent"
        indexes = (("patient_id", "channel"),)


class Suppression(Model):
    """An address that must not be written to, and why: opted out, or someone else's number."""

    id: int = fields.BigIntField(primary_key=True)
    channel = fields.CharField(10)
    address = fields.CharField(254)
    reason = fields.CharField(20)
    at = Moment()
    lifted_at = Moment(null=True)

    class Meta:
        table = "suppression"
        indexes = (("channel", "address"),)


Row = dict[str, Any]
"""One row as `.values()` gives it."""
