"""Money of the sample's patients: payments, credit, and fees that are waived. How it goes back is in `returns`."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from billing.credit import apply_credit
from billing.late_fees import waive_late_fee
from billing.payments import METHODS, MoneyIn, record_payment
from billing.plans import standing_of
from domain.access import vendor
from domain.plan import GOING
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA
from duesday.sample.telling.returns import DEEDS as RETURNS
from duesday.sample.telling.returns import STRIPE
from duesday.sample.telling.stage import Stage, Tell, newest, owed_by, payer_of
from models.by_hand import rows_of
from models.chasing import InvoiceSet
from models.invoices import Invoice, InvoiceAdjustment
from models.people import Patient
from models.plans import PaymentPlan
from outreach.enrol import settle_if_nothing_is_owed

TOO_MUCH = 4_000


async def pays(stage: Stage, deed: Deed, now: datetime, *, method: str) -> None:
    """How much, a reference, the group it came in: each may be left out. Nobody pays who owes nothing."""
    much, reference, group = (*deed.said, *("all", "", "")[len(deed.said) :])
    payer = await payer_of(deed)
    through = f"pi_{deed.who}_{deed.days_ago}" if method == STRIPE else None
    if not (cents := await _cents(payer, much, stage, now)):
        return
    money = MoneyIn(
        guarantor=payer.id,
        amount_cents=cents,
        method="card" if through else method,
        on=stage.day(payer.location, now),
        currency=stage.practice.currency,
        reference=reference or (f"Check {1000 + cents % 8999}" if method == "check" else ""),
        group=group,
        processor=STRIPE if through else None,
        processor_id=through,
    )
    await record_payment(money, practice=stage.practice, actor=vendor(STRIPE) if through else DANA, now=now)
    for chased in await rows_of(InvoiceSet, guarantor_id=payer.id):
        await settle_if_nothing_is_owed(chased.id, paid=True, now=now)


async def _cents(payer: Patient, much: str, stage: Stage, now: datetime) -> int:
    if much == "part":
        plan = await newest(PaymentPlan.filter(guarantor_id=payer.id, status__in=GOING))
        stands = await standing_of(plan, today=stage.day(payer.location, now))
        return next(cents for cents in stands.open_cents if cents)
    total = await owed_by(payer)
    amounts = {"all": total, "half": total // 2, "more": total + TOO_MUCH}
    return amounts[much] if much in amounts else int(much)


async def uses_credit(stage: Stage, deed: Deed, now: datetime) -> None:
    payer = await payer_of(deed)
    await apply_credit(payer.id, practice=stage.practice, actor=DANA, now=now)


async def has_a_late_fee_waived(stage: Stage, deed: Deed, now: datetime) -> None:
    """All of an invoice's, where the practice charges any."""
    payer, practice = await payer_of(deed), stage.practice
    for invoice in await Invoice.filter(guarantor_id=payer.id, status="overdue"):
        for fee in await InvoiceAdjustment.filter(invoice_id=invoice.id, kind="late_fee"):
            period, why = fee.period or 0, "The letter came late."
            await waive_late_fee(invoice, period, practice=practice, reason=why, actor=DANA, now=now)


DEEDS: Mapping[str, Tell] = {
    **{f"pays by {method}": partial(pays, method=method) for method in METHODS},
    "pays at the processor": partial(pays, method=STRIPE),
    "uses credit": uses_credit,
    "has a late fee waived": has_a_late_fee_waived,
    **RETURNS,
}
