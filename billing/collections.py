"""What a collection agency is given to collect: handed over, recalled, and the data of the packet that goes with it.

Meanwhile the balance stays as the agency was told (`billing.waiting`); only money that comes in still counts.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from billing.books import held_in_order, held_payer, standing_of
from billing.plans import cancel_plan
from domain.access import CLOCK, Actor
from domain.agency import LAST_STATEMENT, Itemized, PacketRow, itemized
from domain.errors import Refusal, not_found
from domain.invoice import OPEN
from domain.invoice_set import INVOICE_SET
from domain.plan import GOING
from domain.practice import Practice
from models.agency import AgencyCase, AgencyInvoice
from models.by_hand import keep_row, row_of, rows_of
from models.change import change
from models.chasing import InvoiceSet
from models.database import day, read
from models.firing import fire
from models.invoices import Invoice
from models.money import PaymentShare
from models.plans import PlanInvoice

DATES = """
    SELECT (SELECT MIN(served_on) FROM invoice_line WHERE invoice_id = $1) AS first_service,
           (SELECT MAX(served_on) FROM invoice_line WHERE invoice_id = $1) AS last_service,
           (SELECT MAX(p.received_on) FROM payment p JOIN payment_share s ON s.payment_id = p.id
             WHERE s.invoice_id = $1) AS last_payment
"""


@dataclass(frozen=True, slots=True)
class Packet:
    """What goes to the agency: a row for each invoice, and by name the papers that belong to them."""

    rows: tuple[PacketRow, ...]
    papers: tuple[str, ...]


async def hand_over(
    invoice_set: InvoiceSet,
    *,
    note: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> AgencyCase:
    """Hand a set to the agency: what is owed is itemized and frozen. A plan that is behind ends with it."""
    async with change(now) as told:
        await held_payer(invoice_set.guarantor_id)
        owed = await held_in_order(invoice_set_id=invoice_set.id, status__in=OPEN, balance_cents__gt=0)
        balance = sum(invoice.balance_cents for invoice in owed)
        await fire(
            invoice_set,
            "collections",
            machine=INVOICE_SET,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"reason": note, "amount_cents": balance},
            next_send_at=None,
            held_until=None,
            hold_reason=None,
        )
        if not owed:
            raise Refusal("nothing_owed", "Nothing is owed here that an agency could collect.")
        if any(invoice.plan_id for invoice in owed):
            raise Refusal("on_plan", "An instalment plan is on track for this; cancel that first.")
        await _end_plans(owed, actor, now)
        case = await AgencyCase.create(
            invoice_set=invoice_set, note=note, balance_cents=balance, handed_at=now, handed_by=actor.name
        )
        for invoice in owed:
            await _itemize(case, invoice)
        return case


async def recall(
    invoice_set: InvoiceSet, *, actor: Actor, now: datetime, seen_version: int | None = None
) -> AgencyCase:
    """Take a set back from the agency: it is what it was before."""
    async with change(now) as told:
        await held_payer(invoice_set.guarantor_id)
        await fire(invoice_set, "recall", machine=INVOICE_SET, actor=actor, told=told, seen_version=seen_version)
        case = await case_of(invoice_set.id)
        case.recalled_at, case.recalled_by = now, actor.name
        await keep_row(case, "recalled_at", "recalled_by")
        return case


async def case_of(invoice_set_id: int) -> AgencyCase:
    """The latest hand-over of a set."""
    case = await AgencyCase.filter(invoice_set_id=invoice_set_id).order_by("-id").first()
    if case is None:
        raise not_found("hand-over of invoice set", invoice_set_id)
    return case


async def packet(case: AgencyCase, *, practice: Practice) -> Packet:
    """Everything an agency is told: the figures as they were handed over, and what is left of them by now."""
    items = await AgencyInvoice.filter(case_id=case.id).order_by("invoice_id").prefetch_related("invoice__guarantor")
    shares = await PaymentShare.filter(invoice_id__in=[item.invoice_id for item in items]).order_by("payment_id")
    papers = [f"invoice:{item.invoice_id}" for item in items]
    papers += [f"receipt:{payment}" for payment in dict.fromkeys(share.payment_id for share in shares)]
    return Packet(tuple([await _row(case, item, practice) for item in items]), tuple(papers))


async def tell_agency(invoice_id: int, now: datetime) -> None:
    """After money has moved on an invoice that an agency was given and not asked to give back: it must hear of it."""
    async with change(now) as told:
        [invoice] = await rows_of(Invoice, id=invoice_id)
        if not await row_of(AgencyCase, invoice_set_id=invoice.invoice_set_id, recalled_at=None):
            return
        told.tell(
            "set.agency_to_be_told",
            f"set:{invoice.invoice_set_id}",
            actor=CLOCK,
            location=invoice.location,
            guarantor=invoice.guarantor_id,
            invoice_set=invoice.invoice_set_id,
            after={"invoice": invoice.id, "number": invoice.number, "balance_cents": invoice.balance_cents},
        )


async def _end_plans(owed: Iterable[Invoice], actor: Actor, now: datetime) -> None:
    over = PlanInvoice.filter(invoice_id__in=[invoice.id for invoice in owed], plan__status__in=GOING)
    for plan_id in sorted(set(map(int, await over.values_list("plan_id", flat=True)))):  # type: ignore[arg-type]
        await cancel_plan(plan_id, reason="Handed to collections", actor=actor, now=now)


async def _itemize(case: AgencyCase, invoice: Invoice) -> None:
    items = asdict(itemized(await standing_of(invoice.id)))
    await AgencyInvoice.create(
        case=case, invoice=invoice, itemized_on=invoice.issued_on, itemized_by=LAST_STATEMENT, **items
    )


async def _row(case: AgencyCase, item: AgencyInvoice, practice: Practice) -> PacketRow:
    invoice, payer = item.invoice, item.invoice.guarantor
    items = Itemized(item.principal_cents, item.fees_cents, item.payments_cents, item.credits_cents)
    [dates] = await read(DATES, [invoice.id])
    return PacketRow(
        case=case.id,
        creditor=practice.name,
        clinic=practice.locations[invoice.location].name,
        account=payer.external_id,
        first_name=payer.first_name,
        last_name=payer.last_name,
        birth_date=payer.birth_date,
        phone=payer.phone,
        email=payer.email,
        language=payer.locale,
        invoice=invoice.number or "",
        first_service_on=_day(dates["first_service"]),
        last_service_on=_day(dates["last_service"]),
        due_on=invoice.due_date,
        last_payment_on=_day(dates["last_payment"]),
        currency=invoice.currency,
        itemized_on=item.itemized_on,
        itemized_by=item.itemized_by,
        **asdict(items),
        balance_cents=items.balance_cents,
        balance_now_cents=invoice.balance_cents,
        note=case.note,
    )


def _day(found: date | str | None) -> date | None:
    return day(found) if found else None
