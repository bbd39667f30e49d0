"""Statements' figures, from the ledger alone, and the statements that fall due. Printing and sending are not done here.

Entries are booked on the day they are written down, so a period that is over stays as it was.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime

from billing.books import held_payer
from domain.access import CLOCK
from domain.errors import not_found
from domain.periods import Period
from domain.practice import Practice
from domain.statement import Billed, Line, Statement, added, aged, last_day_due, parted
from models.by_hand import add_row, rows_of
from models.change import Change, change
from models.database import Row, day, read
from models.invoices import Invoice, InvoiceLine
from models.money import Payment
from models.people import Patient
from models.statements import DueStatement

_OWED = "CASE WHEN debit = 'receivable' THEN amount_cents WHEN credit = 'receivable' THEN -amount_cents ELSE 0 END"
_CREDIT = "CASE WHEN credit = 'credit' THEN amount_cents WHEN debit = 'credit' THEN -amount_cents ELSE 0 END"
LAST = "SELECT MAX(last_on) AS last_on FROM due_statement WHERE guarantor_id = $1"
BEFORE = f"""
    SELECT COALESCE(SUM({_OWED}), 0) AS owed, COALESCE(SUM({_CREDIT}), 0) AS credit, MIN(booked_on) AS begins
      FROM ledger_entry WHERE guarantor_id = $1 AND booked_on < $2
"""  # noqa: S608  # our own columns
ACTS = f"""
    SELECT booked_on, act, invoice_id, payment_id, SUM({_OWED}) - SUM({_CREDIT}) AS cents
      FROM ledger_entry WHERE guarantor_id = $1 AND booked_on >= $2 AND booked_on <= $3
     GROUP BY booked_on, at, act, invoice_id, payment_id HAVING SUM({_OWED}) <> SUM({_CREDIT})
     ORDER BY booked_on, MIN(id)
"""  # noqa: S608  # our own columns
OPEN = f"""
    SELECT i.issued_on, SUM({_OWED}) AS cents FROM ledger_entry l JOIN invoice i ON i.id = l.invoice_id
     WHERE l.guarantor_id = $1 AND l.booked_on <= $2 GROUP BY i.id, i.issued_on HAVING SUM({_OWED}) <> 0
"""  # noqa: S608  # our own columns
OWING = """
    SELECT p.id AS id FROM patient p JOIN invoice i ON i.guarantor_id = p.id
     WHERE p.location = $1 AND p.id > $2 AND i.balance_cents > 0 AND i.issued_on <= $3
       AND NOT EXISTS (SELECT 1 FROM due_statement s WHERE s.guarantor_id = p.id AND s.last_on >= $3)
     GROUP BY p.id HAVING SUM(i.balance_cents) >= $4 ORDER BY p.id LIMIT 200
"""


async def statement(guarantor: int, period: Period) -> Statement:
    """Everything a guarantor owed and paid in a period, as the ledger has it."""
    [before] = await read(BEFORE, [guarantor, period.first])
    acts = await read(ACTS, [guarantor, period.first, period.last])
    [after] = await read(BEFORE, [guarantor, date.fromordinal(period.last.toordinal() + 1)])
    opened = await read(OPEN, [guarantor, period.last])
    issued = {int(act["invoice_id"]): int(act["cents"]) for act in acts if act["act"] == "issue"}
    return Statement(
        period=period,
        opening_cents=int(before["owed"]) - int(before["credit"]),
        lines=await _lines(acts),
        owed_cents=int(after["owed"]),
        credit_cents=int(after["credit"]),
        ageing_cents=aged([(day(row["issued_on"]), int(row["cents"])) for row in opened], period.last),
        billed=await _billed(issued, guarantor),
    )


async def _lines(acts: list[Row]) -> tuple[Line, ...]:
    invoices = {i.id: i.number for i in await rows_of(Invoice, id__in={act["invoice_id"] for act in acts} - {None})}
    payments = {p.id: p.method for p in await rows_of(Payment, id__in={act["payment_id"] for act in acts} - {None})}
    return tuple(
        Line(
            on=day(act["booked_on"]),
            act=act["act"],
            amount_cents=int(act["cents"]),
            invoice=invoices.get(act["invoice_id"]),
            method=payments.get(act["payment_id"]),
        )
        for act in acts
    )


async def _billed(issued: dict[int, int], guarantor: int) -> tuple[Billed, ...]:
    """By patient; what was written by hand is the guarantor's own."""
    lines: dict[int, list[tuple[int, int]]] = {number: [] for number in issued}
    for line in await rows_of(InvoiceLine, invoice_id__in=issued):
        lines[line.invoice_id].append((line.patient_id or guarantor, line.amount_cents))
    sums = added(parted(issued[number], on) for number, on in lines.items())
    people = {patient.id: patient for patient in await rows_of(Patient, id__in=sums)}
    return tuple(Billed(people[number].external_id, cents) for number, cents in sorted(sums.items()))


async def owing(location: str, *, practice: Practice, now: datetime) -> AsyncIterator[tuple[int, date]]:
    """Whose statement has fallen due at a location, and up to which day: one that is over at every location."""
    rules, last_id = practice.statements, 0
    if rules is None:
        return
    today = min(practice.today(name, now) for name in practice.locations)
    last = last_day_due(today, rules.day_of_month)
    while rows := await read(OWING, [location, last_id, last, rules.minimum_cents]):
        for row in rows:
            last_id = int(row["id"])
            yield last_id, last


async def make_statement(guarantor: int, last: date, *, practice: Practice, now: datetime) -> DueStatement | None:
    """The statement that has fallen due, once: from where the one before ended, however long ago that was. Nobody gets
    one who owes less than the practice's minimum, with what they have as credit."""
    async with change(now) as told:
        payer = await held_payer(guarantor)
        if payer is None:
            raise not_found("guarantor", guarantor)
        first = await _begins(guarantor, last)
        least = max(practice.statements.minimum_cents, 1) if practice.statements else 1
        if first is None or first > last:
            return None
        found = await statement(guarantor, Period(first, last))
        return await _keep(payer, found, told) if found.closing_cents >= least else None


async def _begins(guarantor: int, last: date) -> date | None:
    """The day after the last statement's; for the first one, the day of the first entry."""
    [before] = await read(LAST, [guarantor])
    if before["last_on"]:
        return date.fromordinal(day(before["last_on"]).toordinal() + 1)
    [entries] = await read(BEFORE, [guarantor, date.fromordinal(last.toordinal() + 1)])
    return day(entries["begins"]) if entries["begins"] else None


async def _keep(payer: Patient, found: Statement, told: Change) -> DueStatement:
    row = await add_row(
        DueStatement,
        guarantor_id=payer.id,
        location=payer.location,
        first_on=found.period.first,
        last_on=found.period.last,
        opening_cents=found.opening_cents,
        owed_cents=found.owed_cents,
        credit_cents=found.credit_cents,
        made_at=told.now,
    )
    told.tell(
        "statement.due",
        f"statement:{row.id}",
        actor=CLOCK,
        location=payer.location,
        guarantor=payer.id,
        after={
            "from": found.period.first.isoformat(),
            "to": found.period.last.isoformat(),
            "closing_cents": found.closing_cents,
        },
    )
    return row
