"""What is found by filters is what a look at every row finds, page by page, whichever way the database takes."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from models.chasing import InvoiceSet
from models.finding import Wanted, find_invoices, find_patients, find_sets
from models.invoices import Invoice
from models.people import Patient
from models.search import folded

T0 = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("Maria", "José", "Mary Ann", "Ιωάννα", "Ola")
STATUSES = ("draft", "sent", "overdue", "paid")


async def populate(chance: Random) -> None:
    payers = []
    for number in range(12):
        payers.append(
            await Patient.create(
                external_id=f"P-{number}",
                first_name=chance.choice(NAMES),
                last_name=chance.choice(("Lopez", "de la Cruz")),
                phone=f"+1512555{number:04}",
                location="downtown",
                created_at=T0,
                guarantor_id=payers[0].id if number == 3 else None,
            )
        )
    sets = [
        await InvoiceSet.create(
            guarantor=payer,
            location="downtown",
            status=chance.choice(("active", "paused", "paid")),
            stage=chance.choice(("new", "late")),
            rule_set=chance.choice(("a", "b")),
            plan={},
            enrolled_at=T0 + timedelta(hours=chance.randrange(50)),
            next_send_at=T0 + timedelta(hours=chance.randrange(50)) if chance.random() < 0.6 else None,
        )
        for payer in payers
    ]
    for number in range(60):
        cents, status, place = chance.randrange(1, 9) * 100, chance.choice(STATUSES), chance.randrange(12)
        await Invoice.create(
            number=f"INV-{number}" if status != "draft" else None,
            guarantor=payers[place], status=status, currency="USD",
            location=chance.choice(("downtown", "harbor")), total_cents=cents,
            balance_cents=cents if status in ("sent", "overdue") else 0, paid_cents=cents if status == "paid" else 0,
            invoice_set_id=sets[place].id if chance.random() < 0.5 else None,
            created_at=T0 + timedelta(hours=chance.randrange(50)),
        )  # fmt: skip


def some_filter(chance: Random) -> dict[str, Any]:
    def span(name: str, ends: tuple[str, str], value: Any) -> dict[str, Any]:
        low, high = sorted((value(), value()))
        return {f"{name}_{ends[0]}": low, f"{name}_{ends[1]}": high}

    def moment() -> datetime:
        return T0 + timedelta(hours=chance.randrange(50))

    every = {
        "q": lambda: {"q": chance.choice(("mar", "JOSE", "cru", "p-1", "inv-7", "17", "lop mar", "555-0003", "zzz"))},
        "location": lambda: {"location": ("downtown",)},
        "guarantor": lambda: {"guarantor": chance.choice(("P-1", "P-0", "P-99"))},
        "amount": lambda: span("amount", ("from", "to"), lambda: chance.randrange(1, 9) * 100),
        "created": lambda: span("created", ("from", "before"), moment),
        "next_send": lambda: span("next_send", ("from", "before"), moment),
        "rule_set": lambda: {"rule_set": "a"},
        "stage": lambda: {"stage": "new"},
    }
    chosen: dict[str, Any] = {}
    for name in chance.sample(sorted(every), chance.randrange(3)):
        chosen |= every[name]()
    return chosen


def begins(q: str, people: list[Patient]) -> bool:
    """As the words are meant: each is how one of the family's names, ids or phones begins (phones: ends)."""
    words = [word for p in people for word in [*folded(f"{p.first_name} {p.last_name}").split(), p.external_id.lower()]]
    digits = q.replace("-", "")
    if digits.isdigit() and len(digits) >= 7:
        return any(p.phone is not None and p.phone.endswith(digits) for p in people)
    return all(any(word.startswith(asked) for word in words) for asked in folded(q).split())


