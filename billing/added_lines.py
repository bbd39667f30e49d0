"""Lines that staff add to a draft by hand: words at a price, a product, or a further procedure at its list's price."""

from dataclasses import dataclass
from datetime import date

from billing.prices import prices_for
from domain.bill import Adjustment
from domain.errors import Refusal, invalid, not_found
from domain.money import MOST_CENTS, extended
from domain.practice import Practice
from models.by_hand import row_of
from models.invoices import InvoiceLine
from models.people import Patient
from models.stock import Product


@dataclass(frozen=True, slots=True)
class Ware:
    """What a line has of what it bills."""

    code: str
    kind: str
    description: str
    unit_price_cents: int
    taxes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """Either a product, or a procedure, or a description with a price. Of the first two the price is the list's; their
    rate is changed like that of any other line."""

    quantity_thousandths: int = 1000
    product: str | None = None
    procedure: str | None = None
    description: str = ""
    unit_price_cents: int | None = None
    patient: int | None = None
    """For whom it is, and by whose list a procedure is priced; the guarantor, if left out."""
    served_on: date | None = None
    """The day whose price counts; today, if left out."""
    taxes: tuple[str, ...] | None = None
    """As with the product or procedure, if left out."""
    adjustments: tuple[Adjustment, ...] = ()


async def added(wanted: NewLine, position: int, *, guarantor: int, practice: Practice, today: date) -> InvoiceLine:
    if not 0 < wanted.quantity_thousandths <= 10**9:
        raise invalid("A quantity is more than zero and has at most three decimals.", "lines")
    if wanted.served_on and not date(1990, 1, 1) <= wanted.served_on <= today:
        raise invalid("What is billed was done by today, and not before 1990.", "lines")
    ware = await _ware(wanted, guarantor, practice, today)
    return InvoiceLine(
        position=position,
        code=ware.code,
        kind=ware.kind,
        patient_id=wanted.patient or guarantor,
        served_on=wanted.served_on,
        description=wanted.description.strip() or ware.description,
        quantity_thousandths=wanted.quantity_thousandths,
        unit_price_cents=ware.unit_price_cents,
        amount_cents=extended(ware.unit_price_cents, wanted.quantity_thousandths),
        taxes=ware.taxes if wanted.taxes is None else wanted.taxes,
    )


async def _ware(wanted: NewLine, guarantor: int, practice: Practice, today: date) -> Ware:
    patient = await _patient(wanted.patient or guarantor, guarantor)
    if len(wanted.description) > 200:
        raise invalid("A description can be at most 200 characters long.", "lines")
    match wanted:
        case NewLine(product=str(code), procedure=None, unit_price_cents=None):
            product = await Product.get_or_none(code=code)
            if product is None:
                raise not_found("product", code[:60], "lines")
            return Ware(code, "product", product.name, product.unit_price_cents, product.taxes)
        case NewLine(product=None, procedure=str(code), unit_price_cents=None):
            try:
                prices = await prices_for(patient, [code], wanted.served_on or today, practice=practice)
            except Refusal as refusal:
                raise invalid(refusal.sentence, "lines") from None
            price = prices[code]
            return Ware(code, price.kind, price.description, price.unit_price_cents, price.taxes)
        case NewLine(product=None, procedure=None, unit_price_cents=int(cents)) if wanted.description.strip():
            if not 0 <= cents <= MOST_CENTS:
                raise invalid("A price cannot be negative, nor more than a bill can carry.", "lines")
            return Ware("", "manual", "", cents, ())
    raise invalid("A line is a product, or a procedure, or a description with a price.", "lines")


async def _patient(patient_id: int, guarantor: int) -> Patient:
    patient = await row_of(Patient, id=patient_id)
    if patient is None or patient.payer_id != guarantor:
        raise invalid("This line is for somebody whom this guarantor doesn't pay for.", "lines")
    return patient
