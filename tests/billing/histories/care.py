"""Visits, drafts, bills, the shelf and the insurer: what makes money owed."""

from collections import Counter

from billing.added_lines import NewLine
from billing.claims import ClaimRecord, bill_patient, put_claim
from billing.drafts import DraftChange, LineChange, change_draft, delete_draft, draft_invoice
from billing.invoices import archive_invoice, send_invoice, void_invoice
from billing.products import count_stock, receive_stock
from billing.sessions import complete_session
from domain.access import CLOCK
from domain.bill import Adjustment
from models.care import CareSession, Charge
from models.insurance import Claim, CreditNote
from models.invoices import Invoice, InvoiceLine
from tests.billing.clinic import DANA, MIA, PRICES
from tests.billing.histories.town import Town

Said = str | None


async def visit(town: Town) -> Said:
    """A client's own, or an insurer's first; and its record may come twice."""
    patient = town.chance.choice([*town.clients, *town.clients, *town.insured])
    codes = town.chance.choices([*PRICES, *(["nothing"] if town.daring else [])], k=town.chance.randrange(1, 4))
    place = patient.location
    record = town.clinic.visit(patient, *codes, location=place, date=town.today(place))
    for is_new in (True, False):
        _, was_new = await complete_session(record, actor=CLOCK, **town.known)
        assert was_new == is_new
    if patient in town.clients:
        town.book.seen_cents += sum(PRICES[code] for code in codes)
    return f"{patient.external_id} is seen for {', '.join(codes)}"


def some_lines(town: Town) -> tuple[NewLine, ...]:
    chance = town.chance
    some = (
        NewLine(description="Copies", unit_price_cents=chance.randrange(500), adjustments=some_adjustments(town)),
        NewLine(product="brace", quantity_thousandths=chance.choice((500, 1_000, 2_000))),
        NewLine(procedure="odd", quantity_thousandths=chance.randrange(1, 4_000), taxes=("vat",)),
    )
    return tuple(chance.sample(some, k=chance.choice((0, 1, 1, 2))))


def some_adjustments(town: Town) -> tuple[Adjustment, ...]:
    some = (
        Adjustment(kind="discount", basis_points=town.chance.randrange(1, 2_000)),
        Adjustment(kind="surcharge", cents=town.chance.randrange(1, 900)),
    )
    return tuple(town.chance.sample(some, k=town.chance.choice((0, 0, 1, 2))))


async def draft(town: Town) -> Said:
    payer, lines = town.chance.choice(town.payers), some_lines(town)
    queue = [charge.id for charge in await Charge.filter(guarantor_id=payer.id, invoice_id=None)]
    some = town.chance.sample(queue, k=town.chance.randrange(len(queue) + 1))
    if not (some or lines or town.daring):
        return None
    made = await draft_invoice(
        guarantor=payer.id, charges=town.chance.choice(("all", some)) if some else some, lines=lines,
        adjustments=some_adjustments(town), taxes=town.chance.choice(((), ("state",))), actor=DANA, **town.known,
    )  # fmt: skip
    return f"draft {made.id} for {payer.external_id}"


async def edit(town: Town) -> Said:
    chosen = town.pick(await town.invoices("draft"), await town.invoices())
    if chosen is None:
        return None
    places = [line.position for line in await InvoiceLine.filter(invoice_id=chosen.id).order_by("position")]
    rate = LineChange(unit_price_cents=town.chance.randrange(20_000), reason="Agreed")
    wanted = DraftChange(
        add=some_lines(town),
        remove=tuple(town.chance.sample(places, k=len(places) > 1 and town.chance.random() < 0.3)),
        adjustments=town.chance.choice((None, some_adjustments(town))),
        taxes=town.chance.choice((None, (), ("vat",))),
    )
    if not wanted.remove and places:
        wanted = DraftChange(lines={places[0]: rate}, add=wanted.add)
    await change_draft(chosen, wanted, actor=DANA, **town.known)
    return f"draft {chosen.id} is changed"


async def discard(town: Town) -> Said:
    chosen = town.pick(await town.invoices("draft"), await town.invoices())
    if chosen is None:
        return None
    await delete_draft(chosen, actor=DANA, now=town.now)
    return f"draft {chosen.id} is deleted"


