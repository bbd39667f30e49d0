"""The patient's key to their page: a signed, expiring, revocable token for one guarantor."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from domain.errors import Refusal
from models.by_hand import add_row, row_of
from models.papers import PatientLink

SIGNATURE_CHARACTERS = 16
"""96 bits: short enough for a text, far too many to guess behind a rate limit."""


def _signature(link_id: int, secret_key: bytes) -> str:
    mac = hmac.new(secret_key, f"patient-link:{link_id}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(mac).decode()[:SIGNATURE_CHARACTERS]


def token_of(link: PatientLink, secret_key: bytes) -> str:
    return f"{link.id:x}-{_signature(link.id, secret_key)}"


async def link_for(guarantor: int, *, secret_key: bytes, now: datetime, days: int) -> str:
    """A token for this guarantor: the one they hold if it is good for another half of its time, or a new one."""
    good_until = now + timedelta(days=days / 2)
    link = await row_of(PatientLink, guarantor_id=guarantor, revoked_at=None, expires_at__gt=good_until)
    if link is None:
        link = await add_row(PatientLink, guarantor_id=guarantor, created_at=now, expires_at=now + timedelta(days=days))
    return token_of(link, secret_key)


async def guarantor_of(token: str, *, secret_key: bytes, now: datetime) -> int:
    """Whose page this token opens, or a refusal that tells nothing but that the link is no longer good."""
    number, _, signature = token.partition("-")
    try:
        link_id = int(number, 16)
    except ValueError:
        link_id = 0
    if not hmac.compare_digest(_signature(link_id, secret_key).encode(), signature.encode()):
        raise _no_longer_good()
    link = await row_of(PatientLink, id=link_id)
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        raise _no_longer_good()
    return link.guarantor_id


def _no_longer_good() -> Refusal:
    return Refusal("link_expired", "This link is no longer good. Call the clinic for a new one.", status=410)
