"""Claims, what payers decided on them, the checks that said so, and what a person must still look at."""

from tortoise import fields
from tortoise.models import Model

from models.care import CareSession
from models.fields import Moment
from models.invoices import Invoice


class Claim(Model):
    """What an insurer is asked to pay for a session. Its figures are those of the decision that stands."""

    id: int = fields.BigIntField(primary_key=True)
    external_id = fields.CharField(120, unique=True)
    """The number it is filed under, by which payers name it (CLP01): the session's own until told otherwise."""
    session: fields.OneToOneRelation[CareSession] = fields.OneToOneField(
        "books.CareSession", on_delete=fields.RESTRICT, related_name="claim"
    )
    session_id: int
    guarantor_id = fields.BigIntField(db_index=True)
    location = fields.CharField(60)
    bill_to = fields.CharField(10)
    """How the patient was billed on that day: insurance or hybrid."""
    payer = fields.CharField(120, default="")
    status = fields.CharField(20, default="open")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    amount_cents = fields.BigIntField()
    allowed_cents = fields.BigIntField(null=True)
    paid_cents = fields.BigIntField(null=True)
    patient_cents = fields.BigIntField(null=True)
    """What the payer calls the patient's, whether or not it is billed."""
    share_cents = fields.BigIntField(default=0)
    """What is billed to the patient: the sum of its charges, less what was credited of them."""
    created_at = Moment()

    class Meta:
        table = "claim"
        indexes = (("status", "location"),)


class ClaimLine(Model):
    """A procedure or material of the session, priced; the patient owes nothing for it by itself."""

    id: int = fields.BigIntField(primary_key=True)
    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "books.Claim", on_delete=fields.RESTRICT, related_name="lines"
    )
    claim_id: int
    position = fields.IntField()
    code = fields.CharField(60)
    kind = fields.CharField(20)
    description = fields.CharField(200)
    quantity_thousandths = fields.BigIntField()
    unit_price_cents = fields.BigIntField()
    amount_cents = fields.BigIntField()

    class Meta:
        table = "claim_line"
        unique_together = (("claim_id", "position"),)


class Remittance(Model):
    """A payer's check or transfer, as an 835 file told of it."""

    id: int = fields.BigIntField(primary_key=True)
    payer = fields.CharField(60)
    payer_name = fields.CharField(60)
    trace = fields.CharField(60)
    amount_cents = fields.BigIntField()
    paid_on = fields.DateField()
    file_hash = fields.CharField(64)
    received_at = Moment()

    class Meta:
        table = "remittance"
        unique_together = (("payer", "trace"),)


class ClaimPosting(Model):
    """One decision on a claim, by a payer or by the practice. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "books.Claim", on_delete=fields.RESTRICT, related_name="postings"
    )
    claim_id: int
    key = fields.CharField(64, unique=True)
    """By which the same decision is known when it comes again."""
    source = fields.CharField(10)
    """835, api or person"""
    remittance_id = fields.BigIntField(null=True, db_index=True)
    word = fields.CharField(20)
    payer = fields.CharField(120)
    rank = fields.IntField()
    charged_cents = fields.BigIntField()
    allowed_cents = fields.BigIntField(null=True)
    paid_cents = fields.BigIntField()
    patient_cents = fields.BigIntField()
    share_cents = fields.BigIntField()
    decided_on = fields.DateField()
    trace = fields.CharField(60, default="")
    place = fields.IntField()
    reason = fields.CharField(500, default="")
    at = Moment()

    class Meta:
        table = "claim_posting"


class Discrepancy(Model):
    """What a person must look at, with both figures: the payer's and ours."""

    id: int = fields.BigIntField(primary_key=True)
    key = fields.CharField(64, unique=True)
    """What it is about, so that the same file twice asks once."""
    remittance_id = fields.BigIntField(null=True, db_index=True)
    claim_id = fields.BigIntField(null=True, db_index=True)
    account = fields.CharField(120, default="")
    what = fields.CharField(30)
    sentence = fields.CharField(500)
    theirs_cents = fields.BigIntField()
    ours_cents = fields.BigIntField()
    at = Moment()
    settled_at = Moment(null=True)
    note = fields.CharField(500, default="")
    """What the person who settled it has to say."""

    class Meta:
        table = "discrepancy"


class CreditNote(Model):
    """What was taken off a sent invoice because the payer left less to the patient. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.RESTRICT, related_name="credit_notes"
    )
    invoice_id: int
    charge_id = fields.BigIntField(db_index=True)
    amount_cents = fields.BigIntField()
    at = Moment()

    class Meta:
        table = "credit_note"
