"""Texts sent, a round of them at a time: by outreach out of the books, or by a bare pooled client, at the same pace."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

import aiohttp

from bench.sides.rounds import Do, rounds
from domain.ports import Ports
from domain.practice import Practice
from duesday.practice_file import read_practice
from gateways.twilio_sms import TwilioSms
from models import database
from models.chasing import InvoiceSet, Message
from models.invoices import Invoice
from models.migrate import migrate
from models.people import Patient
from outreach.plan import frozen
from outreach.sending import ABREAST, AT_ONCE, send_due
from sandbox import MovableClock

TEXTS = 400
MORNING = datetime(2026, 9, 10, 14, 0, tzinfo=UTC)
"""An hour at which patients in New York may be texted."""
ACCOUNT, TOKEN = "AC" + "0" * 32, "token"
PUBLIC_URL, SENDER = "https://billing.example.com", "+19375550110"
BODY = (
    "Riverside Downtown: a balance of $125.00 on invoice INV-1042 is open since September 10. See it and pay here: "
    "https://billing.example.com/p/3q2-7wEAAABkYXRh Reply STOP to opt out."
)

numbers = count(1)


def phone(number: int) -> str:
    return f"+1212{number:07d}"


@asynccontextmanager
async def ours(network: str, database_url: str) -> AsyncIterator[Do]:
    await database.connect(database_url)
    await migrate()
    practice, sms = read_practice(Path("app.yaml")), TwilioSms(ACCOUNT, TOKEN, public_url=PUBLIC_URL, api_url=network)
    ports = Ports(clock=MovableClock(frozen_at=MORNING), pdf=None, sms=sms, public_url=PUBLIC_URL, secret_key=b"bench")  # type: ignore[arg-type]  # prints nothing

    async def send() -> float:
        await _queue()
        started = perf_counter()
        await asyncio.gather(*(_lane(practice, ports) for _ in range(ABREAST)))
        seconds = perf_counter() - started
        assert await Message.filter(status="sent").count() % TEXTS == 0, "not every text left"
        return TEXTS / seconds

    yield send
    await sms.close()
    await database.close()


async def _lane(practice: Practice, ports: Ports) -> None:
    """As the pump has them in the service."""
    while await send_due(practice=practice, ports=ports):
        pass


async def _queue() -> None:
    """A reminder each to as many patients, with all that is looked at once more before it leaves."""
    now, these = MORNING, [next(numbers) for _ in range(TEXTS)]
    rule_set = frozen(next(iter(read_practice(Path("app.yaml")).rule_sets.values())))
    await Patient.bulk_create(
        Patient(
            id=n, external_id=f"P-{n}", first_name="Maria", last_name="Garcia", phone=phone(n), location="downtown",
            timezone="America/New_York", created_at=now,
        )
        for n in these
    )  # fmt: skip
    await InvoiceSet.bulk_create(
        InvoiceSet(id=n, guarantor_id=n, location="downtown", rule_set="standard", plan=rule_set, enrolled_at=now)
        for n in these
    )
    await Invoice.bulk_create(
        Invoice(
            id=n, number=f"INV-{n}", guarantor_id=n, location="downtown", status="overdue", currency="USD",
            total_cents=12_500, balance_cents=12_500, due_date=date(2026, 8, 10), invoice_set_id=n, created_at=now,
        )
        for n in these
    )  # fmt: skip
    await Message.bulk_create(
        Message(
            id=n, ref=f"ref-{n}", occasion=f"set {n} step 0 sms", guarantor_id=n, location="downtown",
            invoice_set_id=n, purpose="reminder", step=0, channel="sms", direction="out", address=phone(n),
            sender=SENDER, body=BODY, status="queued", created_at=now, due_at=now,
        )
        for n in these
    )  # fmt: skip


@asynccontextmanager
async def bare(network: str) -> AsyncIterator[Do]:
    url, gate = f"{network}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", asyncio.Semaphore(ABREAST * AT_ONCE)
    credentials = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}

    async with aiohttp.ClientSession(headers=credentials) as session:

        async def one(number: int) -> None:
            callback = f"{PUBLIC_URL}/twilio/status?{urlencode({'ref': f'ref-{number}'})}"
            form = {"To": phone(number), "From": SENDER, "Body": BODY, "StatusCallback": callback}
            async with gate, session.post(url, data=form) as answer:
                assert answer.status == 201
                await answer.read()

        async def send() -> float:
            started = perf_counter()
            await asyncio.gather(*(one(next(numbers)) for _ in range(TEXTS)))
            return TEXTS / (perf_counter() - started)

        yield send


rounds(lambda: {"ours": ours, "bare": bare}[sys.argv[1]](*sys.argv[2:]))
