"""Drafts under whatever staff do with them: charges are in one place, totals right, refusals without a trace."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from billing.added_lines import NewLine
from billing.audit import audit
from billing.drafts import DraftChange, LineChange, change_draft, delete_draft, draft_invoice
from billing.invoices import void_invoice
from billing.products import ProductRecord, keep_product, receive_stock
from domain.bill import Adjustment
from domain.errors import Refusal
from domain.terms import Tax
from models.by_hand import rows_of
from models.care import Charge
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine, InvoiceTax
from models.people import Patient
from models.stock import Product
from tests.billing.clinic import DANA, MIA, PRICES, Clinic, everything, the_practice
from tests.support.trials import size

STEPS = 40
TAXES = {
    "state": Tax(title="State tax", basis_points=625),
    "vat": Tax(title="VAT", basis_points=1_900, included=True),
}


class Desk:
    """A biller with a family's drafts in front of them, who does one thing after another."""

    def __init__(self, clinic: Clinic, chance: random.Random) -> None:
        self.clinic, self.chance = clinic, chance
        self.family: list[Patient] = []
        self.seen = 0
        self.deeds = {
            self.visit: 4, self.draft: 3, self.change: 12, self.delete: 2, self.send: 3, self.void: 2, self.slip: 3,
        }  # fmt: skip

    async def begin(self) -> None:
        self.clinic.practice = the_practice(taxes=TAXES)
        self.family = [await self.clinic.patient("ana"), await self.clinic.patient("leo", guarantor="ana")]
        known = {"practice": self.clinic.practice, "actor": MIA, "now": self.clinic.now}
        await keep_product(ProductRecord(code="brace", name="Brace", unit_price_cents=4_000, taxes=("state",)), **known)
        await receive_stock("brace", 20_000, **known)

    async def step(self) -> None:
        [deed] = self.chance.choices(list(self.deeds), list(self.deeds.values()))
        before = await everything()
        try:
            await deed()
        except Refusal:
            assert await everything() == before
        self.clinic.forward(hours=1)

    async def one(self, *statuses: str) -> Invoice:
        found = await Invoice.filter(status__in=statuses).order_by("id")
        if not found:
            raise Refusal("none", "There is none.")
        return self.chance.choice(found)

    # -- what is done --------------------------------------------------------------------------------------------------

    async def visit(self) -> None:
        codes = self.chance.choices(list(PRICES), k=self.chance.randrange(1, 4))
        await self.clinic.sees(self.chance.choice(self.family), *codes)
        self.seen += len(codes)

    async def draft(self) -> None:
        free = [charge.id for charge in await Charge.filter(invoice_id=None).order_by("id")]
        some = self.chance.sample(free, k=self.chance.randrange(len(free) + 1))
        await draft_invoice(
            guarantor=self.family[0].id, charges=self.chance.choice(("all", some)), lines=self.new_lines(),
            adjustments=self.adjustments(), taxes=self.taxes(), practice=self.clinic.practice, actor=DANA,
            now=self.clinic.now,
        )  # fmt: skip

    async def change(self) -> None:
        draft = await self.one("draft")
        places = [line.position for line in await InvoiceLine.filter(invoice_id=draft.id)] or [1]
        free = [charge.id for charge in await Charge.filter(invoice_id=None)]
        chance = self.chance
        what = DraftChange(
            charges=chance.choice(((), (), "all", free[:1], (10**6,))),
            add=self.new_lines(),
            remove=tuple(chance.sample(places, k=chance.choice((0, 0, 1)))),
            lines=chance.choice(({}, {chance.choice(places): self.line_change()})),
            taxes=chance.choice((None, self.taxes())),
            adjustments=chance.choice((None, self.adjustments())),
        )
        seen = draft.version - (chance.random() < 0.1)
        await change_draft(
            draft, what, practice=self.clinic.practice, actor=DANA, now=self.clinic.now, seen_version=seen
        )

    async def delete(self) -> None:
        await delete_draft(await self.one("draft"), actor=DANA, now=self.clinic.now)

    async def send(self) -> None:
        await self.clinic.sends(await self.one("draft"))

    async def void(self) -> None:
        sent = await self.one("sent")
        await void_invoice(sent, reason="Wrong", actor=DANA, now=self.clinic.now, on=self.clinic.today)

    async def slip(self) -> None:
        sent = await self.one("sent", "void")
        with pytest.raises(Refusal):
            await change_draft(
                sent, DraftChange(notes="x"), practice=self.clinic.practice, actor=DANA, now=self.clinic.now
            )
        raise Refusal("refused", "As it should be.")  # and nothing has changed

    def new_lines(self) -> tuple[NewLine, ...]:
        some = (
            NewLine(description="Copies", unit_price_cents=self.chance.randrange(500), adjustments=self.adjustments()),
            NewLine(product="brace", quantity_thousandths=self.chance.choice((500, 1_000, 3_000, 9_000))),
            NewLine(procedure="odd", quantity_thousandths=self.chance.randrange(1, 4_000), taxes=("vat",)),
            NewLine(procedure="nothing"),
        )
        return tuple(self.chance.sample(some[: self.chance.choice((1, 3, 3, 4))], k=self.chance.choice((0, 0, 1))))

    def line_change(self) -> LineChange:
        return LineChange(
            unit_price_cents=self.chance.choice((None, 0, 777, 12_500, -1)),
            reason=self.chance.choice(("Agreed", "Agreed", "")),
            taxes=self.chance.choice((None, self.taxes())),
            adjustments=self.chance.choice((None, self.adjustments())),
        )

    def adjustments(self) -> tuple[Adjustment, ...]:
        some = (
            Adjustment(kind="discount", basis_points=self.chance.randrange(1, 10_001)),
            Adjustment(kind="discount", cents=self.chance.randrange(1, 9_000)),
            Adjustment(kind="surcharge", basis_points=self.chance.randrange(1, 3_000)),
        )
        return tuple(self.chance.sample(some, k=self.chance.choice((0, 1, 2))))

    def taxes(self) -> tuple[str, ...]:
        return tuple(self.chance.sample(("state", "vat"), k=self.chance.randrange(3)))

    # -- what must be true ---------------------------------------------------------------------------------------------

    async def check(self) -> None:
        assert await audit(full=True) == []
        invoices = {invoice.id: invoice for invoice in await Invoice.all()}
        charges = await Charge.all()
        assert len(charges) == self.seen
        on_lines = Counter(await InvoiceLine.filter(charge_id__isnull=False).values_list("charge_id", flat=True))
        assert set(on_lines.values()) <= {1}
        for charge in charges:
            assert (charge.id in on_lines) == (charge.invoice_id is not None)
            assert charge.invoice_id is None or invoices[charge.invoice_id].status != "void"
        for invoice in invoices.values():
            await self.check_total(invoice)
        sold = [line for line in await InvoiceLine.filter(code="brace") if invoices[line.invoice_id].status == "sent"]
        left = 20_000 - sum(line.quantity_thousandths for line in sold)
        assert (await Product.get()).stock_thousandths == left >= 0
        numbers = sorted(invoice.number for invoice in invoices.values() if invoice.number)
        assert numbers == [f"INV-{1001 + place}" for place in range(len(numbers))]

    async def check_total(self, invoice: Invoice) -> None:
        lines = await rows_of(InvoiceLine, invoice_id=invoice.id)
        changes = await rows_of(InvoiceAdjustment, invoice_id=invoice.id)
        taxes = await rows_of(InvoiceTax, invoice_id=invoice.id)
        net = sum(line.amount_cents for line in lines) + sum(each.amount_cents for each in changes)
        assert invoice.total_cents == net + sum(tax.amount_cents for tax in taxes if not tax.included) >= 0
        assert {tax.name for tax in taxes} == {name for line in lines for name in (*line.taxes, *invoice.taxes)}
        assert {each.line for each in changes} <= {None, *(line.position for line in lines)}
        for line in lines:
            exact = Fraction(line.unit_price_cents * line.quantity_thousandths, 1_000)
            assert line.amount_cents == round(exact)
            assert (line.list_price_cents is None) == (line.rate_reason == "")


@pytest.mark.parametrize("seed", range(size("DRAFT_HISTORIES", quick=2, whole=4)))
async def test_whatever_staff_do_with_drafts_everything_adds_up(clinic: Clinic, seed: int) -> None:
    desk = Desk(clinic, random.Random(seed))
    await desk.begin()
    for _ in range(STEPS):
        await desk.step()
        await desk.check()
    assert await Invoice.all().count() > 1
