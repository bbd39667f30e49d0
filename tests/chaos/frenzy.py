"""A process that does whatever chance says to the same bills as everybody, and notes each deed once it is committed."""

import asyncio
import os
import random
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import models.postgres_engine  # noqa: F401  # loaded before the fork
from billing.cancels import cancel_payment
from billing.checkouts import follow_card_event
from billing.credit import apply_credit
from billing.drafts import draft_invoice
from billing.invoices import mark_overdue, send_invoice, void_invoice
from billing.late_fees import charge_late_fee, waive_late_fee
from billing.payments import MoneyIn, record_payment
from billing.plans import cancel_plan, make_plan
from billing.refunds import refund_payment
from domain.access import CLOCK, vendor
from domain.errors import Refusal
from domain.instalments import monthly
from domain.ports import CardEvent, Ports
from domain.practice import Practice
from domain.terms import LateFee
from models import database
from models.chasing import InvoiceSet
from models.invoices import Invoice, InvoiceAdjustment
from models.money import Dispute, Payment
from models.people import Patient
from models.plans import PaymentPlan
from models.readers import read_on
from outreach.moves import make_move
from outreach.reactions import react
from sandbox import MovableClock
from tests.billing.clinic import DANA, MONDAY
from tests.support.practice import the_practice

A_DAY = timedelta(days=1)
BEGINS = MONDAY + 31 * A_DAY
"""When the bills are late."""
MOVES = ("write_off", "write_off", "undo_write_off", "undo_part", "collections", "recall", "recall", "pause", "resume")


def frantic() -> Practice:
    return replace(the_practice(), late_fee=LateFee(flat_cents=100, after_days=1, every_days=1))


@dataclass
class Frenzy:
    chance: random.Random
    began: float
    notes: int
    """The file it writes to."""
    practice: Practice = field(default_factory=frantic)

    @property
    def now(self) -> datetime:
        """A day goes by in each second."""
        return BEGINS + (time.time() - self.began) * A_DAY

    @property
    def known(self) -> dict[str, Any]:
        return {"practice": self.practice, "actor": DANA, "now": self.now}

    @property
    def ports(self) -> Ports:
        clock = MovableClock(frozen_at=self.now)
        return Ports(clock=clock, pdf=None, public_url="http://x", secret_key=bytes(32))  # type: ignore[arg-type]  # nothing is printed

    def note(self, line: str) -> None:
        """At once, and in one piece: a process that is killed leaves what it had done."""
        os.write(self.notes, f"{line}\n".encode())

    async def one(self, model: Any, **which: Any) -> Any:
        ids = await model.filter(**which).values_list("id", flat=True)
        if not ids:
            raise Refusal("none", "There is none.")
        return await model.get(id=self.chance.choice(ids))

    async def rages(self, until: float) -> None:
        deeds = DEEDS
        while time.time() < until:
            [deed] = self.chance.choices(list(deeds), list(deeds.values()))
            try:
                done = await deed(self)
            except Refusal:
                continue
            except Exception:  # noqa: BLE001  # whatever reaches a caller
                self.note("TROUBLE " + traceback.format_exc().replace("\n", " | "))
                return
            self.note(f"{deed.__name__} {done}")


Deed = Callable[[Frenzy], Awaitable[object]]


async def pay(frenzy: Frenzy) -> object:
    payer = await frenzy.one(Patient)
    money = MoneyIn(
        guarantor=payer.id, amount_cents=frenzy.chance.choice((50, 4_000, 30_000)), currency="USD", method="check",
        on=MONDAY.date(),
    )  # fmt: skip
    return (await record_payment(money, **frenzy.known))[0].id


async def pay_by_card(frenzy: Frenzy) -> object:
    """Several are told of the same payment."""
    number = frenzy.chance.randrange(int(time.time() - frenzy.began + 1) * 10)
    payers = await Patient.all().order_by("id")
    money = MoneyIn(
        guarantor=payers[number % len(payers)].id, amount_cents=9_000, currency="USD", method="card", on=MONDAY.date(),
        processor="stripe", processor_id=f"pi_{number}",
    )  # fmt: skip
    payment, _ = await record_payment(money, practice=frenzy.practice, actor=vendor("stripe"), now=frenzy.now)
    return f"{money.processor_id} {payment.id}"


async def cancel(frenzy: Frenzy) -> object:
    payment = await frenzy.one(Payment, processor=None, status="received", returned_cents=0)
    return (await cancel_payment(payment.id, reason="Slip", **frenzy.known)).id


