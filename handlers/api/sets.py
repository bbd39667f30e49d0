"""Invoice sets: found, shown, and moved by the table's moves, each of which is a route."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, create_model
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.errors import Refusal, not_found
from domain.invoice import OPEN
from domain.invoice_set import INVOICE_SET
from domain.machine import Ask, Move
from domain.money import MOST_CENTS, minor_digits
from handlers.api.body import Body, ExternalId, Words, a_status_of, id_in, read_body, read_query
from handlers.api.keys import actor_of
from handlers.api.paging import Page, page_of
from handlers.api.problem import json_response
from handlers.doors import doors
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.people import Patient
from outreach.moves import make_move

MOVES = tuple(move for move in INVOICE_SET.moves if move.who != "house")
"""What can be asked for; what the house does by itself has no route."""


def scope_of(move: Move) -> str:
    return "admin" if move.who == "admin" else "write"


class Which(Page):
    status: tuple[Annotated[str, a_status_of(INVOICE_SET)], ...] = ()
    q: Annotated[str, Words(100)] | None = None
    location: tuple[Annotated[str, Words(60)], ...] = ()
    rule_set: Annotated[str, Words(60)] | None = None
    stage: Annotated[str, Words(40)] | None = None
    guarantor: ExternalId | None = None


async def list_them(request: web.Request) -> web.Response:
    which = read_query(request, Which)
    rows = InvoiceSet.all()
    for name in ("status", "location"):
        if given := getattr(which, name):
            rows = rows.filter(**{f"{name}__in": given})
    for name, column in (("rule_set", "rule_set"), ("stage", "stage"), ("guarantor", "guarantor__external_id")):
        if (given := getattr(which, name)) is not None:
            rows = rows.filter(**{column: given})
    return await page_of(await _about(rows, which.q), which, shown)


async def _about(rows: QuerySet[InvoiceSet], q: str | None) -> QuerySet[InvoiceSet]:
    """Every word is part of the guarantor's name, or is their id or an invoice's number."""
    for word in (q or "").split():
        numbered = await Invoice.filter(number__iexact=word).values_list("invoice_set_id", flat=True)
        rows = rows.filter(
            Q(guarantor__first_name__icontains=word)
            | Q(guarantor__last_name__icontains=word)
            | Q(guarantor__external_id=word)
            | Q(id__in=[found for found in numbered if found])
        )
    return rows


async def show(request: web.Request) -> web.Response:
    number = id_in(request, "invoice set")
    found = await shown(await InvoiceSet.filter(id=number))
    if not found:
        raise not_found("invoice set", number)
    return json_response(found[0])


def moving(move: Move) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of one move: its body is what the move asks."""

    async def handler(request: web.Request) -> web.Response:
        body, here = await read_body(request, _body_of(move)), doors(request)
        given = _given(move, body, here.practice.currency)
        try:
            moved = await make_move(
                id_in(request, "invoice set"), move.name, given,
                actor=actor_of(request), practice=here.practice, ports=here.ports,
            )  # fmt: skip
        except Refusal as refusal:
            raise _in_our_words(refusal, move) from None
        return json_response((await shown([moved]))[0])

    return handler


def field_of(ask: Ask) -> str:
    return f"{ask.name}_cents" if ask.kind == "money" else ask.name


@cache
def _body_of(move: Move) -> type[Body]:
    """Whether an answer is needed is the table's to say, so here none is."""
    fields: dict[str, Any] = {}
    for ask in move.asks:
        kind = Annotated[int, Field(gt=0, le=MOST_CENTS)] if ask.kind == "money" else Annotated[str, Words(ask.longest)]
        fields[field_of(ask)] = (kind | None, None)
    return create_model(f"{move.name}_body", __base__=Body, **fields)


def _given(move: Move, body: Body, currency: str) -> dict[str, object]:
    answers = {ask.name: getattr(body, field_of(ask)) for ask in move.asks}
    return {name: _typed(answer, currency) for name, answer in answers.items() if answer is not None}


def _typed(value: str | int, currency: str) -> str:
    """As a person would have typed it: the table reads amounts in the currency's own units."""
    if isinstance(value, str):
        return value
    digits = minor_digits(currency)
    whole, part = divmod(value, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)


def _in_our_words(refusal: Refusal, move: Move) -> Refusal:
    """The same refusal, with the fields named as they are sent here."""
    names = {ask.name: field_of(ask) for ask in move.asks}
    fields = {names.get(name, name): sentence for name, sentence in refusal.by_field().items()}
    return Refusal(refusal.code, refusal.sentence, status=refusal.status, fields=fields)


async def shown(sets: Sequence[InvoiceSet]) -> list[dict[str, object]]:
    invoices = await Invoice.filter(invoice_set_id__in=[each.id for each in sets]).order_by("due_date", "id")
    people = {p.id: p.external_id for p in await Patient.filter(id__in=[each.guarantor_id for each in sets])}
    return [
        {
            "id": each.id,
            "status": each.status,
            "stage": each.stage,
            "guarantor": people[each.guarantor_id],
            "amount_outstanding_cents": sum(
                i.balance_cents for i in invoices if i.invoice_set_id == each.id and i.status in OPEN
            ),
            "rule_set": each.rule_set,
            "step": each.step,
            "next_send_at": each.next_send_at,
            "will_fail_reason": each.trouble,
            "invoices": [_invoice(invoice) for invoice in invoices if invoice.invoice_set_id == each.id],
        }
        for each in sets
    ]


def _invoice(invoice: Invoice) -> dict[str, object]:
    names = ("id", "number", "status", "balance_cents", "due_date")
    return {name: getattr(invoice, name) for name in names}
