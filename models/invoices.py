"""Invoices with their lines and adjustments, and the counters that number them without gaps."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.people import Patient


class Invoice(Model):
    """The document: its money columns are copies of the ledger, written in the same transaction."""

    id: int = fields.BigIntField(primary_key=True)
    number = fields.CharField(40, null=True, unique=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="invoices"
    )
    guarantor_id: int
    location = fields.CharField(60)
    status = fields.CharField(20, default="draft")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    currency = fields.CharField(3)
    total_cents = fields.BigIntField(default=0)
    paid_cents = fields.BigIntField(default=0)
    forgiven_cents = fields.BigIntField(default=0)
    """Written off or adjusted away: the balance fell by it and no money came."""
    balance_cents = fields.BigIntField(default=0)
    due_date = fields.DateField(null=True)
    issued_on = fields.DateField(null=True)
    notes = fields.TextField(default="")
    invoice_set_id = fields.BigIntField(null=True, db_index=True)
    created_at = Moment()
    sent_at = Moment(null=True)
    overdue_at = Moment(null=True)
    paid_at = Moment(null=True)
    voided_at = Moment(null=True)
    archived_at = Moment(null=True)

    class Meta:
        table = "invoice"
        indexes = (("guarantor_id", "status"), ("status", "due_date"))


class InvoiceLine(Model):
    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.CASCADE, related_name="lines"
    )
    invoice_id: int
    position = fields.IntField()
    charge_id = fields.BigIntField(null=True, unique=True)
    patient_id = fields.BigIntField(null=True)
    served_on = fields.DateField(null=True)
    description = fields.CharField(200)
    quantity_thousandths = fields.BigIntField(default=1000)
    unit_price_cents = fields.BigIntField()
    amount_cents = fields.BigIntField()

    class Meta:
        table = "invoice_line"
        ordering = ("position",)


class InvoiceAdjustment(Model):
    """What changes the total besides lines. One late fee per invoice and period, however often the clock ticks."""

    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.CASCADE, related_name="adjustments"
    )
    invoice_id: int
    kind = fields.CharField(20)
    period = fields.CharField(20, default="")
    description = fields.CharField(200)
    amount_cents = fields.BigIntField()
    at = Moment()

    class Meta:
        table = "invoice_adjustment"
        unique_together = (("invoice_id", "kind", "period"),)


class Counter(Model):
    """The last number given out; raised in the transaction that uses it, so that no number is skipped."""

    name = fields.CharField(60, primary_key=True)
    given = fields.BigIntField(default=0)

    class Meta:
        table = "counter"