async def refund(frenzy: Frenzy) -> object:
    payment, how = await frenzy.one(Payment, status="received"), frenzy.chance.choice((None, "settled", "reopen"))
    amount = frenzy.chance.choice((1, 2_000, payment.amount_cents))
    known = frenzy.known | {"recorded_only": True, "disposition": how}
    return (await refund_payment(payment.id, amount=amount, reason="Asked for", **known)).id


async def dispute(frenzy: Frenzy) -> object:
    payment = await frenzy.one(Payment, processor="stripe", status__in=("received", "disputed"))
    known = await Dispute.get_or_none(payment_id=payment.id, status="open")
    kind = frenzy.chance.choice(("dispute_won", "dispute_lost")) if known else "dispute_opened"
    told = CardEvent(
        kind=kind, processor_id=payment.processor_id, ref=None, amount_cents=payment.amount_cents, currency="USD",  # type: ignore[arg-type]
        occurred_at=frenzy.now, return_id=known.processor_id if known else f"dp_{payment.id}_{payment.version}",
    )  # fmt: skip
    await follow_card_event(told, processor="stripe", practice=frenzy.practice, now=frenzy.now)
    return payment.id


async def use_credit(frenzy: Frenzy) -> object:
    payer = await frenzy.one(Patient, credit_cents__gt=0)
    return await apply_credit(payer.id, **frenzy.known)


async def late(frenzy: Frenzy) -> object:
    invoice = await frenzy.one(Invoice, status="sent")
    return (await mark_overdue(invoice.id, practice=frenzy.practice, now=frenzy.now)).id


async def fee(frenzy: Frenzy) -> object:
    invoice = await frenzy.one(Invoice, status="overdue")
    return await charge_late_fee(invoice.id, practice=frenzy.practice, actor=CLOCK, now=frenzy.now)


async def waive(frenzy: Frenzy) -> object:
    charged = await frenzy.one(InvoiceAdjustment, kind="late_fee")
    invoice = await Invoice.get(id=charged.invoice_id)
    return await waive_late_fee(invoice, charged.period, reason="Goodwill", **frenzy.known)


async def void_and_bill_anew(frenzy: Frenzy) -> object:
    invoice = await frenzy.one(Invoice, status__in=("sent", "overdue"), paid_cents=0)
    await void_invoice(invoice, reason="Wrong", actor=DANA, now=frenzy.now, on=frenzy.now.date())
    draft = await draft_invoice(guarantor=invoice.guarantor_id, **frenzy.known)
    return (await send_invoice(draft, **frenzy.known)).number


async def move(frenzy: Frenzy) -> object:
    """Written off whole or in part, brought back, handed to the agency, recalled, paused, resumed."""
    invoice_set, name = await frenzy.one(InvoiceSet), frenzy.chance.choice(MOVES)
    given = {
        "write_off": {"reason": "Hardship", "amount": frenzy.chance.choice(("", "1.00"))},
        "collections": {"reason": "Three letters"},
    }.get(name, {})
    await make_move(invoice_set.id, name, given, actor=DANA, practice=frenzy.practice, ports=frenzy.ports)
    return f"{name} {invoice_set.id}"


async def plan(frenzy: Frenzy) -> object:
    payer = await frenzy.one(Patient)
    going = await PaymentPlan.get_or_none(guarantor_id=payer.id, status__in=("active", "late"))
    if going:
        return (await cancel_plan(going.id, reason="Other wishes", actor=DANA, now=frenzy.now)).id
    owed = await Invoice.filter(guarantor_id=payer.id, status__in=("sent", "overdue"))
    today = frenzy.practice.today("downtown", frenzy.now)
    parts = monthly(sum(i.balance_cents for i in owed) or 1, parts=2, first_on=today, today=today)
    return (await make_plan(payer.id, parts, **frenzy.known)).id


async def read(frenzy: Frenzy) -> object:
    """What follows from it all."""
    read = partial(react, practice=frenzy.practice, ports=frenzy.ports)
    return await read_on("outreach", read, now=frenzy.now)


DEEDS: dict[Deed, int] = {
    pay: 6, pay_by_card: 4, cancel: 4, refund: 4, dispute: 3, use_credit: 3, late: 3, fee: 3, waive: 2,
    void_and_bill_anew: 3, move: 5, plan: 2, read: 4,
}  # fmt: skip


def rage(url: str, notes: Path, seed: int, start: Barrier, seconds: float) -> None:
    asyncio.run(_rage(url, notes, seed, start, seconds))


async def _rage(url: str, notes: Path, seed: int, start: Barrier, seconds: float) -> None:
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    await database.connect(url)
    try:
        start.wait()
        began = time.time()
        await Frenzy(random.Random(seed), began, file).rages(began + seconds)
    finally:
        await database.close()
