"""A due step of a sequence: gates first, then the message that waits to be sent, or the time at which it may."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from billing.write_offs import outstanding_cents
from domain.access import CLOCK
from domain.gates import for_good, opening, verdicts
from domain.invoice_set import INVOICE_SET, SENDING
from domain.ports import Ports
from domain.practice import Channel, Practice, Step
from models.by_hand import change_row, keep_row, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet
from models.database import read
from models.firing import fire
from models.people import Patient
from outreach.facts import facts_of_set
from outreach.instalments import hold_for_plan, rests
from outreach.plan import channels_of, current_step, other_than, plan_of, time_of_step
from outreach.situation import situation_of
from outreach.writing import write

A_DAY = timedelta(days=1)
"""However late the clock or a pause has made a sequence, it catches up by a step a day."""

GONE = """
    SELECT channel FROM message
     WHERE invoice_set_id = $1 AND purpose = 'reminder' AND step = $2 AND created_at >= $3
       AND status IN ('queued', 'sending', 'sent', 'delivered')
"""


async def take_step(invoice_set_id: int, *, practice: Practice, ports: Ports) -> None:
    """Take the step that is due on a set: once, whoever asks."""
    now = ports.clock.now()
    async with change(now) as told:
        [invoice_set] = await rows_of(InvoiceSet, lock=True, id=invoice_set_id)
        due = invoice_set.next_send_at is not None and invoice_set.next_send_at <= now
        step = current_step(invoice_set)
        if not due or invoice_set.status not in SENDING or step is None:
            return
        if not await outstanding_cents(invoice_set.id):  # its payment is booked, and closes it in a moment
            await change_row(invoice_set, {"next_send_at": None})
            return
        if await rests(invoice_set.id):
            await hold_for_plan(invoice_set, told, practice=practice)
            return
        if step.expire:
            await fire(invoice_set, "expire", machine=INVOICE_SET, actor=CLOCK, told=told, next_send_at=None)
            return
        await _contact(invoice_set, step, told, practice=practice, ports=ports)


async def _contact(invoice_set: InvoiceSet, step: Step, told: Change, *, practice: Practice, ports: Ports) -> None:
    now, gone = told.now, await gone_by(invoice_set, invoice_set.step)
    missing = [channel for channel in step.send if channel not in gone]
    opens = await _openings(invoice_set, missing, practice=practice, ports=ports, now=now)
    if not opens and not gone and plan_of(invoice_set).fall_back:
        opens = await _openings(invoice_set, [other_than(step.send[0])], practice=practice, ports=ports, now=now)
    if not opens and not gone:
        await _give_up(invoice_set, step, told, practice=practice, ports=ports)
        return
    if (latest := max(opens.values(), default=now)) > now:
        await change_row(invoice_set, {"next_send_at": latest})
        return
    for channel in opens:
        await _write(invoice_set, step, channel, practice=practice, ports=ports, now=now)
    await _move_on(invoice_set, told, practice=practice, ports=ports)


async def gone_by(invoice_set: InvoiceSet, step: int) -> set[str]:
    """By which channels a step has arrived or is on its way: taken once more, it repeats only what failed."""
    return {row["channel"] for row in await read(GONE, [invoice_set.id, step, invoice_set.enrolled_at])}


async def _openings(
    invoice_set: InvoiceSet, channels: Sequence[Channel], *, practice: Practice, ports: Ports, now: datetime
) -> dict[Channel, datetime]:
    """The channels that are open, or will be by themselves, and when."""
    found = {}
    for channel in channels:
        at = await situation_of(invoice_set, channel, practice=practice, ports=ports, now=now)
        if opens := opening(at, practice.contact, now):
            found[channel] = opens
    return found


async def _give_up(invoice_set: InvoiceSet, step: Step, told: Change, *, practice: Practice, ports: Ports) -> None:
    at = await situation_of(invoice_set, step.send[0], practice=practice, ports=ports, now=told.now)
    verdict = for_good(verdicts(at, practice.contact, told.now))
    why = verdict.sentence if verdict else "No moment was found in the next 30 days in which it may be sent."
    await fire(
        invoice_set,
        "fail",
        machine=INVOICE_SET,
        actor=CLOCK,
        told=told,
        facts={"reason": why},
        trouble=why,
        fix=verdict.fix if verdict else None,
        next_send_at=None,
    )


async def _write(
    invoice_set: InvoiceSet, step: Step, channel: Channel, *, practice: Practice, ports: Ports, now: datetime
) -> None:
    [payer] = await rows_of(Patient, id=invoice_set.guarantor_id)
    facts = await facts_of_set(invoice_set.id, payer, practice=practice, ports=ports, now=now)
    await write(
        f"set {invoice_set.id} v{invoice_set.version} step {invoice_set.step} {channel}",
        purpose="reminder",
        channel=channel,
        template=step.template,
        payer=payer,
        facts=facts,
        practice=practice,
        now=now,
        invoice_set=invoice_set.id,
        step=invoice_set.step,
    )


async def _move_on(invoice_set: InvoiceSet, told: Change, *, practice: Practice, ports: Ports) -> None:
    invoice_set.step += 1
    invoice_set.next_send_at = time_of_step(invoice_set, invoice_set.step, practice=practice, now=told.now + A_DAY)
    await keep_row(invoice_set, "step", "next_send_at")
    await foresee(invoice_set, told, practice=practice, ports=ports)


async def foresee(invoice_set: InvoiceSet, told: Change, *, practice: Practice, ports: Ports) -> None:
    """Run the gates of the next step forward: Will Fail while there is still time to mend it, and back when mended."""
    step = current_step(invoice_set)
    if step is None or step.expire or invoice_set.status not in SENDING:
        return
    shut = []
    for channel in channels_of(invoice_set, step):
        at = await situation_of(invoice_set, channel, practice=practice, ports=ports, now=told.now)
        if opening(at, practice.contact, told.now) is not None:
            break
        shut.append(for_good(verdicts(at, practice.contact, told.now)))
    else:
        if invoice_set.status == "active" and shut and shut[0]:
            await fire(
                invoice_set,
                "foresee_failure",
                machine=INVOICE_SET,
                actor=CLOCK,
                told=told,
                facts={"reason": shut[0].sentence},
                trouble=shut[0].sentence,
                fix=shut[0].fix,
            )
        return
    if invoice_set.status == "will_fail":
        await fire(invoice_set, "clear_failure", machine=INVOICE_SET, actor=CLOCK, told=told, trouble=None, fix=None)
