"""PostgreSQL: eight processes at the same hundred bills, one of them killed midway.

DUESDAY_CHAOS_SECONDS says for how long; DUESDAY_CHAOS_SEED begins with other chances.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from billing.audit import audit
from models.invoices import Invoice, InvoiceAdjustment
from models.money import Payment, Refund
from models.record import Event
from tests.billing.clinic import Clinic
from tests.chaos.frenzy import BEGINS, DEEDS, frantic, rage
from tests.support.nursery import nursery
from tests.support.trials import size

SECONDS = size("CHAOS_SECONDS", quick=3, whole=8)
SEED = int(os.environ.get("DUESDAY_CHAOS_SEED", "1"))
PROCESSES, PAYERS, BILLS = 8, 10, 10


async def hundred_bills() -> None:
    clinic = Clinic(frantic())
    await clinic.lists_prices()
    for number in range(PAYERS):
        payer = await clinic.patient(f"payer-{number}")
        for _ in range(BILLS):
            await clinic.bills(payer)
    assert await Invoice.all().count() == PAYERS * BILLS
    assert all(invoice.due_date < BEGINS.date() for invoice in await Invoice.all())


def they_rage(url: str, folder: Path) -> list[list[str]]:
    """What each of them noted; the first does not live to see the end."""
    notes = [folder / f"notes-{number}" for number in range(PROCESSES)]
    start = nursery.Barrier(PROCESSES + 1)
    processes = [
        nursery.Process(target=rage, args=(url, note, SEED * 1_000 + number, start, SECONDS))
        for number, note in enumerate(notes)
    ]
    for process in processes:
        process.start()
    start.wait(timeout=60)
    processes[0].join(SECONDS / 2)
    processes[0].kill()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [-9] + [0] * (PROCESSES - 1), notes[1].read_text()
    return [note.read_text().splitlines() for note in notes]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_eight_processes_at_the_same_bills_do_each_thing_once(open_database: str, tmp_path: Path) -> None:
    await hundred_bills()
    noted = [line for lines in they_rage(open_database, tmp_path) for line in lines]
    assert [line for line in noted if not line.startswith(tuple(deed.__name__ for deed in DEEDS))] == []
    done = Counter(line.split()[0] for line in noted)
    assert done.keys() >= {"pay", "void_and_bill_anew", "refund", "fee", "read"}, done
    assert await audit(full=True) == []
    await everything_acknowledged_is_there_once(noted)


async def everything_acknowledged_is_there_once(noted: list[str]) -> None:
    said = [line.split() for line in noted]
    payments = {payment.id: payment async for payment in Payment.all()}
    paid = [int(words[1]) for words in said if words[0] == "pay"]
    assert len(paid) == len(set(paid))
    by_card = {(words[1], int(words[2])) for words in said if words[0] == "pay_by_card"}
    assert len(by_card) == len({name for name, _ in by_card}), "two payments by one of the processor's"
    assert {*paid, *(number for _, number in by_card)} <= payments.keys()
    assert all(payments[number].processor_id == name for name, number in by_card)
    cancelled = [int(words[1]) for words in said if words[0] == "cancel"]
    assert len(cancelled) == len(set(cancelled))
    assert all(payments[number].status == "cancelled" for number in cancelled)
    refunded = [int(words[1]) for words in said if words[0] == "refund"]
    assert len(refunded) == len(set(refunded))
    assert await Refund.filter(id__in=refunded, status="done").count() == len(refunded)
    fees = Counter([(row.invoice_id, row.period) async for row in InvoiceAdjustment.filter(kind="late_fee")])
    assert set(fees.values()) == {1}
    assert not await Event.filter(kind="reader.passed_over").exists()
