"""Every move a person can make with an invoice set, by its name in the table: card, bulk bar and API all come here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from billing.books import held_payer
from billing.collections import hand_over, recall
from billing.write_offs import outstanding_cents, undo_write_off, write_off
from domain.access import Actor
from domain.errors import Refusal, invalid, not_found
from domain.invoice_set import CHASED, INVOICE_SET
from domain.machine import BEFORE
from domain.money import plain
from domain.ports import Ports
from domain.practice import Practice
from models.by_hand import change_row, row_of, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet
from models.firing import fire
from outreach.enrol import drop_queued
from outreach.instalments import rests
from outreach.plan import frozen, rule_set_named, time_of_step
from outreach.steps import foresee, take_step

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """One person's move on one set: who, what they answered, and what they had before their eyes."""

    invoice_set: InvoiceSet
    answers: Answers
    actor: Actor
    practice: Practice
    ports: Ports
    told: Change
    seen_version: int | None

    @property
    def now(self) -> datetime:
        return self.told.now

    @property
    def today(self) -> date:
        return self.now.astimezone(self.practice.locations[self.invoice_set.location].zone).date()


async def make_move(
    set_id: int,
    move: str,
    given: Answers,
    *,
    actor: Actor,
    practice: Practice,
    ports: Ports,
    seen_version: int | None = None,
) -> InvoiceSet:
    """Make a move, or refuse it with a sentence and change nothing."""
    async with change(ports.clock.now()) as told:
        found = await row_of(InvoiceSet, id=set_id)
        if found is None:
            raise not_found("invoice set", set_id)
        await held_payer(found.guarantor_id)
        [invoice_set] = await rows_of(InvoiceSet, lock=True, id=set_id)
        answers = await check_move(invoice_set, move, given, actor=actor, practice=practice)
        await VERBS[move](Press(invoice_set, answers, actor, practice, ports, told, seen_version))
    [moved] = await rows_of(InvoiceSet, id=set_id)
    return moved


async def check_move(
    invoice_set: InvoiceSet, move: str, given: Answers, *, actor: Actor, practice: Practice
) -> Answers:
    """Everything that can be known to be wrong before anything is done: the modal asks this before it closes."""
    INVOICE_SET.fire(
        move, status=invoice_set.status, before=invoice_set.status_before, actor=actor, location=invoice_set.location
    )
    answers = INVOICE_SET.answers(move, given, practice.currency)
    if move not in VERBS:
        raise Refusal("unknown_move", f"“{move}” happens by itself; nobody makes it.", status=404)
    if INVOICE_SET.move(move).to == BEFORE:
        await _check_no_other_is_open(invoice_set)
    if move == "send_now" and await rests(invoice_set.id):
        raise Refusal("on_plan", "An instalment plan is on track for all of this; change or cancel the plan first.")
    if "rule_set" in answers:
        rule_set_named(str(answers["rule_set"]), practice)
    if amount := answers.get("amount"):
        await _check_amount(invoice_set, int(amount), practice.currency)
    return answers


async def _check_no_other_is_open(invoice_set: InvoiceSet) -> None:
    """Everything one guarantor owes is chased together, in one set."""
    if await row_of(InvoiceSet, guarantor_id=invoice_set.guarantor_id, status__in=CHASED):
        raise Refusal("another_open", "Another balance of this guarantor is being chased; stop chasing that one first.")


async def _check_amount(invoice_set: InvoiceSet, amount: int, currency: str) -> None:
    owed = await outstanding_cents(invoice_set.id)
    if amount > owed:
        raise invalid(f"That is more than is outstanding ({plain(owed, currency)}).", "amount")


async def _fire(press: Press, move: str, **columns: Any) -> None:
    await fire(
        press.invoice_set,
        move,
        machine=INVOICE_SET,
        actor=press.actor,
        told=press.told,
        seen_version=press.seen_version,
        facts={k: v for k, v in press.answers.items() if v is not None},
        **columns,
    )


async def _pause(press: Press) -> None:
    await _fire(press, "pause")
    await drop_queued(press.invoice_set.id, press.told)


async def _resume(press: Press) -> None:
    await _fire(
        press,
        "resume",
        held_until=None,
        hold_reason=None,
        next_send_at=time_of_step(press.invoice_set, press.invoice_set.step, practice=press.practice, now=press.now),
    )
    await foresee(press.invoice_set, press.told, practice=press.practice, ports=press.ports)


async def _send_now(press: Press) -> None:
    """The step that stands next is due now; the gates still decide whether and when it leaves."""
    await _fire(press, "send_now", held_until=None, hold_reason=None, trouble=None, fix=None, next_send_at=press.now)
    await take_step(press.invoice_set.id, practice=press.practice, ports=press.ports)


async def _write_off(press: Press) -> None:
    await write_off(
        press.invoice_set,
        reason=press.answers["reason"],
        amount=press.answers["amount"],
        actor=press.actor,
        now=press.now,
        on=press.today,
        seen_version=press.seen_version,
    )
    if press.invoice_set.status == "written_off":
        await drop_queued(press.invoice_set.id, press.told)


async def _undo_write_off(press: Press) -> None:
    await undo_write_off(
        press.invoice_set, actor=press.actor, now=press.now, on=press.today, seen_version=press.seen_version
    )
    await _take_up_again(press)


async def _collections(press: Press) -> None:
    """The balance stays as it is and nothing more is sent; the agency has it."""
    await hand_over(
        press.invoice_set,
        note=press.answers["reason"],
        actor=press.actor,
        now=press.now,
        seen_version=press.seen_version,
    )
    await drop_queued(press.invoice_set.id, press.told)


async def _recall(press: Press) -> None:
    await recall(press.invoice_set, actor=press.actor, now=press.now, seen_version=press.seen_version)
    await _take_up_again(press)


async def _take_up_again(press: Press) -> None:
    """Back in the state it had before: a sequence that was running goes on from where it stood."""
    due = time_of_step(press.invoice_set, press.invoice_set.step, practice=press.practice, now=press.now)
    await change_row(press.invoice_set, {"next_send_at": due}, status__in=("active", "will_fail"))


async def _change_rule_set(press: Press) -> None:
    name = press.answers["rule_set"]
    rule_set = rule_set_named(name, press.practice)
    await drop_queued(press.invoice_set.id, press.told)
    await _fire(
        press,
        "change_rule_set",
        rule_set=name,
        plan=frozen(rule_set),
        step=0,
        enrolled_at=press.now,
        trouble=None,
        fix=None,
        held_until=None,
        hold_reason=None,
    )
    due = time_of_step(press.invoice_set, 0, practice=press.practice, now=press.now)
    await change_row(press.invoice_set, {"next_send_at": due})
    await foresee(press.invoice_set, press.told, practice=press.practice, ports=press.ports)


async def _cancel(press: Press) -> None:
    await _fire(press, "cancel", next_send_at=None, held_until=None, hold_reason=None)
    await drop_queued(press.invoice_set.id, press.told)


VERBS: dict[str, Callable[[Press], Awaitable[None]]] = {
    "pause": _pause,
    "resume": _resume,
    "send_now": _send_now,
    "write_off": _write_off,
    "write_off_part": _write_off,
    "undo_write_off": _undo_write_off,
    "undo_part": _undo_write_off,
    "collections": _collections,
    "recall": _recall,
    "change_rule_set": _change_rule_set,
    "cancel": _cancel,
}
