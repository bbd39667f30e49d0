"""Instalment plans: what was promised over which invoices, part by part."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment
from models.invoices import Invoice
from models.people import Patient


class PaymentPlan(Model):
    """A guarantor's balance, parted over dates. How far it has come is what its invoices have come down by."""

    id: int = fields.BigIntField(primary_key=True)
    guarantor: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "books.Patient", on_delete=fields.RESTRICT, related_name="plans"
    )
    guarantor_id: int
    location = fields.CharField(60)
    status = fields.CharField(20, default="active")
    status_before = fields.CharField(20, null=True)
    version = fields.IntField(default=1)
    total_cents = fields.BigIntField()
    looked_on = fields.DateField()
    """The day as of which its status was found: nothing happens by itself between that one and the next."""
    look_on = fields.DateField(null=True)
    """The day on which something happens by itself: a part falls due, or is late. None when it has ended."""
    created_at = Moment()
    ended_at = Moment(null=True)

    class Meta:
        table = "payment_plan"
        indexes = (("guarantor_id", "status"),)


class Instalment(Model):
    """One part. A changed plan has new ones; those of before are gone, and stand in its history."""

    id: int = fields.BigIntField(primary_key=True)
    plan: fields.ForeignKeyRelation[PaymentPlan] = fields.ForeignKeyField(
        "books.PaymentPlan", on_delete=fields.CASCADE, related_name="parts"
    )
    plan_id: int
    due_on = fields.DateField()
    amount_cents = fields.BigIntField()
    told_at = Moment(null=True)
    """When it was said that it has fallen due."""

    class Meta:
        table = "instalment"
        unique_together = (("plan_id", "due_on"),)


class PlanInvoice(Model):
    """An invoice that a plan is over."""

    id: int = fields.BigIntField(primary_key=True)
    plan: fields.ForeignKeyRelation[PaymentPlan] = fields.ForeignKeyField(
        "books.PaymentPlan", on_delete=fields.CASCADE, related_name="invoices"
    )
    plan_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.RESTRICT, related_name="plans"
    )
    invoice_id: int

    class Meta:
        table = "plan_invoice"
        unique_together = (("plan_id", "invoice_id"),)