async def from_shelf(invoice: Invoice) -> Counter[str]:
    taken = Counter[str]()
    for line in await InvoiceLine.filter(invoice_id=invoice.id, kind="product"):
        taken[line.code] += line.quantity_thousandths
    return taken


async def send(town: Town) -> Said:
    drafts = await town.invoices("draft")
    enough = town.practice.stock_below_zero == "warn"
    fine = [
        each for each in drafts
        if each.total_cents > 0 and (enough or (await from_shelf(each))["brace"] <= town.book.shelf["brace"])
    ]  # fmt: skip
    chosen = town.pick(fine, await town.invoices())
    if chosen is None:
        return None
    sent = await send_invoice(chosen, actor=DANA, **town.known)
    town.note_bill(sent, await from_shelf(sent))
    return f"{sent.number} is sent: {sent.total_cents}"


async def take_back(town: Town) -> Said:
    """Void what nothing has been paid on or forgiven of."""
    fine = [i for i in await town.in_our_hands() if not (i.paid_cents or i.forgiven_cents)]
    chosen = town.pick(fine, await town.invoices())
    if chosen is None:
        return None
    await void_invoice(chosen, reason="Wrong", actor=DANA, now=town.now, on=town.today(chosen.location))
    town.book.void(chosen.id)
    return f"{chosen.number} is void"


async def put_away(town: Town) -> Said:
    chosen = town.pick(await town.invoices("paid", "refunded", "void"), await town.invoices())
    if chosen is None:
        return None
    await archive_invoice(chosen, actor=DANA, now=town.now)
    return f"{chosen.number} is archived"


async def restock(town: Town) -> Said:
    if town.chance.random() < 0.5:
        came = town.chance.choice((500, 4_000, *((0, -1) if town.daring else ())))
        await receive_stock("brace", came, actor=MIA, **town.known)
        town.book.shelf["brace"] += came
        return f"{came} braces come in"
    counted = town.chance.choice((0, 3_000, *((-1,) if town.daring else ())))
    await count_stock("brace", counted, reason="Inventory", actor=MIA, **town.known)
    town.book.shelf["brace"] = counted
    return f"{counted} braces are counted"


async def insurer_says(town: Town) -> Said:
    """A decision, whatever was decided before; what was billed too much is credited."""
    claims = await Claim.all().order_by("id")
    if not claims:
        return None
    claim = town.chance.choice(claims)
    session = await CareSession.get(id=claim.session_id)
    filed = ["filed"] if claim.status in ("open", "denied", "reversed") else []
    status = town.chance.choice([*filed, "paid", "paid", "paid", "denied", "reversed"])
    share = town.chance.randrange(claim.amount_cents + 1)
    paid = {"allowed_cents": claim.amount_cents, "paid_cents": claim.amount_cents - share, "patient_cents": share}
    record = ClaimRecord(
        external_id=claim.external_id, session=session.external_id, payer="Blue Shield", status=status,
        **(paid if status == "paid" else {}),
    )  # fmt: skip
    for _ in range(2):
        await noting_credit(town, put_claim(record, actor=DANA, **town.known))
    return f"claim {claim.id} is {status}" + f", {share} of {claim.amount_cents} is the patient's" * (status == "paid")


async def staff_decide(town: Town) -> Said:
    claims = await Claim.filter(status__in=("denied", "reversed")).order_by("id")
    claim = town.pick(claims, await Claim.all().order_by("id"))
    if claim is None:
        return None
    amount = town.chance.choice([cents for cents in (claim.amount_cents, 100) if cents != claim.share_cents])
    await noting_credit(town, bill_patient(claim.id, amount=amount, reason="Agreed", actor=DANA, **town.known))
    return f"{amount} of claim {claim.id} is billed to the patient"


async def noting_credit(town: Town, decision: object) -> None:
    last = await CreditNote.all().order_by("-id").first()
    await decision  # type: ignore[misc]
    for note in await CreditNote.filter(id__gt=last.id if last else 0).order_by("id"):
        town.book.credit_note(note.invoice_id, note.amount_cents)
