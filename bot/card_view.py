"""Filling a card from the books."""

from datetime import datetime, time

from bot.cards import CardView
from documents.words import initials
from domain.access import Actor, Grant
from domain.invoice import OPEN
from domain.invoice_set import CHASED, INVOICE_SET
from domain.ports import Ports
from domain.practice import Practice, Privacy
from models.by_hand import rows_of
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.money import PaymentShare
from models.people import Patient
from outreach.plan import plan_of
from outreach.situation import suppressed


async def card_view(set_id: int, *, practice: Practice, ports: Ports) -> CardView:
    [invoice_set] = await rows_of(InvoiceSet, id=set_id)
    [payer] = await rows_of(Patient, id=invoice_set.guarantor_id)
    invoices = await Invoice.filter(invoice_set_id=set_id).order_by("due_date", "id")
    owed = [invoice for invoice in invoices if invoice.status in OPEN and invoice.balance_cents > 0]
    now, place = ports.clock.now(), practice.locations[invoice_set.location]
    oldest = owed[0].due_date if owed else None
    plan = plan_of(invoice_set)
    return CardView(
        set_id=set_id,
        version=invoice_set.version,
        status=invoice_set.status,
        location=place.name,
        who=who(payer, practice.slack.privacy),
        outstanding_cents=sum(invoice.balance_cents for invoice in owed),
        currency=practice.currency,
        numbers=tuple(invoice.number or "" for invoice in (owed or invoices)),
        oldest_due=datetime.combine(oldest, time.min, place.zone) if oldest else None,
        rule_set=plan.title,
        next_at=invoice_set.next_send_at,
        step=invoice_set.step,
        steps=len(plan.steps),
        moves=INVOICE_SET.offered(
            invoice_set.status, anyone_at(invoice_set.location, practice), invoice_set.location, invoice_set
        ),
        trouble=invoice_set.trouble,
        fix=invoice_set.fix,
        hold=invoice_set.hold_reason if _is_held(invoice_set, now) else None,
        held_until=invoice_set.held_until,
        settled_cents=await _settled(invoice_set, invoices),
        can_reply=bool(payer.phone and ports.sms and practice.slack.replies_in_slack and invoice_set.status in CHASED)
        and not await suppressed("sms", payer.phone),
    )


def who(payer: Patient, privacy: Privacy) -> str:
    """The guarantor as this practice's Slack may name them."""
    if privacy == "strict":
        return f"No. {payer.id}"
    if privacy == "initials":
        return initials(payer.first_name, payer.last_name)
    return f"{payer.first_name} {payer.last_name}".strip()


def anyone_at(location: str, practice: Practice) -> Actor:
    """All staff of a location in one: a card in a channel offers what somebody there may do, the verb checks who."""
    grants = tuple(Grant(p.role, p.locations) for p in practice.people if not p.locations or location in p.locations)
    return Actor("person", "anyone", "anyone", "slack", grants)


def _is_held(invoice_set: InvoiceSet, now: datetime) -> bool:
    return invoice_set.status in CHASED and (invoice_set.held_until is None or now < invoice_set.held_until)


async def _settled(invoice_set: InvoiceSet, invoices: list[Invoice]) -> int:
    """What a closed card is about, now that nothing is outstanding."""
    if invoice_set.status == "written_off":
        return int(invoice_set.written_off_cents)
    shares = await PaymentShare.filter(invoice_id__in=[i.id for i in invoices]).values_list("amount_cents", flat=True)
    return sum(int(cents) for cents in shares)  # type: ignore[call-overload]
