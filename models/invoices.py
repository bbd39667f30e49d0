"""Invoices with their lines, adjustments and taxes, and the counters that number them without gaps."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment, Names
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
    taxes = Names()
    """Those that every line bears, beside its own."""
    fee_periods = fields.IntField(default=0)
    """How many late fees have fallen due so far, whether they were charged or passed over."""
    next_fee_on = fields.DateField(null=True)
    """The first day on which another may be charged."""
    invoice_set_id = fields.BigIntField(null=True, db_index=True)
    plan_id = fields.BigIntField(null=True)
    """The instalment plan that is on track over it: meanwhile it does not become overdue."""
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
    """What is billed, at its price: what was taken off or put on it stands among the adjustments, by its position."""

    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.CASCADE, related_name="lines"
    )
    invoice_id: int
    position = fields.IntField()
    charge_id = fields.BigIntField(null=True, unique=True)
    code = fields.CharField(60, default="")
    """The procedure's, material's or product's; none for what was written by hand."""
    kind = fields.CharField(20, default="manual")
    """procedure, material, product, manual, or as the charge says"""
    patient_id = fields.BigIntField(null=True)
    served_on = fields.DateField(null=True)
    description = fields.CharField(200)
    quantity_thousandths = fields.BigIntField(default=1000)
    unit_price_cents = fields.BigIntField()
    list_price_cents = fields.BigIntField(null=True)
    """What the list asked, where staff have changed it; why stands beside it."""
    rate_reason = fields.CharField(500, default="")
    amount_cents = fields.BigIntField()
    taxes = Names()

    class Meta:
        table = "invoice_line"
        ordering = ("position",)
        unique_together = (("invoice_id", "position"),)


class InvoiceAdjustment(Model):
    """What changes the total besides lines and taxes: discount, surcharge, late_fee, late_fee_waived. One late fee per
    invoice and period, however often the clock ticks."""

    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.CASCADE, related_name="adjustments"
    )
    invoice_id: int
    line = fields.IntField(null=True)
    """The position of the line it is on; none for the whole invoice."""
    kind = fields.CharField(20)
    period = fields.IntField(null=True)
    """Which of an invoice's late fees it is, counted from one."""
    description = fields.CharField(200)
    basis_points = fields.IntField(null=True)
    amount_cents = fields.BigIntField()
    """As it changes the total: below zero for what is taken off."""
    reason = fields.CharField(500, default="")
    at = Moment()

    class Meta:
        table = "invoice_adjustment"
        indexes = (("invoice_id",),)


class InvoiceTax(Model):
    """One rate on one invoice: what it was on, and what it came to. Added to the lines, or contained in them."""

    id: int = fields.BigIntField(primary_key=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.CASCADE, related_name="tax_rows"
    )
    invoice_id: int
    name = fields.CharField(40)
    title = fields.CharField(200)
    basis_points = fields.IntField()
    included = fields.BooleanField()
    base_cents = fields.BigIntField()
    amount_cents = fields.BigIntField()

    class Meta:
        table = "invoice_tax"
        unique_together = (("invoice_id", "name"),)


class Counter(Model):
    """The last number given out; raised in the transaction that uses it, so that no number is skipped."""

    name = fields.CharField(60, primary_key=True)
    given = fields.BigIntField(default=0)

    class Meta:
        table = "counter"
