"""Programs' keys to the API, and the answers already given to them."""

from tortoise import fields
from tortoise.models import Model

from models.fields import Moment


class ApiKey(Model):
    """Only the hash of a key is kept; it is shown once, when it is made."""

    id: int = fields.BigIntField(primary_key=True)
    name = fields.CharField(60, unique=True)
    scope = fields.CharField(10)
    hash = fields.CharField(64, unique=True)
    created_at = Moment()
    revoked_at = Moment(null=True)

    class Meta:
        table = "api_key"


class GivenAnswer(Model):
    """What a POST with an Idempotency-Key was answered, to be given again when it comes again."""

    id: int = fields.BigIntField(primary_key=True)
    api_key_id = fields.BigIntField()
    key = fields.CharField(200)
    request_hash = fields.CharField(64)
    status = fields.IntField()
    body = fields.TextField()
    at = Moment()

    class Meta:
        table = "given_answer"
        unique_together = (("api_key_id", "key"),)
