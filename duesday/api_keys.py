"""Keys for programs: made, listed and revoked. A key is shown once; only its hash is kept."""

import secrets
from datetime import datetime

from domain.errors import Refusal, invalid, not_found
from handlers.api.keys import SCOPES, hash_of
from models.keys import ApiKey


async def create_key(name: str, scope: str, *, now: datetime) -> str:
    if scope not in SCOPES:
        raise invalid(f"There is no scope “{scope}”; there are {', '.join(SCOPES)}.", "scope")
    if await ApiKey.filter(name=name).exists():
        raise Refusal("name_taken", f"There is a key named {name} already; choose another name.", field="name")
    key = f"dk_{secrets.token_urlsafe(32)}"
    await ApiKey.create(name=name, scope=scope, hash=hash_of(key), created_at=now)
    return key


async def revoke_key(name: str, *, now: datetime) -> None:
    if not await ApiKey.filter(name=name, revoked_at=None).update(revoked_at=now):
        raise not_found("key in use named", name)
