"""Toy tables, so that the ground under the real ones is tested without them."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models import database
from models.extra_sql import ExtraSql
from models.fields import Moment
from models.schema import schema_sql

TABLES = ("tests.models.toys",)


class Shelf(Model):
    id: int = fields.BigIntField(primary_key=True)
    name: str = fields.CharField(40, unique=True)
    count: int = fields.IntField(default=0)

    class Meta:
        table = "shelf"


class Parcel(Model):
    """Something that falls due."""

    id: int = fields.BigIntField(primary_key=True)
    shelf: fields.ForeignKeyRelation[Shelf] | None = fields.ForeignKeyField(
        "books.Shelf", on_delete=fields.RESTRICT, null=True
    )
    due_at: datetime = Moment()
    claimed_until: datetime | None = Moment(null=True)
    claims: int = fields.IntField(default=0)

    class Meta:
        table = "parcel"
        indexes = (("due_at",),)


class Letter(Model):
    """Something that comes in, perhaps twice."""

    id: int = fields.BigIntField(primary_key=True)
    source: str = fields.CharField(20)
    external_id: str = fields.CharField(60)
    body: bytes = fields.BinaryField()
    received_at: datetime = Moment()

    class Meta:
        table = "letter"
        unique_together = (("source", "external_id"),)


class JobSlot(Model):
    id: int = fields.BigIntField(primary_key=True)
    job: str = fields.CharField(40)
    slot: str = fields.CharField(60)
    taken_at: datetime = Moment()

    class Meta:
        table = "job_slot"
        unique_together = (("job", "slot"),)


async def open_toys(url: str) -> None:
    """Make the toy tables in an empty database and open it."""
    sql = await schema_sql("sqlite" if url.startswith("sqlite") else "postgres", tables=TABLES, extra=ExtraSql())
    await database.connect(url, tables=TABLES)
    await database.script(sql)
