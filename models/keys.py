"""Programs' keys to the API, and the answers already given to them."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model


class ApiKey(Model):
    """Only the hash of a key is kept; it is shown once, when it is made."""

    id: int = fields.BigIntField(primary_key=True)
    name: str = fields.CharField(60, unique=True)
    scope: str = fields.CharField(10)
    hash: str = fields.CharField(64, unique=True)
    created_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_key"


class GivenAnswer(Model):
    """What a POST with an Idempotency-Key was answered, to be given again when it comes again."""

    id: int = fields.BigIntField(primary_key=True)
    api_key_id: int = fields.BigIntField()
    key: str = fields.CharField(200)
    request_hash: str = fields.CharField(64)
    status: int = fields.IntField()
    body: str = fields.TextField()
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "given_answer"
        unique_together = (("api_key_id", "key"),)
