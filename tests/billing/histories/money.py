"""Money that comes, is used, goes back, is disputed; and the drawers that the cash of it lies in."""

from billing.cancels import cancel_payment
from billing.cash_register import close_day, drawer_of, move_cash, open_day
from billing.checkouts import follow_card_event
from billing.credit import apply_credit
from billing.payments import MoneyIn, record_payment
from billing.refunds import foresee_refund, refund_payment
from domain.access import vendor
from domain.ports import CardEvent
from models.cash import CashDay
from models.money import Dispute, Payment, Refund
from models.people import Patient
from tests.billing.clinic import DANA, balances
from tests.billing.histories.copybook import Fall, Money, Then
from tests.billing.histories.town import Town

Said = str | None


async def pay(town: Town) -> Said:
    """Oldest first, one bill first, or exactly as told; by the processor it may be told twice."""
    payer, book = town.chance.choice(town.payers), town.book
    owed = book.open_bills(payer.id)
    most = town.chance.choice((book.owed(owed), book.owed(owed[:1]), 5_000))
    cents = town.cents(most + town.chance.choice((0, 777)) or 5_000)
    how = town.chance.choice(("oldest", "oldest", "one first", "as told"))
    first = town.pick(owed, [i.id for i in await town.invoices()]) if how == "one first" else None
    to = as_told(town, cents, owed) if how == "as told" else None
    payment = await receive(town, payer, cents, first, to)
    order = sorted(owed, key=lambda number: number != first)
    falls = list(book.shared(cents, order)) if to is None else to
    cash = (payment.location, payment.received_on) if payment.method == "cash" else None
    money = Money(payer.id, cents, cash)
    book.received(payment.id, money, falls)
    if to is None:
        book.recover(money, [each.id for each in await town.chases("written_off") if each.guarantor_id == payer.id])
    return f"{payer.external_id} pays {cents} by {payment.method}, {how}: payment {payment.id}"


def as_told(town: Town, cents: int, owed: list[int]) -> list[Fall]:
    told: list[Fall] = []
    for number in town.chance.sample(owed, k=min(len(owed), town.chance.randrange(3))):
        most = min(town.book.bills[number].balance, cents - sum(part for _, part in told))
        if most > 0:
            told.append((number, town.cents(most)))
    return told


async def receive(town: Town, payer: Patient, cents: int, first: int | None, to: list[Fall] | None) -> Payment:
    method = town.chance.choice(("cash", "check", "ach", "card"))
    today = town.today(payer.location)
    if method == "cash" and not town.daring and await is_closed(payer.location, town):
        method = "check"
    processor = {"processor": "stripe", "processor_id": f"pi_{next(town.numbers)}"} if method in ("card", "ach") else {}
    money = MoneyIn(
        guarantor=payer.id, amount_cents=cents, currency="USD", method=method, on=today,
        group=town.chance.choice(("", "Monday's envelope")), **processor,
    )  # fmt: skip
    actor = vendor("stripe") if processor else DANA
    payment, is_new = await record_payment(money, actor=actor, invoice_first=first, to=to, **town.known)
    assert is_new
    if processor:
        assert await record_payment(money, actor=actor, **town.known) == (payment, False)
    return payment


async def slip(town: Town) -> Said:
    """Recorded and cancelled at once: every balance is as it was."""
    payer = town.chance.choice(town.payers)
    before = await balances(), (await Patient.get(id=payer.id)).credit_cents
    cents = town.cents(town.book.owed(town.book.open_bills(payer.id)) + 100)
    money = MoneyIn(guarantor=payer.id, amount_cents=cents, currency="USD", method="check", on=town.today("downtown"))
    payment, _ = await record_payment(money, actor=DANA, **town.known)
    await cancel_payment(payment.id, reason="Slip", actor=DANA, **town.known)
    town.book.moneys[payment.id] = Money(payer.id, cents, gone=cents)
    assert (await balances(), (await Patient.get(id=payer.id)).credit_cents) == before
    return f"{cents} is recorded for {payer.external_id} and cancelled at once"


async def use_credit(town: Town) -> Said:
    payer, book = town.chance.choice(town.payers), town.book
    bills = town.chance.choice((book.open_bills(payer.id), book.open_bills(payer.id)[:1]))
    one = bills[0] if len(bills) == 1 else None
    bills = bills if one else book.open_bills(payer.id)
    most = min(book.credit(payer.id), book.owed(bills))
    if not (most or town.daring):
        return None
    amount = town.chance.choice((None, town.cents(most)))
    used = await apply_credit(payer.id, invoice=one, amount=amount, actor=DANA, **town.known)
    assert used == (amount or most)
    book.use_credit(payer.id, used, bills)
    return f"{used} of {payer.external_id}'s credit is used"


