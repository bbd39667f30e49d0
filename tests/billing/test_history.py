"""Random histories over the verbs: after every step the books, their copies, the report and the chain say one thing."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from billing.audit import audit
from billing.drafts import draft_invoice
from billing.invoices import mark_overdue, void_invoice
from billing.late_fees import charge_late_fee
from billing.sessions import complete_session
from billing.write_offs import outstanding_cents, undo_write_off, write_off
from domain.access import CLOCK
from domain.ageing import bucket
from domain.errors import Refusal
from domain.invoice import OPEN
from domain.invoice_set import CHASED
from domain.periods import Period
from models.care import Charge
from models.chasing import InvoiceSet
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine
from models.money import WriteOff
from models.people import Patient
from outreach.enrol import settle_if_nothing_is_owed
from reports.ageing import AGEING
from reports.report import Asked
from tests.billing.clinic import DANA, PRICES, VERA, Clinic, everything

STEPS = 25
COLUMNS = ("days_30", "days_60", "days_90", "older")


class History:
    """What staff, patients and the clock do to one family, and a plain restatement of what that should come to."""

    def __init__(self, clinic: Clinic, chance: random.Random) -> None:
        self.clinic, self.chance = clinic, chance
        self.family: list[Patient] = []
        self.payer = 0
        self.balance: Counter[int] = Counter()
        self.credit = 0
        self.charged = 0
        self.deeds = {
            self.visit: 5, self.send: 6, self.time_passes: 4, self.pay: 4, self.forgive: 5, self.bring_back: 3,
            self.take_back: 2, self.try_what_is_refused: 4,
        }  # fmt: skip

    async def begin(self) -> None:
        name = f"family-{next(self.clinic.numbers)}"
        parent = await self.clinic.patient(name)
        self.payer = parent.id
        self.family = [parent, await self.clinic.patient(f"{name}-child", guarantor=name)]

    async def step(self) -> None:
        [deed] = self.chance.choices(list(self.deeds), list(self.deeds.values()))
        await deed()
        self.clinic.forward(hours=self.chance.randrange(1, 30))

    def invoices(self, *statuses: str):  # Tortoise's own query
        return Invoice.filter(guarantor_id=self.payer, status__in=statuses).order_by("due_date", "id")

    async def one_of(self, *statuses: str) -> Invoice | None:
        found = await self.invoices(*statuses)
        return self.chance.choice(found) if found else None

    # -- what happens --------------------------------------------------------------------------------------------------

    async def visit(self) -> None:
        codes = self.chance.choices(list(PRICES), k=self.chance.randrange(1, 4))
        await self.clinic.sees(self.chance.choice(self.family), *codes)
        self.charged += sum(PRICES[code] for code in codes)

    async def send(self) -> None:
        if draft := await self.one_of("draft"):
            sent = await self.clinic.sends(draft)
            self.balance[sent.id] = sent.total_cents

    async def time_passes(self) -> None:
        """Late fees and enrolment with it, as often as the clock likes to tick."""
        self.clinic.forward(days=self.chance.choice((1, 5, 31)))
        for _ in range(2):
            for invoice in await self.invoices("sent").filter(due_date__lt=self.clinic.today):
                await mark_overdue(invoice.id, practice=self.clinic.practice, now=self.clinic.now)
                await self.clinic.chases(invoice)
                self.balance[invoice.id] += 1_500
            for invoice in await self.invoices("overdue"):
                assert not await charge_late_fee(
                    invoice.id, practice=self.clinic.practice, actor=CLOCK, now=self.clinic.now
                )

    async def pay(self) -> None:
        owed = [i.id for i in await self.invoices(*OPEN)]
        total = sum(self.balance[number] for number in owed)
        oldest = self.balance[owed[0]] if owed else 0
        cents = self.chance.choice((total, total - 1, total // 3, total + 777, oldest, oldest, 5))
        if cents <= 0:
            return
        await self.clinic.is_paid(self.family[0], cents)
        for number in owed:
            share = min(cents, self.balance[number])
            self.balance[number] -= share
            cents -= share
        self.credit += cents
        await self.settle()

    async def settle(self) -> None:
        for chased in await InvoiceSet.filter(guarantor_id=self.payer, status__in=CHASED):
            await settle_if_nothing_is_owed(chased.id, paid=True, now=self.clinic.now)

    async def forgive(self) -> None:
        chased = await InvoiceSet.filter(guarantor_id=self.payer, status__in=CHASED).first()
        if chased is None:
            return
        owed = await self.invoices(*OPEN).filter(invoice_set_id=chased.id)
        total = sum(self.balance[i.id] for i in owed)
        amount = self.chance.choice((None, total, 1, total // 2, self.balance[owed[0].id])) or None
        await write_off(chased, reason="Hardship", amount=amount, actor=DANA, now=self.clinic.now, on=self.clinic.today)
        left = amount or total
        for invoice in owed:
            share = min(left, self.balance[invoice.id])
            self.balance[invoice.id] -= share
            left -= share

    async def bring_back(self) -> None:
        forgiven = await InvoiceSet.filter(guarantor_id=self.payer, status__in=(*CHASED, "written_off"))
        for chased in forgiven:
            offs = await WriteOff.filter(invoice_set_id=chased.id, undone_at=None)
            others = [each for each in forgiven if each.id != chased.id and each.status in CHASED]
            if not offs or (chased.status == "written_off" and others):
                continue
            await undo_write_off(chased, actor=DANA, now=self.clinic.now, on=self.clinic.today)
            for off in offs:
                self.balance[off.invoice_id] += off.amount_cents
            return

    async def take_back(self) -> None:
        """Void what nothing has been paid on or forgiven of."""
        for invoice in await self.invoices(*OPEN):
            if not (invoice.paid_cents or invoice.forgiven_cents):
                await void_invoice(
                    invoice, reason="Wrong patient", actor=DANA, now=self.clinic.now, on=self.clinic.today
                )
                self.balance[invoice.id] = 0
                await self.settle()
                await draft_invoice(
                    guarantor=self.payer, practice=self.clinic.practice, actor=DANA, now=self.clinic.now
                )
                return

    async def try_what_is_refused(self) -> None:
        clinic, before = self.clinic, await everything()
        known = {"now": clinic.now, "on": clinic.today}
        refused = [
            lambda: clinic.is_paid(self.family[0], 0),
            lambda: clinic.is_paid(self.family[0], 100, actor=VERA),
            lambda: clinic.is_paid(self.family[0], 100, method="gold"),
            lambda: draft_invoice(guarantor=self.payer, practice=clinic.practice, actor=DANA, now=clinic.now),
            lambda: complete_session(
                clinic.visit(self.family[0], "exam", "nothing"), practice=clinic.practice, actor=CLOCK, now=clinic.now
            ),
        ]
        for invoice in await self.invoices("sent", "overdue", "paid", "void", "archived"):
            refused.append(partial(clinic.sends, invoice))
            refused.append(partial(void_invoice, invoice, reason="x", actor=VERA, **known))
            if invoice.paid_cents or invoice.forgiven_cents:
                refused.append(partial(void_invoice, invoice, reason="x", actor=DANA, **known))
        for chased in await InvoiceSet.filter(guarantor_id=self.payer):
            above = await outstanding_cents(chased.id) + 1
            refused.append(partial(write_off, chased, reason="x", amount=above, actor=DANA, **known))
        for attempt in refused:
            with pytest.raises(Refusal):
                await attempt()
        assert await everything() == before

    # -- what must be true ---------------------------------------------------------------------------------------------

    async def check(self) -> None:
        assert await audit(full=True) == []
        mine = await Invoice.filter(guarantor_id=self.payer)
        for invoice in mine:
            assert (invoice.id, invoice.balance_cents) == (invoice.id, self.balance[invoice.id])
            assert (invoice.balance_cents > 0) == (invoice.status in OPEN), invoice.status
        assert (await Patient.get(id=self.payer)).credit_cents == self.credit >= 0
        await self.check_report()
        await self.check_charges(mine)
        numbers = [number for number in await Invoice.all().values_list("number", flat=True) if number]
        assert sorted(numbers) == [f"INV-{1001 + place}" for place in range(len(numbers))]

    async def check_report(self) -> None:
        clinic = self.clinic
        rows = await AGEING.rows(Asked(Period(clinic.today, clinic.today), tuple(clinic.practice.locations), "USD"))
        everyone = sum(await Invoice.filter(status__in=OPEN).values_list("balance_cents", flat=True))
        assert AGEING.totals(rows).get("total", 0) == everyone
        name = f"{self.family[0].first_name} {self.family[0].last_name}"
        assert sum(int(row["total"] or 0) for row in rows if row["name"] == name) == self.balance.total()

    async def check_ages(self) -> None:
        """As the same balances grow older, day by day, each stands in its column."""
        owing = await Invoice.filter(status__in=OPEN)
        for days in range(95):
            day, by_age = self.clinic.today + timedelta(days=days), Counter[str]()
            for invoice in owing:
                assert invoice.issued_on
                by_age[COLUMNS[bucket(invoice.issued_on, day)]] += invoice.balance_cents
            rows = await AGEING.rows(Asked(Period(day, day), tuple(self.clinic.practice.locations), "USD"))
            totals = AGEING.totals(rows)
            assert {column: totals[column] for column in COLUMNS} == {column: by_age[column] for column in COLUMNS}

    async def check_charges(self, mine: list[Invoice]) -> None:
        charges = await Charge.filter(guarantor_id=self.payer)
        assert sum(charge.amount_cents for charge in charges) == self.charged
        billed = Counter(await InvoiceLine.filter(charge_id__isnull=False).values_list("charge_id", flat=True))
        assert set(billed.values()) <= {1}
        live = {invoice.id: invoice for invoice in mine if invoice.status != "void"}
        assert all(charge.invoice_id is None or charge.invoice_id in live for charge in charges)
        fees = await InvoiceAdjustment.filter(invoice_id__in=live or [0])
        assert sum(i.total_cents for i in live.values()) == sum(c.amount_cents for c in charges if c.invoice_id) + sum(
            fee.amount_cents for fee in fees
        )


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_to_a_family_s_bills_everything_adds_up(clinic: Clinic, seed: int) -> None:
    history = History(clinic, random.Random(seed))
    await history.begin()
    for _ in range(STEPS):
        await history.step()
        await history.check()
    await history.check_ages()
