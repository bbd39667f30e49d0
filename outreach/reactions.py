"""What follows from what happened: the outreach reader turns events into enrolments, messages and closed sets."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from billing.collections import tell_agency
from domain.gates import opening
from domain.invoice_set import CHASED
from domain.ports import Ports
from domain.practice import Practice
from models.by_hand import rows_of
from models.change import change, following
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient
from models.record import Event
from outreach.bills import mind_bills
from outreach.enrol import enrol, hold_for_bank, rule_set_name, settle_if_nothing_is_owed
from outreach.instalments import mind_plans
from outreach.reopening import wait_for_staff
from outreach.situation import situation_of_payer
from outreach.steps import foresee
from outreach.writing import facts_for, write

NAME = "outreach"


async def react(events: Sequence[Event], *, practice: Practice, ports: Ports) -> None:
    """Called in the reader's transaction: each event is reacted to exactly once.

    Every guarantor of the batch is held first, as by everybody: their bills and sets are then taken in any order.
    """
    payers = {event.guarantor_id for event in events if event.guarantor_id is not None}
    await rows_of(Patient, lock=True, id__in=payers)
    for event in events:
        with following(event.correlation):
            await _react(event, practice=practice, ports=ports)


async def _react(event: Event, *, practice: Practice, ports: Ports) -> None:
    number = int(event.subject.rpartition(":")[2]) if event.subject.rpartition(":")[2].isdigit() else 0
    await mind_plans(event, number, practice=practice, ports=ports)
    await mind_bills(event, number, practice=practice, ports=ports)
    match event.kind:
        case "invoice.sent":
            await _enrol_if(number, "sent", practice, ports)
        case "invoice.overdue":
            await _enrol_if(number, "overdue", practice, ports)
        case "invoice.paid" | "invoice.voided" | "invoice.closed" if event.invoice_set_id:
            paid = event.kind == "invoice.paid"
            await settle_if_nothing_is_owed(event.invoice_set_id, paid=paid, now=ports.clock.now())
        case "invoice.paid_on" | "invoice.payment_taken_off" if event.invoice_set_id:
            await tell_agency(number, ports.clock.now())
        case "invoice.reopened" | "invoice.reopened_as_overdue" if "payment" in event.after:
            await wait_for_staff(number, now=ports.clock.now())
        case "payment.recorded":
            await _thank(number, practice=practice, ports=ports)
        case "checkout.processing" | "checkout.failed" if event.guarantor_id:
            under_way = event.kind == "checkout.processing"
            await hold_for_bank(event.guarantor_id, under_way=under_way, practice=practice, now=ports.clock.now())
        case "set.enrolled" | "patient.opted_out" | "patient.opted_in" | "patient.changed" | "patient.merged":
            await _look_ahead(event.guarantor_id, practice=practice, ports=ports)


async def _enrol_if(invoice_id: int, happened: str, practice: Practice, ports: Ports) -> None:
    [invoice] = await rows_of(Invoice, id=invoice_id)
    [payer] = await rows_of(Patient, id=invoice.guarantor_id)
    rule_set = practice.rule_sets[rule_set_name(payer.location, practice)]
    if rule_set.enrol_on == happened:
        await enrol(invoice_id, practice=practice, now=ports.clock.now())


async def _thank(payment_id: int, *, practice: Practice, ports: Ports) -> None:
    """By mail with the receipt; where there is no mail, by text when the patient may next be texted."""
    [payment] = await rows_of(Payment, id=payment_id)
    [payer], now = await rows_of(Patient, id=payment.guarantor_id), ports.clock.now()
    facts = await facts_for(payer, practice=practice, ports=ports, now=now, amount_cents=payment.amount_cents)
    thank = partial(
        write,
        f"thanks for payment {payment.id}",
        purpose="receipt",
        payer=payer,
        facts=facts,
        practice=practice,
        now=now,
    )
    if payer.email:
        await thank(channel="email", template="receipt", paper=f"receipt:{payment.id}")
        return
    at = await situation_of_payer(payer, "sms", owed_cents=1, practice=practice, ports=ports, now=now)
    if opens := opening(replace(at, recent=()), practice.contact, now):
        await thank(channel="sms", template="thanks", due_at=opens)


async def _look_ahead(guarantor: int | None, *, practice: Practice, ports: Ports) -> None:
    """Whatever has changed about how a guarantor can be reached may change what their next step will meet."""
    async with change(ports.clock.now()) as told:
        for invoice_set in await rows_of(InvoiceSet, guarantor_id=guarantor, status__in=CHASED):
            await foresee(invoice_set, told, practice=practice, ports=ports)