async def cancel(town: Town) -> Said:
    payments = await Payment.all().order_by("id")
    fine = [p for p in payments if p.status == "received" and not p.processor and not p.returned_cents]
    payment = town.pick(fine, payments)
    if payment is None:
        return None
    await cancel_payment(payment.id, reason="Slip", actor=DANA, **town.known)
    money = town.book.moneys[payment.id]
    town.book.taken_off(money, money.cents, "reopen")
    town.book.gone(money, money.cents)
    if money.drawer:
        town.book.drawers[money.drawer] -= money.cents
    return f"payment {payment.id} is cancelled"


async def left_of(payment: Payment) -> int:
    """What nobody has asked back yet."""
    asked = await Refund.filter(payment_id=payment.id, status="pending")
    return payment.amount_cents - payment.returned_cents - sum(refund.amount_cents for refund in asked)


async def refund(town: Town) -> Said:
    """By hand it is booked at once; a processor's is asked for, and booked when it says so."""
    payments = await Payment.all().order_by("id")
    fine = [p for p in payments if p.status == "received" and await left_of(p) and not await no_cash_today(p, town)]
    payment = town.pick(fine, payments)
    if payment is None:
        return None
    money, cents = town.book.moneys[payment.id], town.cents(await left_of(payment))
    overpaid = ["from_credit"] if town.daring or cents <= money.loose else []
    asked = town.chance.choice([None, "settled", "reopen", *overpaid])
    by_hand = not payment.processor or town.chance.random() < 0.3
    seen = await foresee_refund(payment.id, amount=cents, disposition=asked, practice=town.practice)
    made = await refund_payment(
        payment.id, amount=cents, reason="Asked for", disposition=asked, recorded_only=by_hand, actor=DANA, **town.known
    )
    if by_hand:
        goes_back(town, made, money, payment, asked, cents)
        found = {number: cents for number, (_, cents) in (await balances()).items()}
        assert {number: after for number, (_, after) in seen.balances.items()}.items() <= found.items()
        assert seen.credit_cents[1] == (await Patient.get(id=money.payer)).credit_cents
    return f"{cents} of payment {payment.id} goes back, {asked}: refund {made.id}, {made.status}"


def goes_back(town: Town, made: Refund, money: Money, payment: Payment, asked: str | None, cents: int) -> None:
    then: Then = town.practice.refunds if asked in (None, "from_credit") else asked  # type: ignore[assignment]
    off = town.book.refunded(money, cents, then, overpaid_first=asked in (None, "from_credit"))
    town.under_way[made.id] = off if then == "reopen" else []
    if money.drawer:
        town.book.drawers[payment.location, town.today(payment.location)] -= cents


async def no_cash_today(payment: Payment, town: Town) -> bool:
    return payment.method == "cash" and await is_closed(payment.location, town)


async def is_closed(location: str, town: Town) -> bool:
    return await CashDay.filter(location=location, day=town.today(location), status="closed").exists()


# -- the processor -----------------------------------------------------------------------------------------------------


async def says(town: Town, kind: str, payment: Payment, cents: int, its_id: str, ref: str | None = None) -> None:
    """Once, or twice."""
    told = CardEvent(
        kind=kind, processor_id=payment.processor_id or "", ref=ref, amount_cents=cents, currency="USD",  # type: ignore[arg-type]
        occurred_at=town.now, return_id=its_id,
    )  # fmt: skip
    for _ in range(town.chance.choice((1, 2))):
        await follow_card_event(told, processor="stripe", **town.known)


async def refund_ends(town: Town) -> Said:
    """What was asked for has gone out, or has not; what has gone out comes back; or it was done in the dashboard."""
    refunds = await Refund.filter(payment__processor="stripe", status__in=("pending", "done")).prefetch_related(
        "payment"
    )
    theirs = [r for r in refunds if r.status == "pending" or r.processor_id]
    theirs = [r for r in theirs if r.payment.status != "lost"]
    if not theirs or town.chance.random() < 0.3:
        return await in_the_dashboard(town)
    one = town.chance.choice(theirs)
    money, its_id = town.book.moneys[one.payment_id], one.processor_id or f"re_{one.id}"
    failed = one.status == "done" or town.chance.random() < 0.3
    await says(town, "refund_failed" if failed else "refunded", one.payment, one.amount_cents, its_id, one.ref)
    if one.status == "done":
        town.book.came_back(money, one.amount_cents, town.under_way[one.id])
    elif not failed:
        goes_back(town, one, money, one.payment, one.disposition, one.amount_cents)
    return f"refund {one.id} ({one.status}) " + ("fails" if failed else "goes out")


