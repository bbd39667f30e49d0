"""Paying from the patient's page: to the card processor's own page and back."""

from typing import Literal

from aiohttp import web

from billing.checkouts import open_checkout, owed_cents
from documents.pages import PaidPage, paid_page
from documents.words import read_amount
from domain.errors import DoorFault, Refusal
from handlers.doors import GUARANTOR, doors
from handlers.patient.balance import balance, processing_cents, root_of
from handlers.patient.forms import form_of
from handlers.patient.frame import chosen_language, frame_for, html
from models.money import CheckoutAttempt, Payment
from models.people import Patient

LOOK_AGAIN_SECONDS = 3


async def pay(request: web.Request) -> web.Response:
    """`amount=all`, or what the patient typed in their own locale."""
    here, guarantor = doors(request), request[GUARANTOR]
    typed = (await form_of(request)).get("amount", "all").strip()[:20]
    cents = await _cents(request, typed)
    if cents is not None and cents <= 0:
        return await balance(request, notice="bad_amount", typed_amount=typed, status=422)
    try:
        checkout = await open_checkout(
            guarantor, amount_cents=cents, practice=here.practice, ports=here.ports,
            back_url=here.ports.public_url + root_of(request),
        )  # fmt: skip
    except Refusal as refusal:
        return await _no_checkout(request, refusal, typed)
    except DoorFault:
        return await balance(request, notice="pay_unavailable", status=503)
    raise web.HTTPSeeOther(checkout.url)


async def _cents(request: web.Request, typed: str) -> int | None:
    """None for all of it; what is on its way from a bank already is not asked for again. Zero for what is no amount."""
    guarantor, practice = request[GUARANTOR], doors(request).practice
    if typed == "all":
        coming = await processing_cents(guarantor)
        return await owed_cents(guarantor) - coming if coming else None
    payer = await Patient.get(id=guarantor)
    return read_amount(typed, practice.currency, chosen_language(request) or payer.locale) or 0


async def _no_checkout(request: web.Request, refusal: Refusal, typed: str) -> web.Response:
    if refusal.code == "invalid":
        return await balance(request, notice="bad_amount", typed_amount=typed, status=422)
    if refusal.code == "nothing_owed":
        return await balance(request)
    return await balance(request, notice="pay_unavailable", status=refusal.status)


async def thanks(request: web.Request) -> web.Response:
    """Where the processor leads back to. Until its webhook has been worked on, the page looks again by itself."""
    guarantor = request[GUARANTOR]
    last = await CheckoutAttempt.filter(guarantor_id=guarantor).order_by("-id").first()
    if last is None or last.status not in ("open", "processing", "paid"):
        raise web.HTTPSeeOther(root_of(request))
    payer = await Patient.get(id=guarantor)
    page = PaidPage(
        frame=frame_for(request, payer),
        currency=last.currency,
        amount_cents=last.amount_cents,
        remaining_cents=await owed_cents(guarantor),
        back_to=root_of(request),
        state=_state(last),
        receipt=await _receipt(last, root_of(request)),
    )
    response = html(paid_page(page))
    if last.status == "open":
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def _state(attempt: CheckoutAttempt) -> Literal["paid", "processing", "confirming"]:
    if attempt.status == "paid":
        return "paid"
    return "processing" if attempt.status == "processing" else "confirming"


async def _receipt(attempt: CheckoutAttempt, root: str) -> str | None:
    if attempt.status != "paid":
        return None
    payment = await Payment.filter(
        guarantor_id=attempt.guarantor_id, processor__isnull=False, created_at__gte=attempt.created_at
    ).order_by("-id").first()  # fmt: skip
    return f"{root}/receipts/{payment.id}.pdf" if payment else None
