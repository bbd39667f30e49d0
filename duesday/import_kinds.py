"""What can be imported: which columns a file of it has, which rows are of one thing, and the verb that keeps it.

A row is read by the API's own models, so that a file is refused in the words in which a program would be.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Generic, Literal, TypeVar

from billing.bulk import Kept, Refused
from billing.bulk_sessions import complete_sessions
from billing.patients import PatientRecord, keep_patient
from billing.prices import PriceRecord, keep_price
from billing.products import ProductRecord, keep_product
from billing.sessions import Item, SessionRecord
from domain.access import Actor
from domain.errors import Refusal
from domain.money import parse
from domain.practice import Practice
from duesday.csv_file import Columns, Mistake
from handlers.api.body import Body
from handlers.api.fields import Day, ExternalId, Place, Quantity, Short, Words
from handlers.api.patients import PatientBody
from models.change import change

R = TypeVar("R", bound=Body)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who imports into which books, and when."""

    practice: Practice
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Line(Generic[R]):
    number: int
    row: R


Outcome = Kept | Mistake
Keep = Callable[[Sequence[Sequence[Line[Any]]], Desk], Awaitable[list[Outcome]]]
"""What became of each thing, given by the lines that tell of it."""


@dataclass(frozen=True, slots=True)
class Kind:
    plural: str
    row: type[Body]
    key: tuple[str, ...]
    """The columns by which one thing is told from another."""
    keep: Keep
    points_to: str | None = None
    """The column that names another thing of the kind, which must be kept before."""
    many_rows: bool = False
    """Whether one thing may have several rows."""
    look_at: Keep | None = None
    """What is wrong with things, without keeping them; where each can be judged without those before it."""

    @property
    def columns(self) -> Columns:
        fields = self.row.model_fields
        return Columns(tuple(fields), tuple(name for name, field in fields.items() if field.is_required()))


class PatientRow(PatientBody):
    external_id: ExternalId


class SessionRow(Body):
    """One item of a session; what is said of the session itself is the same on each of its rows."""

    external_id: ExternalId
    patient: ExternalId
    location: Place
    provider: Annotated[str, Words(120)]
    date: Day
    code: Short
    quantity: Quantity = Decimal(1)
    kind: Annotated[str, Words(20)] | None = None


class PriceRow(Body):
    code: Short
    description: Annotated[str, Words(200)]
    unit_price: Short
    valid_from: Day
    price_list: Short | None = None
    kind: Annotated[str, Words(20)] = "procedure"
    taxes: Annotated[str, Words(200)] = ""


class ProductRow(Body):
    code: Short
    name: Annotated[str, Words(200)]
    unit_price: Short
    taxes: Annotated[str, Words(200)] = ""
    tracked: Literal["yes", "no"] = "yes"


async def _keep_patients(things: Sequence[Sequence[Line[PatientRow]]], desk: Desk) -> list[Outcome]:
    return [await _alone(line, keep_patient, lambda row: PatientRecord(**row.model_dump()), desk) for [line] in things]


async def _keep_prices(things: Sequence[Sequence[Line[PriceRow]]], desk: Desk) -> list[Outcome]:
    def record(row: PriceRow) -> PriceRecord:
        return PriceRecord(
            code=row.code,
            description=row.description,
            unit_price_cents=_cents(row.unit_price, desk),
            valid_from=row.valid_from,
            price_list=row.price_list,
            kind=row.kind,
            taxes=tuple(row.taxes.split()),
        )

    return [await _alone(line, keep_price, record, desk) for [line] in things]


async def _keep_products(things: Sequence[Sequence[Line[ProductRow]]], desk: Desk) -> list[Outcome]:
    def record(row: ProductRow) -> ProductRecord:
        return ProductRecord(
            code=row.code,
            name=row.name,
            unit_price_cents=_cents(row.unit_price, desk),
            taxes=tuple(row.taxes.split()),
            tracked=row.tracked == "yes",
        )

    return [await _alone(line, keep_product, record, desk) for [line] in things]


def _cents(typed: str, desk: Desk) -> int:
    return parse(typed, desk.practice.currency)


async def _alone(line: Line[R], verb: Callable[..., Awaitable[Any]], record: Callable[[R], Any], desk: Desk) -> Outcome:
    """By the verb for one. Whatever has changed was told: that is how a change is known."""
    async with change(desk.now) as told:
        before = len(told.events)
        try:
            _, is_new = await verb(record(line.row), practice=desk.practice, actor=desk.actor, now=desk.now)
        except Refusal as refusal:
            return _mistake(line.number, refusal)
        return "added" if is_new else "changed" if len(told.events) > before else "unchanged"


async def _keep_sessions(
    things: Sequence[Sequence[Line[SessionRow]]], desk: Desk, *, doomed: bool = False
) -> list[Outcome]:
    records = [_session(lines) for lines in things]
    kept = iter(
        await complete_sessions(
            [record for record in records if isinstance(record, SessionRecord)],
            practice=desk.practice,
            actor=desk.actor,
            now=desk.now,
            doomed=doomed,
        )
    )
    outcomes: list[Outcome] = []
    for lines, record in zip(things, records, strict=True):
        became = record if isinstance(record, Mistake) else next(kept)
        if isinstance(became, Refused):
            became = _mistake(lines[became.item or 0].number, became.refusal)
        outcomes.append(became)
    return outcomes


SAME = ("patient", "location", "provider", "date")


def _session(lines: Sequence[Line[SessionRow]]) -> SessionRecord | Mistake:
    first = lines[0]
    for line in lines[1:]:
        for column in SAME:
            if getattr(line.row, column) != getattr(first.row, column):
                sentence = f"Session {first.row.external_id} has another {column} in line {first.number}."
                return Mistake(line.number, column, sentence)
    row = first.row
    return SessionRecord(
        external_id=row.external_id,
        patient=row.patient,
        location=row.location,
        provider=row.provider,
        date=row.date,
        items=tuple([Item(line.row.code, line.row.quantity, line.row.kind) for line in lines]),
    )


COLUMNS_OF_FIELDS = {"items": "code", "amount": "unit_price", "unit_price_cents": "unit_price"}


def _mistake(line: int, refusal: Refusal) -> Mistake:
    """What the verbs call a field may stand in a column of another name."""
    return Mistake(line, COLUMNS_OF_FIELDS.get(refusal.field or "", refusal.field), refusal.sentence)


KINDS = {
    "patients": Kind("patients", PatientRow, ("external_id",), _keep_patients, points_to="guarantor"),
    "sessions": Kind(
        "sessions",
        SessionRow,
        ("external_id",),
        _keep_sessions,
        many_rows=True,
        look_at=partial(_keep_sessions, doomed=True),
    ),
    "prices": Kind("prices", PriceRow, ("price_list", "code", "valid_from"), _keep_prices),
    "products": Kind("products", ProductRow, ("code",), _keep_products),
}
