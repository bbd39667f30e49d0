"""What the practice sells and uses up: products, and how their stock has moved."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment, Names


class Product(Model):
    """Something that is sold by itself, or used in sessions under the same code."""

    id: int = fields.BigIntField(primary_key=True)
    code = fields.CharField(60, unique=True)
    name = fields.CharField(200)
    unit_price_cents = fields.BigIntField()
    taxes = Names()
    tracked = fields.BooleanField(default=True)
    """Whether its stock is counted at all."""
    stock_thousandths = fields.BigIntField(default=0)
    """In thousandths, like the quantities of lines: a copy of the movements' sum, written with them."""

    class Meta:
        table = "product"


class StockMovement(Model):
    """What came in or went out, and why. Rows are only ever added."""

    id: int = fields.BigIntField(primary_key=True)
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("books.Product", on_delete=fields.RESTRICT)
    product_id: int
    why = fields.CharField(20)
    """received, counted, sold, returned"""
    thousandths = fields.BigIntField()
    """Above zero what came in, below what went out."""
    invoice_id = fields.BigIntField(null=True, db_index=True)
    reason = fields.CharField(500, default="")
    at = Moment()

    class Meta:
        table = "stock_movement"
        indexes = (("product_id",),)
