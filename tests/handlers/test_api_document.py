"""The API's document: made from the table, complete, and of the types that read and answer."""

import json
from typing import Any

import schemathesis

from domain.invoice_set import INVOICE_SET
from handlers.api.document import PATH, document, written
from handlers.api.keys import SCOPES
from handlers.api.operations import OPERATIONS
from tests.handlers.house import House

DOCUMENT = document(OPERATIONS, "1.2.3")


def pages() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, page) for path, methods in DOCUMENT["paths"].items() for method, page in methods.items()]


async def test_it_is_told_to_everyone_and_is_openapi(house: House):
    answer = await house.client.get("/api/v1/openapi.json")
    told = await answer.json()
    assert (answer.status, told["openapi"], told["info"]["version"]) == (200, "3.1.0", "1.2.3")
    schemathesis.openapi.from_dict(told).validate()


def test_it_is_made_once():
    assert written("1.2.3") is written("1.2.3")
    assert json.loads(written("1.2.3")) == json.loads(json.dumps(DOCUMENT))


def test_every_operation_is_in_it_with_its_scope_and_a_line():
    assert {(path, method) for path, method, _ in pages()} == {(o.path, o.method.lower()) for o in OPERATIONS}
    for operation in OPERATIONS:
        page = DOCUMENT["paths"][operation.path][operation.method.lower()]
        assert page["security"] == [{"key": [operation.scope]}]
        assert operation.scope in SCOPES
        assert page["summary"].endswith("."), operation.path
    names = [page["operationId"] for _, _, page in pages()]
    assert len(names) == len(set(names))


def test_every_parameter_is_told_and_every_post_asks_for_its_key():
    for path, method, page in pages():
        told = {(parameter["in"], parameter["name"]) for parameter in page["parameters"]}
        assert {name for place, name in told if place == "path"} == {name for name in PATH if f"{{{name}}}" in path}
        assert (("header", "Idempotency-Key") in told) == (method == "post"), path
        assert not any(place == "query" for place, _ in told if method != "get")


def test_every_refusal_is_a_problem_and_every_answer_has_a_form():
    for path, _, page in pages():
        assert {"401", "403", "422", "429"} <= page["responses"].keys(), path
        for status, answer in page["responses"].items():
            kinds = set(answer["content"])
            assert kinds == {"application/problem+json"} if status >= "400" else kinds or status == "204", path
        assert "Retry-After" in page["responses"]["429"]["headers"]


async def test_every_example_can_be_sent(house: House):
    for operation in OPERATIONS:
        page = DOCUMENT["paths"][operation.path][operation.method.lower()]
        for kind, content in page.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                operation.asks.model_validate_json(json.dumps(content["example"]))
            else:
                await operation.asks.opened(content["example"].encode(), house.doors)


def test_what_a_move_asks_is_what_its_table_says():
    for move in INVOICE_SET.moves:
        if move.who == "house":
            continue
        page = DOCUMENT["paths"][f"/invoice-sets/{{id}}/{move.name}"]["post"]
        schema = page["requestBody"]["content"]["application/json"]["schema"]
        body = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        money = {"money": "_cents"}
        assert set(body["properties"]) == {ask.name + money.get(ask.kind, "") for ask in move.asks}
        assert body["additionalProperties"] is False
