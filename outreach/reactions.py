"""What follows from what happened: the outreach reader turns events into enrolments, messages and closed sets."""

from collections.abc import Sequence

from domain.invoice_set import CHASED
from domain.ports import Ports
from domain.practice import Practice
from models.change import change, following
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient
from models.record import Event
from outreach.enrol import enrol, hold_for_bank, rule_set_name, settle_if_nothing_is_owed
from outreach.steps import foresee
from outreach.writing import facts_for, write

NAME = "outreach"


async def react(events: Sequence[Event], *, practice: Practice, ports: Ports) -> None:
    """Called in the reader's transaction: each event is reacted to exactly once."""
    for event in events:
        with following(event.correlation):
            await _react(event, practice=practice, ports=ports)


async def _react(event: Event, *, practice: Practice, ports: Ports) -> None:
    number = int(event.subject.rpartition(":")[2]) if event.subject.rpartition(":")[2].isdigit() else 0
    match event.kind:
        case "invoice.sent":
            await _mail_invoice(number, practice=practice, ports=ports)
            await _enrol_if(number, "sent", practice, ports)
        case "invoice.overdue":
            await _enrol_if(number, "overdue", practice, ports)
        case "invoice.paid" | "invoice.voided" if event.invoice_set_id:
            await settle_if_nothing_is_owed(
                event.invoice_set_id, paid=event.kind == "invoice.paid", now=ports.clock.now()
            )
        case "payment.recorded":
            await _thank(number, practice=practice, ports=ports)
        case "checkout.processing" | "checkout.failed" if event.guarantor_id:
            under_way = event.kind == "checkout.processing"
            await hold_for_bank(event.guarantor_id, under_way=under_way, practice=practice, now=ports.clock.now())
        case "set.enrolled" | "patient.opted_out" | "patient.opted_in" | "patient.changed":
            await _look_ahead(event.guarantor_id, practice=practice, ports=ports)


async def _mail_invoice(invoice_id: int, *, practice: Practice, ports: Ports) -> None:
    invoice = await Invoice.get(id=invoice_id)
    payer, now = await Patient.get(id=invoice.guarantor_id), ports.clock.now()
    facts = await facts_for(
        payer,
        practice=practice,
        ports=ports,
        now=now,
        amount_cents=invoice.total_cents,
        due_on=invoice.due_date,
        invoice_number=invoice.number,
    )
    await write(
        f"invoice {invoice.id} sent {invoice.version}",
        purpose="invoice",
        channel="email",
        template="invoice",
        payer=payer,
        facts=facts,
        practice=practice,
        now=now,
        paper=f"invoice:{invoice.id}",
    )


async def _enrol_if(invoice_id: int, happened: str, practice: Practice, ports: Ports) -> None:
    invoice = await Invoice.get(id=invoice_id)
    payer = await Patient.get(id=invoice.guarantor_id)
    rule_set = practice.rule_sets[rule_set_name(payer.location, practice)]
    if rule_set.enrol_on == happened:
        await enrol(invoice_id, practice=practice, now=ports.clock.now())


async def _thank(payment_id: int, *, practice: Practice, ports: Ports) -> None:
    """By mail with the receipt; a text only where there is no mail."""
    payment = await Payment.get(id=payment_id)
    payer, now = await Patient.get(id=payment.guarantor_id), ports.clock.now()
    facts = await facts_for(payer, practice=practice, ports=ports, now=now, amount_cents=payment.amount_cents)
    by_mail = bool(payer.email)
    await write(
        f"thanks for payment {payment.id}",
        purpose="receipt",
        channel="email" if by_mail else "sms",
        template="receipt" if by_mail else "thanks",
        payer=payer,
        facts=facts,
        practice=practice,
        now=now,
        paper=f"receipt:{payment.id}" if by_mail else None,
    )


async def _look_ahead(guarantor: int | None, *, practice: Practice, ports: Ports) -> None:
    """Whatever has changed about how a guarantor can be reached may change what their next step will meet."""
    async with change(ports.clock.now()) as told:
        for invoice_set in await InvoiceSet.filter(guarantor_id=guarantor, status__in=CHASED):
            await foresee(invoice_set, told, practice=practice, ports=ports)
