"""The unbilled queue and the price lists it is priced from."""

from datetime import date
from functools import partial

import pytest

from billing.drafts import delete_draft
from billing.prices import PriceRecord, keep_price
from billing.unbilled import Queue, queue, unbilled
from domain.errors import Refusal
from models.care import Price
from models.invoices import Invoice
from models.record import Event
from tests.billing.clinic import DANA, MIA, Clinic, everything

EVERYWHERE = ("downtown", "northside", "lakeside")


async def waits(clinic: Clinic, who: str, *codes: str, **more: str) -> None:
    patient = await clinic.patient(who, **more)
    draft = await clinic.sees(patient, *codes)
    await delete_draft(draft, actor=DANA, now=clinic.now)


async def test_what_waits_is_listed_by_who_pays_and_who_was_treated(clinic: Clinic) -> None:
    await waits(clinic, "ana", "exam")
    clinic.forward(days=1)
    await waits(clinic, "leo", "xray", "gauze", guarantor="ana")
    await waits(clinic, "bo", "odd")
    await clinic.sees(await clinic.patient("cy"))
    first, second = await unbilled(EVERYWHERE)
    assert (first.name, first.external_id, first.charges, first.amount_cents) == ("Ana Garcia", "ana", 3, 20_950)
    assert [(p.name, p.charges, p.amount_cents, p.oldest) for p in first.patients] == [
        ("Ana Garcia", 1, 12_500, date(2026, 3, 2)),
        ("Leo Garcia", 2, 8_450, date(2026, 3, 3)),
    ]
    assert (second.name, second.amount_cents) == ("Bo Garcia", 333)
    assert await queue(EVERYWHERE) == Queue(2, 4, 21_283)


async def test_the_queue_is_read_a_page_of_payers_at_a_time_and_only_where_one_may(clinic: Clinic) -> None:
    for who in ("ana", "bo", "cy"):
        await waits(clinic, who)
    page = await unbilled(EVERYWHERE, limit=2)
    assert [each.external_id for each in page] == ["ana", "bo"]
    assert [each.external_id for each in await unbilled(EVERYWHERE, after=page[-1].guarantor)] == ["cy"]
    for places in (("northside",), ()):
        assert await unbilled(places) == []
        assert await queue(places) == Queue(0, 0, 0)


async def test_a_price_is_kept_from_its_day_on_and_the_same_day_again_corrects_it(clinic: Clinic) -> None:
    record = PriceRecord(code="exam", description="Exam", unit_price_cents=9_000, valid_from=date(2026, 3, 2))
    known = {"practice": clinic.practice, "actor": MIA, "now": clinic.now}
    assert [(await keep_price(record, **known))[1] for _ in range(2)] == [True, False]
    events = await Event.filter(kind="price.set").count()
    corrected = PriceRecord(code="exam", description="Exam", unit_price_cents=9_500, valid_from=date(2026, 3, 2))
    assert (await keep_price(corrected, **known))[1] is False
    assert await Event.filter(kind="price.set").count() == events + 1
    assert await Price.filter(code="exam", valid_from=date(2026, 3, 2)).values_list("unit_price_cents", flat=True) == [
        9_500
    ]
    assert (await clinic.sees(await clinic.patient())).total_cents == 9_500
    assert (await Invoice.get()).total_cents == 9_500


async def test_a_price_that_cannot_be_is_refused(clinic: Clinic) -> None:
    says = {"code": "exam", "description": "Exam", "unit_price_cents": 1, "valid_from": date(2026, 3, 2)}
    before = await everything()
    for wrong, field in (
        ({"unit_price_cents": -1}, "unit_price_cents"),
        ({"code": " "}, "code"),
        ({"description": "x" * 201}, "description"),
        ({"taxes": ("moon",)}, "taxes"),
    ):
        attempt = partial(keep_price, PriceRecord(**(says | wrong)), practice=clinic.practice, now=clinic.now)  # type: ignore[arg-type]
        with pytest.raises(Refusal) as refused:
            await attempt(actor=MIA)
        assert refused.value.field == field
    with pytest.raises(Refusal, match="needs the role manager at every location"):
        await keep_price(PriceRecord(**says), practice=clinic.practice, actor=DANA, now=clinic.now)  # type: ignore[arg-type]
    assert await everything() == before
