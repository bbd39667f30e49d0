"""Money as it moved: the ledger, payments and what they were applied to, checkouts, write-offs."""

from collections.abc import Mapping

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
    """Money that came in. What of it is applied stands in its shares, what is not is the guarantor's credit."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="payments"
    )
    guarantor_id: int
    location = fields.CharField(60)
    status = fields.CharField(20, default="received")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    amount_cents = fields.BigIntField()
    unapplied_cents = fields.BigIntField()
    """What no invoice has taken: a guarantor's credit is the sum of these."""
    returned_cents = fields.BigIntField(default=0)
    """What has gone out again: refunded, cancelled, or lost to a dispute."""
    currency = fields.CharField(3)
    method = fields.CharField(20)
    received_on = fields.DateField()
    reference = fields.CharField(120, default="")
    notes = fields.TextField(default="")
    group = fields.CharField(60, default="", db_index=True)
    """What was handed over together (a bank deposit, an envelope of checks) bears one name."""
    processor = fields.CharField(20, null=True)
    processor_id = fields.CharField(120, null=True)
    created_at = Moment()
    applied: Mapping[int, int] | None = None
    """What each invoice took, where that is known without a look: of a payment that has just been recorded."""

    class Meta:
        table = "payment"
        unique_together = (("processor", "processor_id"),)


class PaymentShare(Model):
    """The part of a payment that one invoice has now; how it came to be stands in the ledger."""

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
    recovered_cents = fields.BigIntField(default=0)
    """The part of it that came for what had been written off."""

    class Meta:
        table = "payment_share"
        unique_together = (("payment_id", "invoice_id"),)


class Refund(Model):
    """Money on its way back. Through a processor it is pending until the processor has said so."""

    id: int = fields.BigIntField(primary_key=True)
    ref = fields.CharField(40, unique=True)
    """Our own id, the processor's idempotency key: asked for again, it is the same refund."""
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "books.Payment", on_delete=fields.RESTRICT, related_name="refunds"
    )
    payment_id: int
    amount_cents = fields.BigIntField()
    disposition = fields.CharField(20, null=True)
    """As it was asked for, where none is the practice's choice; once it is done, what it came to."""
    reason = fields.CharField(500)
    status = fields.CharField(20)
    """pending, done, failed; unanswered when the processor has said nothing for a day: it may be out, or not"""
    processor_id = fields.CharField(120, null=True, unique=True)
    parts: list[dict[str, int]] = fields.JSONField()
    """How much of it came off which invoice, so that one which comes back can be booked back."""
    asked_by = fields.CharField(120)
    created_at = Moment()
    due_at = Moment()
    """When the processor is asked next."""
    claimed_until = Moment(null=True)
    attempts = fields.IntField(default=0)
    first_attempt_at = Moment(null=True)
    done_at = Moment(null=True)

    class Meta:
        table = "refund"
        indexes = (("payment_id", "status"),)


class Dispute(Model):
    """A payer's bank has taken a payment back, for now or for good."""

    id: int = fields.BigIntField(primary_key=True)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "books.Payment", on_delete=fields.RESTRICT, related_name="disputes"
    )
    payment_id: int
    processor_id = fields.CharField(120, unique=True)
    amount_cents = fields.BigIntField()
    status = fields.CharField(20)
    """open, won, lost"""
    reason = fields.CharField(300, default="")
    opened_at = Moment()
    closed_at = Moment(null=True)

    class Meta:
        table = "dispute"


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
    recovered_cents = fields.BigIntField(default=0)
    """What came after all: it is no longer forgiven."""
    reason = fields.CharField(500)
    at = Moment()
    undone_at = Moment(null=True)

    class Meta:
        table = "write_off"