async def in_the_dashboard(town: Town) -> Said:
    payments = await Payment.filter(processor="stripe", status="received").order_by("id")
    fine = [payment for payment in payments if await left_of(payment)]
    if not fine:
        return None
    payment = town.chance.choice(fine)
    cents = max(1, min(town.cents(await left_of(payment)), await left_of(payment)))
    await says(town, "refunded", payment, cents, f"re_dashboard_{next(town.numbers)}")
    made = await Refund.filter(payment_id=payment.id).order_by("-id").first()
    assert made
    goes_back(town, made, town.book.moneys[payment.id], payment, None, cents)
    return f"{cents} of payment {payment.id} is refunded in the dashboard: refund {made.id}"


async def dispute(town: Town) -> Said:
    """Opened, for all of it or a part; or ended, perhaps before anybody heard of it."""
    opened = await Dispute.filter(status="open").prefetch_related("payment")
    if opened and town.chance.random() < 0.7:
        one = town.chance.choice(opened)
        return await dispute_ends(town, one.payment, one.amount_cents, one.processor_id)
    free = await Payment.filter(processor="stripe", status__in=("received", "refunded", "disputed")).order_by("id")
    free = [p for p in free if not await Refund.filter(payment_id=p.id, status="pending").exists()]
    if not free:
        return None
    payment = town.chance.choice(free)
    its_id, taken = f"dp_{next(town.numbers)}", town.book.moneys[payment.id].disputed
    left = payment.amount_cents - payment.returned_cents - taken
    cents = town.chance.choice((payment.amount_cents, max(left - 100, 1), 1))
    if town.chance.random() < 0.2:
        return await dispute_ends(town, payment, min(cents, left), its_id, said=cents)
    await says(town, "dispute_opened", payment, cents, its_id)
    town.book.moneys[payment.id].disputed += min(cents, left)
    return f"{cents} of payment {payment.id} is disputed"


async def dispute_ends(town: Town, payment: Payment, cents: int, its_id: str, said: int | None = None) -> Said:
    won, money = town.chance.random() < 0.5, town.book.moneys[payment.id]
    await says(town, "dispute_won" if won else "dispute_lost", payment, said or cents, its_id)
    if said is None:
        money.disputed -= cents
    if not won:
        town.book.taken_off(money, max(0, cents - money.loose), "reopen")
        town.book.gone(money, cents)
    return f"the dispute of {cents} of payment {payment.id} is {'won' if won else 'lost'}"


# -- drawers -----------------------------------------------------------------------------------------------------------


async def drawer(town: Town) -> Said:
    """Opened, put into, counted and closed."""
    place = town.chance.choice(("downtown", "lakeside"))
    day = await CashDay.filter(location=place, status="open").first()
    today = town.today(place)
    if day is None:
        if not town.daring and await CashDay.filter(location=place, day=today).exists():
            return None
        await open_day(place, float_cents=10_000, actor=DANA, **town.known)
        town.book.drawers[place, today] += 10_000
        return f"the drawer at {place} is opened"
    if town.chance.random() < 0.4:
        cents, out = town.chance.choice((500, 2_000)), town.chance.random() < 0.5
        if not town.daring and town.book.drawers[place, day.day] < cents:
            out = False
        await move_cash(day.id, amount=cents, reason="Change", out=out, actor=DANA, **town.known)
        town.book.drawers[place, day.day] += -cents if out else cents
        return f"{'-' * out}{cents} into the drawer at {place}"
    lies = town.book.drawers[place, day.day]
    assert (await drawer_of(day, practice=town.practice)).expected_cents == lies
    counted = {1: max(0, lies + town.chance.choice((0, 0, -500)))}
    note = "" if town.daring or counted == {1: lies} else "Counted twice."
    await close_day(day.id, counted=counted, note=note, actor=DANA, **town.known)
    return f"the drawer at {place} is closed on {counted[1]}"
