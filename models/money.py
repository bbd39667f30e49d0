"""Money as it moved: the ledger, payments and what they were applied to, checkouts, write-offs."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.invoices import Invoice
from models.people import Patient


class LedgerEntry(Model):
    """One amount from the credited account to the debited one. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    act = fields.CharField(40)
    booked_on = fields.DateField()
    at = Moment()
    debit = fields.CharField(20)
    credit = fields.CharField(20)
    amount_cents = fields.BigIntField()
    guarantor_id = fields.BigIntField(db_index=True)
    invoice_id = fields.BigIntField(null=True, db_index=True)
    payment_id = fields.BigIntField(null=True, db_index=True)
    location = fields.CharField(60)

    class Meta:
        table = "ledger_entry"


class Payment(Model):
    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="payments"
    )
    guarantor_id: int
    location = fields.CharField(60)
    amount_cents = fields.BigIntField()
    currency = fields.CharField(3)
    method = fields.CharField(20)
    received_on = fields.DateField()
    reference = fields.CharField(120, default="")
    notes = fields.TextField(default="")
    processor = fields.CharField(20, null=True)
    processor_id = fields.CharField(120, null=True)
    created_at = Moment()

    class Meta:
        table = "payment"
        unique_together = (("processor", "processor_id"),)


class PaymentShare(Model):
    """The part of a payment that was applied to one invoice."""

    id: int = fields.BigIntField(primary_key=True)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "books.Payment", on_delete=fields.RESTRICT, related_name="shares"
    )
    payment_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.RESTRICT, related_name="shares"
    )
    invoice_id: int
    amount_cents = fields.BigIntField()

    class Meta:
        table = "payment_share"


class CheckoutAttempt(Model):
    """One press on Pay: what was to be paid, at which processor, and what became of it."""

    id: int = fields.BigIntField(primary_key=True)
    ref = fields.CharField(40, unique=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("books.Patient", on_delete=fields.RESTRICT)
    guarantor_id: int
    amount_cents = fields.BigIntField()
    currency = fields.CharField(3)
    processor_id = fields.CharField(120, null=True)
    status = fields.CharField(20, default="open")
    created_at = Moment()
    expires_at = Moment()

    class Meta:
        table = "checkout_attempt"
        indexes = (("guarantor_id", "status"),)


class WriteOff(Model):
    """What was written off a set, invoice by invoice, so that it can be undone exactly."""

    id: int = fields.BigIntField(primary_key=True)
    invoice_set_id = fields.BigIntField(db_index=True)
    invoice_id = fields.BigIntField()
    amount_cents = fields.BigIntField()
    reason = fields.CharField(500)
    at = Moment()
    undone_at = Moment(null=True)

    class Meta:
        table = "write_off"
