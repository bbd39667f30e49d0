"""A clinic, its families and its copybook as a history goes on: chance decides, and what follows from it follows."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any, TypeVar

from billing.products import ProductRecord, keep_product, receive_stock
from domain.invoice import OPEN
from domain.ports import Ports
from domain.practice import Practice
from domain.terms import LateFee, PlanRules, Tax
from models.by_hand import rows_by
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.people import Patient
from models.record import ChainHead, Event
from outreach.enrol import enrol, settle_if_nothing_is_owed
from outreach.reopening import wait_for_staff
from sandbox import MovableClock
from tests.billing.clinic import MIA, Clinic
from tests.billing.histories.copybook import Bill, Copybook
from tests.support.practice import the_practice

T = TypeVar("T")

FEES = (
    LateFee(flat_cents=1_500, after_days=1),
    LateFee(basis_points=150, after_days=1, every_days=20, cap_cents=900),
    LateFee(flat_cents=700, after_days=3, every_days=10, grace_days=4),
    None,
)
TAXES = {
    "state": Tax(title="State tax", basis_points=625),
    "vat": Tax(title="VAT", basis_points=1_900, included=True),
}


def some_practice(chance: random.Random) -> Practice:
    known = the_practice()
    return replace(
        known,
        late_fee=chance.choice(FEES),
        taxes=TAXES,
        refunds=chance.choice(("settled", "reopen")),
        stock_below_zero=chance.choice(("refuse", "warn")),
        plans=PlanRules(smallest_cents=100),
        terms=replace(
            known.terms,
            draft_on_completion=chance.random() < 0.8,
            archive_after_days=chance.choice((5, 60, None)),
        ),
    )


@dataclass
class Town:
    clinic: Clinic
    chance: random.Random
    book: Copybook = field(default_factory=Copybook)
    payers: list[Patient] = field(default_factory=list)
    clients: list[Patient] = field(default_factory=list)
    insured: list[Patient] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))
    daring: bool = False
    """Whether this step also tries what should be refused."""
    ages: dict[tuple[str, date], list[dict[str, Any]]] = field(default_factory=dict)
    """What the ageing report said at the end of each day, by location."""
    under_way: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Refunds that are out, by their id: what came off which bill."""
    merged: bool = False
    """Whether two records are one by now: the ageing report puts a past day's figures under who it is."""
    read: int = 0

    async def begin(self) -> None:
        self.clinic.practice = some_practice(self.chance)
        for name, place in (("ana", "downtown"), ("ben", "lakeside"), ("anna", "downtown")):
            payer = await self.clinic.patient(name, location=place)
            child = await self.clinic.patient(f"{name}-junior", guarantor=name, location=place)
            self.payers.append(payer)
            self.clients += [payer, child]
        for name, bill_to in (("cleo", "hybrid"), ("dan", "insurance")):
            self.insured.append(await self.clinic.patient(name, guarantor="ana", bill_to=bill_to))
        brace = ProductRecord(code="brace", name="Brace", unit_price_cents=4_000, taxes=("state",))
        await keep_product(brace, practice=self.practice, actor=MIA, now=self.now)
        await receive_stock("brace", 9_000, practice=self.practice, actor=MIA, now=self.now)
        self.book.shelf["brace"] = 9_000

    # -- what verbs ask ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> Any:
        return self.clinic.now

    @property
    def practice(self) -> Practice:
        return self.clinic.practice

    @property
    def known(self) -> dict[str, Any]:
        """What nearly every verb wants to know."""
        return {"practice": self.practice, "now": self.now}

    @property
    def ports(self) -> Ports:
        return Ports(clock=MovableClock(frozen_at=self.now), pdf=None)  # type: ignore[arg-type]  # nothing is printed

    def today(self, location: str) -> date:
        return self.practice.today(location, self.now)

    def pick(self, allowed: Sequence[T], all_of_them: Sequence[T] = ()) -> T | None:
        """One of those with which it goes well; in a daring step, any."""
        among = [*all_of_them, *allowed] if self.daring else allowed
        return self.chance.choice(among) if among else None

    def cents(self, most: int) -> int:
        """All of it, nearly all, a part, a cent; in a daring step, too much as well, or nothing."""
        some = [most, most, most - 1, most // 2, most // 3, 1]
        among = [cents for cents in some if cents > 0] + ([most + 1, 0, -5] if self.daring else [])
        return self.chance.choice(among)

    # -- what follows from what happened -------------------------------------------------------------------------------

    async def follows(self) -> None:
        """What the outreach reader makes of it, as far as it is about the books."""
        while events := await rows_by(Event, "SELECT * FROM event WHERE seq > $1 ORDER BY seq", [self.read]):
            self.read = events[-1].seq
            for event in events:
                if event.kind.startswith("invoice."):
                    await self._follows(event)
        assert self.read == (await ChainHead.get(id=1)).seq

    async def _follows(self, event: Event) -> None:
        number = int(event.subject.rpartition(":")[2])
        match event.kind:
            case "invoice.overdue":
                await enrol(number, practice=self.practice, now=self.now)
            case "invoice.paid" | "invoice.voided" | "invoice.closed" if event.invoice_set_id:
                paid = event.kind == "invoice.paid"
                await settle_if_nothing_is_owed(event.invoice_set_id, paid=paid, now=self.now)
            case "invoice.reopened" | "invoice.reopened_as_overdue" if "payment" in event.after:
                await self._reopened(number)

    async def _reopened(self, number: int) -> None:
        before = (await Invoice.get(id=number)).invoice_set_id
        await wait_for_staff(number, now=self.now)
        after = (await Invoice.get(id=number)).invoice_set_id
        for each in self.book.forgiven:
            if each.bill == number and each.chase == before and after is not None:
                each.chase = after

    async def are_one(self, kept: Patient, merged: Patient) -> None:
        """In the copybook, too."""
        for each in (*self.book.bills.values(), *self.book.moneys.values()):
            if each.payer == merged.id:
                each.payer = kept.id
        asks = {invoice.id: invoice.invoice_set_id for invoice in await Invoice.all()}
        gone = {each.id for each in await self.chases("cancelled")}
        for forgiven in self.book.forgiven:
            if forgiven.chase in gone:
                forgiven.chase = asks[forgiven.bill] or forgiven.chase
        self.merged = True

    def note_bill(self, sent: Invoice, from_shelf: dict[str, int]) -> None:
        assert sent.due_date
        bill = Bill(sent.guarantor_id, sent.due_date, sent.total_cents)
        bill.from_shelf.update(from_shelf)
        self.book.sent(sent.id, bill)

    async def invoices(self, *statuses: str) -> list[Invoice]:
        which = {"status__in": statuses} if statuses else {}
        return await Invoice.filter(**which).order_by("id")

    async def in_our_hands(self) -> list[Invoice]:
        """Open, and not with the collection agency."""
        theirs = {chase.id for chase in await self.chases("collections")}
        return [invoice for invoice in await self.invoices(*OPEN) if invoice.invoice_set_id not in theirs]

    async def chases(self, *statuses: str) -> list[InvoiceSet]:
        which = {"status__in": statuses} if statuses else {}
        return await InvoiceSet.filter(**which).order_by("id")

    async def passes(self) -> None:
        self.clinic.forward(hours=self.chance.choice((0, 1, 7, 20)))
