"""A practice with its edge open: its doors, its keys, and a few people who owe it something."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from billing.drafts import draft_invoice
from billing.invoices import send_invoice
from billing.links import link_for
from billing.patients import PatientRecord, keep_patient
from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from domain.ports import PdfPrinter, Ports
from domain.practice import Location, Practice, RuleSet, Step
from domain.terms import Terms
from gateways.pyx12_remittance import read_beside
from gateways.sendgrid_events import SendGridEvents
from gateways.stripe_cards import StripeCards
from gateways.twilio_sms import TwilioSms
from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter
from handlers.api.keys import hash_of
from handlers.app import Doors, web_app
from models.group_commit import GroupCommit
from models.inbox import keeper
from models.invoices import Invoice
from models.keys import ApiKey
from models.people import Patient
from models.record import Event, InboxItem
from sandbox import MovableClock

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
PUBLIC_URL = "https://billing.example.test"
SLACK_SECRET, TWILIO_TOKEN, STRIPE_SECRET = "slack-secret", "twilio-token", "whsec_secret"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
ASSETS = Path(__file__).parents[2] / "templates" / "pdf"

PRACTICE = Practice(
    name="Riverside Family Health",
    currency="USD",
    timezone="America/Chicago",
    locations={
        "downtown": Location(
            name="Riverside Downtown", timezone="America/Chicago", slack_channel="billing", phone="+1 512 555 0100"
        ),
        "harbor": Location(
            name="Riverside Harbor", timezone="America/Chicago", slack_channel="billing-harbor", phone="+1 512 555 0200"
        ),
    },
    rule_sets={
        "standard": RuleSet(
            title="Standard", steps=(Step(after_days=0, send=("sms",)), Step(after_days=30, expire=True))
        ),
        "gentle": RuleSet(
            title="Gentle", steps=(Step(after_days=9, send=("email",)), Step(after_days=60, expire=True))
        ),
    },
    rule_set="standard",
    terms=Terms(draft_on_completion=False),
    payment_instructions="Bring a check.",
)

numbers = count(1)


@dataclass
class House:
    client: TestClient[Any, Any]
    doors: Doors
    clock: MovableClock
    told: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    # -- programs

    async def key(self, scope: str, *, revoked: bool = False) -> str:
        secret = f"key-{scope}-{next(numbers)}"
        when = NOW if revoked else None
        await ApiKey.create(name=secret, scope=scope, hash=hash_of(secret), created_at=NOW, revoked_at=when)
        return secret

    async def call(
        self, method: str, path: str, body: object = None, *, scope: str = "admin", once: str | None = None, **more: Any
    ) -> ClientResponse:
        """As a program with a key of this scope, with a new Idempotency-Key for every POST unless one is given."""
        if scope not in self.keys:
            self.keys[scope] = await self.key(scope)
        headers = {"Authorization": f"Bearer {self.keys[scope]}", **more.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", once or f"once-{next(numbers)}")
        if body is not None:
            more["data"] = body if isinstance(body, bytes) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    # -- patients

    async def token(self, guarantor: int) -> str:
        return await link_for(guarantor, secret_key=self.doors.ports.secret_key, now=self.clock.now(), days=120)

    # -- vendors

    async def from_slack(self, body: bytes, *, stamp: object = None, signature: str | None = None) -> ClientResponse:
        said = str(int(time.time()) if stamp is None else stamp)
        mac = hmac.new(SLACK_SECRET.encode(), f"v0:{said}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": said, "X-Slack-Signature": signature or f"v0={mac}"}
        return await self.client.post("/slack/events", data=body, headers=headers)

    async def from_twilio(self, path: str, form: Mapping[str, str], *, signature: str | None = None) -> ClientResponse:
        said = PUBLIC_URL + path + "".join(name + form[name] for name in sorted(form))
        mac = hmac.new(TWILIO_TOKEN.encode(), said.encode(), hashlib.sha1).digest()
        signature = base64.b64encode(mac).decode() if signature is None else signature
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(path, data=urlencode(form), headers=headers)

    async def from_stripe(self, body: bytes, *, at: int | None = None, signature: str | None = None) -> ClientResponse:
        stamp = int(time.time()) if at is None else at
        mac = hmac.new(STRIPE_SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={mac}" if signature is None else signature}
        return await self.client.post("/stripe/webhook", data=body, headers=headers)

    async def from_sendgrid(self, body: bytes, *, at: int | None = None, key: Any = SENDGRID) -> ClientResponse:
        stamp = str(int(time.time()) if at is None else at)
        signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        name = "X-Twilio-Email-Event-Webhook"
        headers = {f"{name}-Signature": signature, f"{name}-Timestamp": stamp}
        return await self.client.post("/email/events", data=body, headers=headers)


@asynccontextmanager
async def open_house(
    *,
    cards: StripeCards | None = None,
    pdf: PdfPrinter | None = None,
    practice: Practice = PRACTICE,
    public_url: str = PUBLIC_URL,
    **off: Any,
) -> AsyncIterator[House]:
    """Over the database that is open. Doors are the real ones; what Slack is told is kept where a test can see it.
    A printer that is brought along is left running."""
    clock = MovableClock(frozen_at=NOW)
    sms = TwilioSms("AC" + "0" * 32, TWILIO_TOKEN, public_url=public_url)
    cards = cards or StripeCards("sk_test_1", STRIPE_SECRET, clock=clock)
    printer = Xhtml2pdfPrinter(ASSETS, workers=1)
    public = SENDGRID.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ports = Ports(
        clock=clock, pdf=pdf or printer, sms=sms, cards=cards, public_url=public_url, secret_key=b"s" * 32,
        mail_events=SendGridEvents(base64.b64encode(public).decode(), clock=clock),
    )  # fmt: skip
    inbox, told = keeper(), []

    async def dispatch(headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        told.append((headers, body))
        return 200, "application/json", '{"ok": true}'

    async def health() -> dict[str, object]:
        return {"ready": True}

    doors = Doors(
        practice=practice, ports=ports, keep=keeping(inbox, clock), health=health, slack_dispatch=dispatch,
        slack_signing_secret=SLACK_SECRET, metrics=True, version="1.2.3",
        read_remittance=partial(read_beside, currency=practice.currency),
    )  # fmt: skip
    doors = replace(doors, **off)
    try:
        async with TestClient(TestServer(web_app(doors))) as client:
            yield House(client, doors, clock, told)
    finally:
        await inbox.close()
        for door in (sms, cards, printer):
            await door.close()


def keeping(inbox: GroupCommit, clock: MovableClock) -> Any:
    async def keep(source: str, external_id: str, headers: Mapping[str, str], body: bytes) -> bool:
        return await inbox.keep((source, external_id, json.dumps(dict(headers)), body, clock.now(), clock.now(), 0))

    return keep


async def everything() -> tuple[int, int]:
    """What must stay the same when nothing may have changed."""
    return await Event.all().count(), await InboxItem.all().count()


# -- people who owe something


async def patient(name: str = "P-1", **more: Any) -> Patient:
    said = {"first_name": "Maria", "last_name": "Lopez", "location": "downtown", "phone": "+15125550111"}
    record = PatientRecord(external_id=name, **{**said, "email": f"{name.lower()}@example.com", **more})
    kept, _ = await keep_patient(record, practice=PRACTICE, actor=CLOCK, now=NOW)
    return kept


async def seen(who: str = "P-1", *, cents: int = 12_000, code: str = "visit") -> None:
    """A completed session: its charge waits to be billed."""
    await keep_price(
        PriceRecord(
            price_list="standard",
            code=code,
            description="Office visit",
            unit_price_cents=cents,
            valid_from=date(2020, 1, 1),
        ),
        practice=PRACTICE,
        actor=CLOCK,
        now=NOW,
    )
    record = SessionRecord(
        external_id=f"S-{next(numbers)}", patient=who, location="downtown", provider="Dr. Ade", items=(Item(code),),
        date=date(2026, 3, 1),
    )  # fmt: skip
    await complete_session(record, practice=PRACTICE, actor=CLOCK, now=NOW)


async def bill(payer: Patient, *, cents: int = 12_000, sent: bool = True) -> Invoice:
    await seen(payer.external_id, cents=cents)
    invoice = await draft_invoice(guarantor=payer.id, practice=PRACTICE, actor=CLOCK, now=NOW)
    return await send_invoice(invoice, practice=PRACTICE, actor=CLOCK, now=NOW) if sent else invoice
