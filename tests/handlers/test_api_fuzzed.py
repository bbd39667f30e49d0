"""The running API against its own document: no crash, no answer it does not tell of, nothing taken that it refuses."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from billing.invoices import mark_overdue
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from domain.terms import LateFee
from handlers.api.document import document
from handlers.api.operations import OPERATIONS
from models import database
from models.people import Patient
from outreach.enrol import enrol
from tests.handlers.house import NOW, PRACTICE, House, bill, open_house, patient, seen
from tests.support.beside import Beside
from tests.support.trials import size

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(document(OPERATIONS, "1"))
schemathesis.serializer.alias("application/edi-x12", "text/plain")
EXAMPLES = size("API_EXAMPLES", quick=1, whole=3)
"""Of each kind, for each operation, on SQLite; on PostgreSQL a third. More for a hunt."""
HELD: dict[str, Any] = {
    "guarantor": "P-1", "patient": "P-1", "location": "downtown", "charges": "all", "date": "2026-03-02",
    "amount_cents": 100, "session": "S-C", "status": "denied",
    "items": [{"code": "visit", "quantity": 1}], "rule_set": "gentle", "merged": "P-10",
}  # fmt: skip
"""What in a body must name something that is there."""


def held(body: Any) -> Any:
    return body | {name: HELD[name] for name in body.keys() & HELD} if isinstance(body, dict) else body


BUSY = replace(PRACTICE, api_per_second=100_000, late_fee=LateFee(flat_cents=500))


@asynccontextmanager
async def practice_at(url: str) -> AsyncIterator[tuple[str, str]]:
    """A practice with something in every state, its address, and a key to it."""
    await database.connect(url)
    try:
        async with open_house(practice=BUSY) as house:
            payers = [await patient(f"P-{number}") for number in range(1, 7)]
            for payer in payers[:5]:
                await enrol((await bill(payer)).id, practice=PRACTICE, now=NOW)
            for payer in payers:
                await bill(payer, sent=False)
            await mark_overdue(5, practice=BUSY, now=NOW + timedelta(days=40))
            await bill(payers[5])
            await bill(await patient("P-8"))
            for _ in range(20):
                await seen("P-1")
            await insured()
            await paid(house)
            await handed_over(house)
            yield str(house.client.make_url("/")).rstrip("/"), await house.key("admin")
    finally:
        await database.close()


async def insured() -> None:
    await patient("P-7", bill_to="insurance")
    visit = SessionRecord(
        external_id="S-C",
        patient="P-7",
        location="downtown",
        provider="Dr. Ade",
        date=NOW.date(),
        items=(Item("visit"),),
    )
    await complete_session(visit, practice=PRACTICE, actor=CLOCK, now=NOW)


async def paid(house: House) -> None:
    """Payments, one of them with credit left over; and a part of a balance written off."""
    money = {"method": "check", "date": "2026-03-02"}
    for who, cents in (("P-2", 500), ("P-3", 500), ("P-4", 500), ("P-6", 50_000)):
        taken = await house.call("POST", f"/patients/{who}/payments", {**money, "amount_cents": cents})
        assert taken.status == 201, await taken.text()
    await bill(await Patient.get(external_id="P-6"))
    part = {"reason": "hardship", "amount_cents": 100}
    assert (await house.call("POST", "/invoice-sets/5/write_off_part", part)).status == 200


async def handed_over(house: House) -> None:
    """A balance that an agency has; and a second record of somebody."""
    chased = await enrol((await bill(await patient("P-9"))).id, practice=PRACTICE, now=NOW)
    assert chased is not None
    handed = await house.call("POST", f"/invoice-sets/{chased.id}/collections", {"reason": "no answer"})
    assert handed.status == 200, await handed.text()
    await patient("P-10")


@contextmanager
def answering(url: str) -> Iterator[tuple[str, str]]:
    with Beside() as beside:
        practice = practice_at(url)
        try:
            yield beside.run(practice.__aenter__())
        finally:
            beside.run(practice.__aexit__(None, None, None))


@cache
def operations() -> dict[str, Any]:
    found = [each.ok() for each in SCHEMA.get_all_operations()]
    return {operation.label: operation for operation in found}


@cache
def drawn(label: str, mode: GenerationMode) -> list[Any]:
    """Requests that are made once, and asked of both databases: to think of one takes longer than to answer it."""
    found: list[Any] = []

    @seed(3)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operations()[label].as_strategy(generation_mode=mode))
    def keep(case: Any) -> None:
        found.append(case)

    keep()
    return found


class Program:
    """Calls, holds every answer against the document, and counts them."""

    def __init__(self, address: str, key: str, examples: int) -> None:
        self.at, self.headers = f"{address}/api/v1", {"Authorization": f"Bearer {key}"}
        self.session, self.turns, self.examples = requests.Session(), count(1), examples
        self.answered: Counter[tuple[str, int]] = Counter()

    def call(self, case: Any, *, right: bool) -> int:
        if right and case.method == "POST":
            case.headers["Idempotency-Key"] = f"once-{next(self.turns)}"
        response = case.call(base_url=self.at, session=self.session, headers=self.headers)
        case.validate_response(response, checks=CHECKS)
        self.answered[case.operation.label, response.status_code] += 1
        return int(response.status_code)

    def as_in_the_example(self, operation: Any) -> bool:
        """What the document shows, done to the first thing it can be done to."""
        page = operation.definition.raw
        kinds = page.get("requestBody", {}).get("content", {})
        kept = next(({"media_type": kind, "body": held(said["example"])} for kind, said in kinds.items()), {})
        names = re.findall(r"{(\w+)}", operation.path)
        for number in range(1, 14):
            path = {name: {"id": number, "name": "ageing", "period": 1}.get(name, f"P-{number}") for name in names}
            if self.call(operation.Case(path_parameters=path, headers={}, **kept), right=True) < 300:
                return True
        return False

    def at_random(self, operation: Any, mode: GenerationMode) -> None:
        for case in drawn(operation.label, mode)[: self.examples]:
            asked = case.derive()
            if mode is GenerationMode.POSITIVE:
                self.hold(asked)
            self.call(asked, right=mode is GenerationMode.POSITIVE)

    def hold(self, case: Any) -> None:
        """What is right by the document, about things that are there."""
        if "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = 1 + next(self.turns) % 12
        case.body = held(case.body)


def test_what_the_document_tells_is_what_happens(database_url: str):
    with answering(database_url) as (address, key):
        program = Program(address, key, EXAMPLES if database_url.startswith("sqlite") else max(1, EXAMPLES // 3))
        undone = [operation.label for operation in operations().values() if not program.as_in_the_example(operation)]
        assert not undone, f"the example should have done something: {undone}"
        for operation in operations().values():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                program.at_random(operation, mode)
        program.session.close()
    statuses = {status for _, status in program.answered}
    assert {200, 201, 400, 404, 409, 422} <= statuses
    assert not statuses & {403, 429}
