"""What a collection agency has: cases, and each invoice's balance as it was handed over."""

from tortoise import fields
from tortoise.models import Model

from models.chasing import InvoiceSet
from models.fields import Moment
from models.invoices import Invoice


class AgencyCase(Model):
    """One hand-over of an invoice set. Whether the agency still has it is the set's status."""

    id: int = fields.BigIntField(primary_key=True)
    invoice_set: fields.ForeignKeyRelation[InvoiceSet] = fields.ForeignKeyField(
        "books.InvoiceSet", on_delete=fields.RESTRICT, related_name="cases"
    )
    invoice_set_id: int
    note = fields.CharField(500)
    balance_cents = fields.BigIntField()
    handed_at = Moment()
    handed_by = fields.CharField(200)
    recalled_at = Moment(null=True)
    recalled_by = fields.CharField(200, null=True)

    class Meta:
        table = "agency_case"
        indexes = (("invoice_set_id",),)


class AgencyInvoice(Model):
    """One invoice of a case, itemized: what it was, and what had changed it by then. Rows are only added."""

    id: int = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[AgencyCase] = fields.ForeignKeyField(
        "books.AgencyCase", on_delete=fields.RESTRICT, related_name="invoices"
    )
    case_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "books.Invoice", on_delete=fields.RESTRICT, related_name="cases"
    )
    invoice_id: int
    itemized_on = fields.DateField()
    itemized_by = fields.CharField(20)
    """What that date is: the law knows the last statement, the last payment, the charge-off and the transaction."""
    principal_cents = fields.BigIntField()
    fees_cents = fields.BigIntField()
    payments_cents = fields.BigIntField()
    credits_cents = fields.BigIntField()

    class Meta:
        table = "agency_invoice"
        unique_together = (("case_id", "invoice_id"),)
