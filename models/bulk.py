"""Work on many rows at once that somebody asked for: done in the background, row by row, each with its result."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment


class BulkJob(Model):
    id: int = fields.BigIntField(primary_key=True)
    kind = fields.CharField(40)
    """Which verb: `send` for drafts, a move's name for sets."""
    asked: dict[str, Any] = fields.JSONField()
    """What was asked for, as it was asked."""
    asker: dict[str, Any] = fields.JSONField()
    """Who asked, with the roles they had then."""
    created_at = Moment()
    done_at = Moment(null=True)
    claimed_until = Moment(null=True)

    class Meta:
        table = "bulk_job"


class BulkItem(Model):
    """One row of a job. Its result is written in the transaction of its work, so a crash repeats nothing."""

    id: int = fields.BigIntField(primary_key=True)
    job: fields.ForeignKeyRelation[BulkJob] = fields.ForeignKeyField(
        "books.BulkJob", on_delete=fields.CASCADE, related_name="items"
    )
    job_id: int
    row_id = fields.BigIntField()
    """The invoice or set."""
    status = fields.CharField(20, default="waiting")
    """waiting, done, refused"""
    said = fields.CharField(500, default="")
    """Why it was refused."""

    class Meta:
        table = "bulk_item"
        unique_together = (("job_id", "row_id"),)
