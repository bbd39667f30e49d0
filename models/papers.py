"""The exact files that were sent, and the links patients hold."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.people import Patient


class Document(Model):
    """A PDF as it left the house."""

    id: int = fields.BigIntField(primary_key=True)
    paper = fields.CharField(60, unique=True)
    """What it is of: "invoice:12" or "receipt:3"."""
    guarantor_id = fields.BigIntField(db_index=True)
    filename = fields.CharField(120)
    sha256 = fields.CharField(64)
    content = fields.BinaryField()
    made_at = Moment()

    class Meta:
        table = "document"


class PatientLink(Model):
    """The key to one guarantor's page; the token in its address is signed over the row's id."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("books.Patient", on_delete=fields.CASCADE)
    guarantor_id: int
    created_at = Moment()
    expires_at = Moment()
    revoked_at = Moment(null=True)

    class Meta:
        table = "patient_link"
