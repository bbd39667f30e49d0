"""Invoice sets: found, shown, and moved by the table's moves, each of which is a route."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import Field, create_model

from domain.errors import Refusal, not_found
from domain.invoice import INVOICE, OPEN
from domain.invoice_set import INVOICE_SET
from domain.machine import Ask, Move
from domain.money import minor_digits
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Cents, Told, Words, a_status_of
from handlers.api.finding import Filters, list_found
from handlers.api.invoice_answer import external_ids
from handlers.api.operation import Call, Work
from handlers.api.paging import Listed
from models.chasing import InvoiceSet
from models.finding import find_sets
from models.invoices import Invoice
from outreach.moves import make_move

MOVES = tuple(move for move in INVOICE_SET.moves if move.who != "house")
"""What can be asked for; what the house does by itself has no route."""


def scope_of(move: Move) -> str:
    return "admin" if move.who == "admin" else "write"


class WhichSets(Filters):
    status: tuple[Annotated[str, a_status_of(INVOICE_SET)], ...] = ()


@dataclass(frozen=True, slots=True)
class InSetAnswer:
    """An invoice of the set."""

    id: int
    number: str | None
    status: Annotated[str, a_status_of(INVOICE)]
    balance_cents: Told
    due_date: date | None


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """Everything that one guarantor owes, chased together."""

    id: int
    status: Annotated[str, a_status_of(INVOICE_SET)]
    stage: str
    guarantor: str
    amount_outstanding_cents: Told
    rule_set: str
    step: int
    next_send_at: datetime | None
    will_fail_reason: str | None
    invoices: list[InSetAnswer]


async def list_them(call: Call[WhichSets]) -> Listed[SetAnswer]:
    """List invoice sets."""
    return await list_found(InvoiceSet, find_sets, call.asked, shown, locations=call.practice.locations)


async def show(call: Call[NoQuery]) -> SetAnswer:
    """Show an invoice set."""
    number = call.id("invoice set")
    found = await shown(await InvoiceSet.filter(id=number))
    if not found:
        raise not_found("invoice set", number)
    return found[0]


def moving(move: Move) -> Work:
    """The work of one move: its body is what the move asks."""
    asks = body_of(move)

    async def work(call: Call[asks]) -> SetAnswer:  # type: ignore[valid-type]  # made from the table
        number, given = call.id("invoice set"), answers_to(move.asks, call.asked, call.practice.currency)
        try:
            moved = await make_move(
                number, move.name, given, actor=call.actor, practice=call.practice, ports=call.ports
            )
        except Refusal as refusal:
            raise in_our_words(refusal, move.asks) from None
        return (await shown([moved]))[0]

    return work


def field_of(ask: Ask) -> str:
    return f"{ask.name}_cents" if ask.kind == "money" else ask.name


@cache
def body_of(move: Move) -> type[Body]:
    return create_model(f"{move.name}_body", __base__=Body, **fields_of(move.asks))


def fields_of(asks: Iterable[Ask], *, needed: bool = True) -> dict[str, Any]:
    """A field for each thing that is asked."""
    kinds = {field_of(ask): (_kind_of(ask), needed and ask.required) for ask in asks}
    return {name: (kind, ...) if must else (kind | None, None) for name, (kind, must) in kinds.items()}


def _kind_of(ask: Ask) -> Any:
    if ask.kind == "money":
        return Annotated[Cents, Field(description=ask.hint)]
    return Annotated[str, Words(ask.longest), Field(description=ask.hint, examples=[ask.label])]


def answers_to(asks: Iterable[Ask], body: Body, currency: str) -> dict[str, object]:
    answers = {ask.name: getattr(body, field_of(ask)) for ask in asks}
    return {name: _typed(answer, currency) for name, answer in answers.items() if answer is not None}


def _typed(value: str | int, currency: str) -> str:
    """As a person would have typed it: the table reads amounts in the currency's own units."""
    if isinstance(value, str):
        return value
    digits = minor_digits(currency)
    whole, part = divmod(value, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)


def in_our_words(refusal: Refusal, asks: Iterable[Ask]) -> Refusal:
    """The same refusal, with the fields named as they are sent here."""
    names = {ask.name: field_of(ask) for ask in asks}
    fields = {names.get(name, name): sentence for name, sentence in refusal.by_field().items()}
    return Refusal(refusal.code, refusal.sentence, status=refusal.status, fields=fields)


async def shown(sets: Sequence[InvoiceSet]) -> list[SetAnswer]:
    invoices: defaultdict[int | None, list[Invoice]] = defaultdict(list)
    for invoice in await Invoice.filter(invoice_set_id__in=[each.id for each in sets]).order_by("due_date", "id"):
        invoices[invoice.invoice_set_id].append(invoice)
    people = await external_ids({each.guarantor_id for each in sets})
    return [
        SetAnswer(
            id=each.id,
            status=each.status,
            stage=each.stage,
            guarantor=people[each.guarantor_id],
            amount_outstanding_cents=sum(i.balance_cents for i in invoices[each.id] if i.status in OPEN),
            rule_set=each.rule_set,
            step=each.step,
            next_send_at=each.next_send_at,
            will_fail_reason=each.trouble,
            invoices=[_in_set(invoice) for invoice in invoices[each.id]],
        )
        for each in sets
    ]


def _in_set(invoice: Invoice) -> InSetAnswer:
    return InSetAnswer(**{name: getattr(invoice, name) for name in InSetAnswer.__dataclass_fields__})
