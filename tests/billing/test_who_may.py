"""Who may do what to the books: every verb that people do asks for the role, and for it at the location in question."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from billing.added_lines import NewLine
from billing.bulk_send import send_many
from billing.cancels import cancel_payment
from billing.cash_register import close_day, move_cash, open_day
from billing.claims import ClaimRecord, bill_patient, put_claim
from billing.collections import hand_over, recall
from billing.credit import apply_credit
from billing.drafts import DraftChange, change_draft, delete_draft, draft_invoice
from billing.families import set_guarantor
from billing.invoices import archive_invoice, send_invoice, void_invoice
from billing.late_fees import waive_late_fee
from billing.merging import merge_patients
from billing.plans import cancel_plan, change_plan, make_plan
from billing.prices import PriceRecord, keep_price
from billing.products import ProductRecord, count_stock, keep_product, receive_stock
from billing.refunds import refund_payment
from billing.sessions import complete_session
from billing.write_offs import undo_write_off, write_off
from domain.access import Actor, Grant
from domain.errors import Refusal
from domain.instalments import Part
from domain.terms import LateFee
from models.cash import CashDay
from models.change import change
from models.chasing import InvoiceSet
from models.insurance import Claim
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient
from models.plans import PaymentPlan
from tests.billing.clinic import DANA, Clinic, everything


def person(name: str, *grants: Grant) -> Actor:
    return Actor("person", f"U0{name.upper()}", name, "slack", grants)


NOBODY = person("Sam")
VIEWER = person("Vera", Grant("viewer"))
ELSEWHERE = person("Nora", Grant("admin", ("northside",)))
BILLER = person("Dana", Grant("biller"))
HERE = person("Hal", Grant("biller", ("downtown", "lakeside")))
MANAGER = person("Mia", Grant("manager"))


@dataclass
class Books:
    clinic: Clinic
    patients: dict[str, Patient]
    draft: Invoice
    sent: Invoice
    feed: Invoice
    paid: Invoice
    payment: Payment
    plan: PaymentPlan
    chased: InvoiceSet
    handed: InvoiceSet
    forgiven: InvoiceSet
    day: CashDay
    claim: Claim


@pytest.fixture
async def books(clinic: Clinic) -> Books:
    """Something in every state, all of it at downtown."""
    clinic.practice = replace(clinic.practice, late_fee=LateFee(flat_cents=500))
    people = {name: await clinic.patient(name) for name in ("maria", "ana", "ivo", "ola", "per", "eva", "kim", "lou")}
    chased, handed, forgiven = [await clinic.late_set(people[name]) for name in ("ivo", "ola", "per")]
    await hand_over(handed, note="Old", actor=DANA, now=clinic.now)
    await write_off(forgiven, reason="Hardship", actor=DANA, now=clinic.now, on=clinic.today)
    planned = await clinic.bills(people["eva"])
    owed = (await Invoice.get(id=planned.id)).balance_cents
    plan = await make_plan(
        people["eva"].id, [Part(clinic.today, owed)], practice=clinic.practice, actor=DANA, now=clinic.now
    )
    paid = await clinic.bills(people["kim"])
    payment = await clinic.is_paid(people["kim"], paid.balance_cents + 1_000)
    await clinic.bills(people["kim"])
    insured = await clinic.patient("insured", bill_to="insurance")
    visit = clinic.visit(insured, external_id="S-C")
    await complete_session(visit, practice=clinic.practice, actor=DANA, now=clinic.now)
    claim, _ = await put_claim(
        ClaimRecord(external_id="C-1", session="S-C", payer="Acme", status="denied"), practice=clinic.practice,
        actor=DANA, now=clinic.now,
    )  # fmt: skip
    await keep_product(_brace(), practice=clinic.practice, actor=MANAGER, now=clinic.now)
    day = await open_day("downtown", float_cents=1_000, practice=clinic.practice, actor=DANA, now=clinic.now)
    return Books(
        clinic, people, await clinic.sees(people["maria"]), await clinic.bills(people["ana"]),
        await Invoice.get(invoice_set_id=chased.id), await Invoice.get(id=paid.id), payment, plan, chased, handed,
        forgiven, day, claim,
    )  # fmt: skip


Verb = Callable[[Books, Actor], Awaitable[object]]


def _brace() -> ProductRecord:
    return ProductRecord(code="brace", name="Knee brace", unit_price_cents=4_500)


def _price() -> PriceRecord:
    return PriceRecord(
        price_list="standard", code="exam", description="Exam", unit_price_cents=1, valid_from=date(2026, 1, 1)
    )


def _parts(b: Books, cents: int) -> list[Part]:
    return [Part(b.clinic.today + timedelta(days=9), cents)]


def _money(b: Books, actor: Actor, **more: object) -> Awaitable[object]:
    return b.clinic.is_paid(b.patients["ana"], 100, actor=actor, **more)


BILLERS: dict[str, Verb] = {
    "draft": lambda b, a: draft_invoice(
        guarantor=b.patients["lou"].id, lines=[NewLine(description="Brace", unit_price_cents=5)], **_by(b, a)
    ),
    "change a draft": lambda b, a: change_draft(b.draft, DraftChange(notes="x"), **_by(b, a)),
    "delete a draft": lambda b, a: delete_draft(b.draft, actor=a, now=b.clinic.now),
    "send": lambda b, a: send_invoice(b.draft, **_by(b, a)),
    "send many": lambda b, a: send_many(first=b.clinic.today, last=b.clinic.today, location="downtown", **_by(b, a)),
    "void": lambda b, a: void_invoice(b.sent, reason="x", actor=a, now=b.clinic.now, on=b.clinic.today),
    "archive": lambda b, a: archive_invoice(b.paid, actor=a, now=b.clinic.now),
    "waive a late fee": lambda b, a: waive_late_fee(b.feed, 1, reason="x", **_by(b, a)),
    "record a payment": _money,
    "record a payment here": lambda b, a: _money(b, a, location="downtown"),
    "use credit": lambda b, a: apply_credit(b.patients["kim"].id, **_by(b, a)),
    "cancel a payment": lambda b, a: cancel_payment(b.payment.id, reason="x", **_by(b, a)),
    "refund": lambda b, a: refund_payment(b.payment.id, amount=b.payment.amount_cents, reason="x", **_by(b, a)),
    "refund a part": lambda b, a: refund_payment(b.payment.id, amount=100, reason="x", **_by(b, a)),
    "make a plan": lambda b, a: make_plan(b.patients["ana"].id, _parts(b, b.sent.balance_cents), **_by(b, a)),
    "change a plan": lambda b, a: change_plan(b.plan.id, _parts(b, b.plan.total_cents), **_by(b, a)),
    "cancel a plan": lambda b, a: cancel_plan(b.plan.id, reason="x", actor=a, now=b.clinic.now),
    "write off": lambda b, a: write_off(b.chased, reason="x", actor=a, now=b.clinic.now, on=b.clinic.today),
    "write off a part": lambda b, a: write_off(
        b.chased, amount=100, reason="x", actor=a, now=b.clinic.now, on=b.clinic.today
    ),
    "undo a write-off": lambda b, a: undo_write_off(b.forgiven, actor=a, now=b.clinic.now, on=b.clinic.today),
    "hand over": lambda b, a: hand_over(b.chased, note="x", actor=a, now=b.clinic.now),
    "recall": lambda b, a: recall(b.handed, actor=a, now=b.clinic.now),
    "open a day": lambda b, a: open_day("lakeside", float_cents=0, **_by(b, a)),
    "pay in": lambda b, a: move_cash(b.day.id, amount=5, reason="x", **_by(b, a)),
    "pay out": lambda b, a: move_cash(b.day.id, amount=5, reason="x", out=True, **_by(b, a)),
    "close a day": lambda b, a: close_day(b.day.id, counted={1_000: 1}, **_by(b, a)),
    "put a claim": lambda b, a: put_claim(
        ClaimRecord(external_id="C-1", session="S-C", payer="Acme", status="paid", patient_cents=100), **_by(b, a)
    ),
    "bill a claim's patient": lambda b, a: bill_patient(b.claim.id, amount=100, reason="x", **_by(b, a)),
    "change who pays": lambda b, a: set_guarantor(
        b.patients["lou"].id, b.patients["ana"].id, actor=a, now=b.clinic.now
    ),
}
IN_VAIN: dict[str, Verb] = {
    "void what is paid": lambda b, a: void_invoice(b.paid, reason="x", actor=a, now=b.clinic.now, on=b.clinic.today),
    "close a day that is short": lambda b, a: close_day(b.day.id, counted={100: 1}, **_by(b, a)),
    "refund too much": lambda b, a: refund_payment(b.payment.id, amount=10**9, reason="x", **_by(b, a)),
    "bill too much of a claim": lambda b, a: bill_patient(b.claim.id, amount=10**9, reason="x", **_by(b, a)),
}
"""What a biller is refused as well, in words about the books, which are for those only who may do it."""
MANAGERS: dict[str, Verb] = {
    "keep a price": lambda b, a: keep_price(_price(), **_by(b, a)),
    "keep a product": lambda b, a: keep_product(replace(_brace(), name="Brace"), **_by(b, a)),
    "receive stock": lambda b, a: receive_stock("brace", 1_000, **_by(b, a)),
    "count stock": lambda b, a: count_stock("brace", 1_000, reason="x", **_by(b, a)),
    "merge": lambda b, a: merge_patients(b.patients["lou"].id, b.patients["kim"].id, reason="x", **_by(b, a)),
}


def _by(b: Books, actor: Actor) -> dict[str, object]:
    return {"practice": b.clinic.practice, "actor": actor, "now": b.clinic.now}


async def test_nobody_does_what_their_role_at_that_location_does_not_reach(books: Books) -> None:
    before, wrongs = await everything(), []
    without = (NOBODY, VIEWER, ELSEWHERE)
    for verbs, actors in ((BILLERS | IN_VAIN, without), (MANAGERS, (*without, BILLER))):
        for what, verb in verbs.items():
            for actor in actors:
                try:
                    await verb(deepcopy(books), actor)
                    said = "did it"
                except Refusal as refusal:
                    said = "" if (refusal.status, refusal.code) == (403, "forbidden") else refusal.sentence
                if said:
                    wrongs.append(f"{actor.name}, {what}: {said}")
    assert not wrongs, "\n".join(wrongs)
    assert await everything() == before


async def test_who_has_the_role_does_it(books: Books) -> None:
    """So that what was refused above was refused for the role. Each is undone for the next."""
    before = await everything()
    for verbs, actor in ((BILLERS, BILLER), (BILLERS, HERE), (MANAGERS, MANAGER)):
        for verb in verbs.values():
            with suppress(Undone):
                async with change(books.clinic.now):
                    await verb(deepcopy(books), actor)
                    raise Undone
    assert await everything() == before


class Undone(Exception):
    """What was done is not kept."""