async def looked_through(wanted: Wanted, *, sets: bool) -> list[int]:
    people, every = await Patient.all(), {each.id: each for each in await InvoiceSet.all()}
    invoices = await Invoice.all()

    def of_set(chased: InvoiceSet | None) -> bool:
        asked = (wanted.rule_set, wanted.stage, wanted.next_send_from, wanted.next_send_before)
        if all(each is None for each in asked):
            return True
        return chased is not None and (
            wanted.rule_set in (None, chased.rule_set)
            and wanted.stage in (None, chased.stage)
            and within(chased.next_send_at, wanted.next_send_from, wanted.next_send_before)
        )

    def within(at: datetime | None, least: datetime | None, most: datetime | None) -> bool:
        return least is None or (at is not None and most is not None and least <= at < most)

    def about(row: Any) -> bool:
        family = [p for p in people if p.payer_id == row.guarantor_id]
        known = {str(row.id)} | {
            (i.number or "").lower() for i in invoices if (i.invoice_set_id if sets else i.id) == row.id
        }
        return not wanted.q or begins(wanted.q, family) or wanted.q in known

    def cents(row: Any) -> int:
        if not sets:
            return row.total_cents
        return sum(i.balance_cents for i in invoices if i.invoice_set_id == row.id and i.status in ("sent", "overdue"))

    names = {p.id: p.external_id for p in people}
    found = [
        row
        for row in (every.values() if sets else invoices)
        if (not wanted.status or row.status in wanted.status)
        and (not wanted.location or row.location in wanted.location)
        and wanted.guarantor in (None, names[row.guarantor_id])
        and (wanted.amount_from is None or wanted.amount_from <= cents(row) <= (wanted.amount_to or 0))
        and within(row.enrolled_at if sets else row.created_at, wanted.created_from, wanted.created_before)
        and of_set(row if sets else every.get(row.invoice_set_id))
        and about(row)
    ]
    by_time = (wanted.next_send_from if sets else wanted.created_from) is not None
    found.sort(
        key=lambda row: ((row.next_send_at if sets else row.created_at) if by_time else T0, row.id), reverse=True
    )
    return [row.id for row in found]


@pytest.mark.parametrize("few", [0, 3, 500], ids=["walked", "between", "picked"])
async def test_every_filter_finds_what_a_look_at_every_row_finds(open_database: str, few: int):
    chance = Random(7 + few)
    await populate(chance)
    hits = 0
    for _ in range(60):
        sets = chance.random() < 0.4
        statuses = ("active", "paused") if sets else ("sent", "overdue")
        wanted = Wanted(status=chance.choice(((), statuses, statuses[:1])), **some_filter(chance))
        find, found, after = find_sets if sets else find_invoices, [], None
        for _ in range(99):
            page = await find(wanted, limit=7, after=after, few=few)
            found += page.ids
            after = page.next
            if after is None:
                break
        assert found == await looked_through(wanted, sets=sets), wanted
        hits += bool(found)
    assert hits > 20


@pytest.mark.parametrize("few", [0, 3, 500], ids=["walked", "between", "picked"])
async def test_patients_are_found_by_their_own_words_and_once_where_two_became_one(open_database: str, few: int):
    await populate(Random(3))
    await Patient.filter(external_id="P-7").update(merged_into_id=(await Patient.get(external_id="P-8")).id)
    people = [each for each in await Patient.all().order_by("-id") if each.merged_into_id is None]
    for q in ("", "mar", "JOSE", "p-1", "lop mar", "p-7", "555-0003", "zzz"):
        found, after = [], None
        for _ in range(9):
            page = await find_patients(q, limit=2, after=after, few=few)
            found += page.ids
            after = page.next
            if after is None:
                break
        assert found == [each.id for each in people if begins(q, [each])], q


async def test_a_changed_name_is_found_by_the_new_one_only(open_database: str):
    patient = await Patient.create(external_id="P-1", first_name="Ann", last_name="Lee", location="x", created_at=T0)
    invoice = await Invoice.create(guarantor=patient, location="x", currency="USD", created_at=T0)
    patient.last_name = "O'Neill-Ødegård"
    await patient.save()
    for q, ids in (("lee", []), ("o'neill-ø", [invoice.id]), ("ann", [invoice.id]), ("_", []), ("%", [])):
        assert (await find_invoices(Wanted(q=q), limit=5)).ids == ids, q
