"""What of a payment stands on which invoice: put on, taken off, with the balances and states that follow from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing.books import Journal
from billing.plans import follow_plans_of
from domain import ledger
from domain.access import CLOCK
from domain.allocation import Share
from domain.invoice import INVOICE, OPEN
from domain.practice import Practice
from domain.terms import Disposition
from models.by_hand import change_row, insertion, keep_row, rows_of
from models.change import Change
from models.database import Statement
from models.firing import fire
from models.invoices import Invoice
from models.money import Payment, PaymentShare

SHARE = ("payment_id", "invoice_id", "amount_cents", "recovered_cents")
ADD_TO_SHARE = """
    ON CONFLICT (payment_id, invoice_id) DO UPDATE
       SET amount_cents = payment_share.amount_cents + excluded.amount_cents,
           recovered_cents = payment_share.recovered_cents + excluded.recovered_cents
"""
LEAVE = "UPDATE payment SET unapplied_cents = $2, returned_cents = $3 WHERE id = $1"


@dataclass(slots=True)
class Shares:
    """One payment's shares, moved within one verb: the payment and its invoices are under lock."""

    payment: Payment
    practice: Practice
    told: Change
    journal: Journal = field(init=False)
    stored: tuple[int, int] = field(init=False)
    """What the payment's row says of its money."""
    put: dict[int, tuple[int, int]] = field(default_factory=dict)
    """What has been put on each invoice, and how much of it is recovered; not yet written."""

    def __post_init__(self) -> None:
        self.journal = Journal(self.payment.guarantor_id, self.told.now)
        self.stored = self.payment.unapplied_cents, self.payment.returned_cents

    def receive(self) -> None:
        """The money itself."""
        self._book("payment", ledger.receive(self.payment.amount_cents), self.payment.location)

    async def put_on(self, invoice: Invoice, cents: int, *, recovered: int = 0) -> None:
        """`recovered` of it came for what had been written off; the rest for what is open."""
        if recovered:
            self._book("recovery", ledger.recover(invoice.id, recovered), invoice.location)
        self._book("apply", ledger.apply(invoice.id, cents), invoice.location)
        so_far = self.put.get(invoice.id, (0, 0))
        self.put[invoice.id] = so_far[0] + cents, so_far[1] + recovered
        before = invoice.balance_cents
        await self._move(invoice, paid=cents, forgiven=-recovered)
        facts = {"recovered_cents": recovered} if recovered else {}
        self._tell("paid_on", invoice, before, {"amount_cents": cents, **facts})

    async def take_off(self, invoice: Invoice, share: PaymentShare, cents: int, *, then: Disposition) -> None:
        """Back into the guarantor's credit. What had been recovered is written off again; of the rest the balance rises
        (`reopen`), or is adjusted away (`settled`)."""
        recovered = min(cents, share.recovered_cents)
        rest = cents - recovered
        adjusted = rest if then == "settled" else 0
        self._book("unapply", ledger.unapply(invoice.id, cents), invoice.location)
        if recovered:
            self._book("undo_recovery", ledger.write_off(invoice.id, recovered), invoice.location)
        if adjusted:
            self._book("refund_settled", ledger.adjust(invoice.id, adjusted), invoice.location)
        await self._shrink(share, cents, recovered)
        before = invoice.balance_cents
        await self._move(invoice, paid=-cents, forgiven=recovered + adjusted)
        self._tell("payment_taken_off", invoice, before, {"amount_cents": cents, "disposition": then})

    def give_back(self, act: str, entries: Sequence[ledger.Entry]) -> None:
        """Money of the payer's credit goes out again, by this payment."""
        payment, before = self.payment, self.payment.unapplied_cents
        self._book(act, entries, payment.location)
        payment.returned_cents += before - payment.unapplied_cents

    async def write(self) -> None:
        """The journal, shares, the payment's own row, and what plans make of it; call it when everything has been
        moved."""
        await follow_plans_of(self.payment.guarantor_id, self.told, *self.journal.statements(), *self._statements())

    def _statements(self) -> Iterator[Statement]:
        number, left = self.payment.id, (self.payment.unapplied_cents, self.payment.returned_cents)
        if self.put:
            sql, args = insertion("payment_share", SHARE, [(number, on, *cents) for on, cents in self.put.items()])
            yield sql + ADD_TO_SHARE, args
        if left != self.stored:
            yield LEAVE, [number, *left]

    def _book(self, act: str, entries: Sequence[ledger.Entry], location: str) -> None:
        on = self.practice.today(location, self.told.now)
        self.journal.book(act, entries, location=location, on=on, payment=self.payment.id)
        self.payment.unapplied_cents += sum(
            entry.amount_cents * ((entry.credit is ledger.Account.CREDIT) - (entry.debit is ledger.Account.CREDIT))
            for entry in entries
        )

    async def _shrink(self, share: PaymentShare, cents: int, recovered: int) -> None:
        share.amount_cents -= cents
        share.recovered_cents -= recovered
        if share.amount_cents:
            await keep_row(share, "amount_cents", "recovered_cents")
        else:
            await share.delete()

    async def _move(self, invoice: Invoice, *, paid: int, forgiven: int) -> None:
        """An invoice's copies of the ledger, and the state that its balance calls for."""
        figures = {
            "paid_cents": invoice.paid_cents + paid,
            "forgiven_cents": invoice.forgiven_cents + forgiven,
            "balance_cents": invoice.balance_cents - paid - forgiven,
        }
        move, times = _called_for(invoice, figures["balance_cents"], figures["paid_cents"], self.told.now)
        if move is None:
            await change_row(invoice, figures)
            for name, cents in figures.items():
                setattr(invoice, name, cents)
            return
        facts = {"payment": self.payment.id}
        await fire(invoice, move, machine=INVOICE, actor=CLOCK, told=self.told, facts=facts, **figures, **times)

    def _tell(self, what: str, invoice: Invoice, before: int, facts: Mapping[str, object]) -> None:
        self.told.tell(
            f"invoice.{what}",
            f"invoice:{invoice.id}",
            actor=CLOCK,
            location=invoice.location,
            guarantor=invoice.guarantor_id,
            invoice_set=invoice.invoice_set_id,
            before={"balance_cents": before},
            after={
                "number": invoice.number,
                "balance_cents": invoice.balance_cents,
                "payment": self.payment.id,
                **facts,
            },
        )


def _called_for(invoice: Invoice, balance: int, paid: int, now: datetime) -> tuple[str | None, dict[str, Any]]:
    """The move that an invoice's new balance asks for, with the times it sets."""
    if balance == 0 and invoice.status in OPEN:
        return "settle", {"paid_at": now}
    if balance > 0 and invoice.status not in OPEN:
        return reopening(invoice), {"paid_at": None, "archived_at": None}
    if balance == 0 and paid == 0 and invoice.status == "paid":
        return "refund", {}
    return None, {}


def reopening(invoice: Invoice) -> str:
    """Open as it was before it closed: overdue if it had become so."""
    return "reopen_late" if invoice.overdue_at else "reopen"


async def shares_of(payment: Payment) -> list[PaymentShare]:
    """In the order in which invoices took them."""
    return await rows_of(PaymentShare, payment_id=payment.id)


def as_allocated(shares: Sequence[PaymentShare]) -> list[Share]:
    return [(share.invoice_id, share.amount_cents) for share in shares]
