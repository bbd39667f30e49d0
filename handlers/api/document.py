"""The API's document (OpenAPI 3.1), made from the table of operations and the very types that read and answer."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, Literal

import orjson
from aiohttp import web
from pydantic import TypeAdapter

from domain.ports import Json
from handlers.api.body import Body, Query
from handlers.api.idempotency import LONGEST
from handlers.api.operation import Csv, Operation
from handlers.api.operations import OPERATIONS
from handlers.api.problem import Problem
from handlers.api.upload import Upload
from handlers.doors import doors
from reports.registry import REPORTS

ABOUT = """\
Money is whole minor units (`*_cents`), times are RFC 3339, unknown fields are refused. Lists page by `limit` and
`cursor`; the next page's cursor is `next`. Every POST needs an `Idempotency-Key`: the same request with the same key is
given the same answer again. What is refused changes nothing and says why (RFC 9457), field by field."""

REF = "#/components/schemas/{model}"
Mode = Literal["validation", "serialization"]

PATH: Mapping[str, Json] = {
    "id": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1, "examples": [17]},
    "external_id": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"^[^\s]", "examples": ["P-1001"]},
    "code": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": r"^[^\s]", "examples": ["99213"]},
    "period": {"type": "integer", "minimum": 1, "maximum": 10_000, "examples": [1]},
    "name": {"type": "string", "enum": sorted(REPORTS)},
}
KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names this request, whichever time it is sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
}
REPLAYED: Json = {"description": "true when this is what was answered before.", "schema": {"enum": ["true"]}}
RETRY: Json = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}

ALWAYS = (401, 403, 422, 429)
WITH_BODY = (400, 404, 413, 415)


async def show(request: web.Request) -> web.Response:
    return web.Response(body=written(doors(request).version), content_type="application/json")


@cache
def written(version: str) -> bytes:
    """Made when it is first asked for: the service's start does not wait for it."""
    return orjson.dumps(document(OPERATIONS, version))


def document(operations: Sequence[Operation], version: str) -> Json:
    said, schemas = _schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _page(operation, said, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Duesday", "version": version or "0", "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "duesday api-key create"}},
        },
    }


Said = Mapping[tuple[Any, Mode], Json]


def _schemas(operations: Iterable[Operation]) -> tuple[Said, Json]:
    """Every type that is read from a body or told, once."""
    wanted: dict[tuple[Any, Mode], TypeAdapter[Any]] = {(Problem, "serialization"): TypeAdapter(Problem)}
    for operation in operations:
        if issubclass(operation.asks, Body):
            wanted[operation.asks, "validation"] = TypeAdapter(operation.asks)
        for kind in (kind for kinds in operation.answers.values() for kind in kinds if kind not in (None, Csv)):
            wanted[kind, "serialization"] = TypeAdapter(kind)
    inputs = [(key, key[1], adapter) for key, adapter in wanted.items()]
    by_key, found = TypeAdapter.json_schemas(inputs, ref_template=REF)
    return {key: schema for (key, _), schema in by_key.items()}, found.get("$defs", {})


def _page(operation: Operation, said: Said, schemas: Json) -> Json:
    body = _body(operation.asks, said, schemas)
    return {
        "operationId": _name(operation),
        "summary": operation.summary,
        "tags": [operation.path.split("/")[1]],
        "security": [{"key": [operation.scope]}],
        "parameters": [*_parameters(operation)],
        **({"requestBody": body} if body else {}),
        "responses": {**_answers(operation, said), **_refusals(operation, said)},
    }


def _body(asks: type[Body | Query | Upload], said: Said, schemas: Json) -> Json:
    if issubclass(asks, Upload):
        content: Json = {"schema": {"type": "string", "minLength": 1}, "example": asks.example}
        return {"required": True, "content": dict.fromkeys(asks.content_types, content)}
    if issubclass(asks, Query):
        return {}
    schema = said[asks, "validation"]
    needed = any(field.is_required() for field in asks.model_fields.values())
    content = {"schema": schema, "example": _example(schema, schemas)}
    return {"required": needed, "content": {"application/json": content}}


def _example(schema: Json, schemas: Json) -> object:
    """The least that can be sent, from the examples of its fields."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for told in ("examples", "enum"):
        if told in schema:
            return schema[told][0]
    if "const" in schema:
        return schema["const"]
    if some := schema.get("anyOf") or schema.get("oneOf"):
        return _example(some[0], schemas)
    if schema["type"] == "array":
        return [_example(schema["items"], schemas)]
    return {name: _example(schema["properties"][name], schemas) for name in schema.get("required", ())}


def _name(operation: Operation) -> str:
    """`post_invoices_id_send`: in the address, so it is as stable as that."""
    return re.sub(r"\W+", "_", f"{operation.method.lower()}{operation.path}").strip("_")


def _parameters(operation: Operation) -> Iterable[Json]:
    for name in re.findall(r"{(\w+)}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH[name]}
    if operation.method == "POST":
        yield KEY
    if issubclass(operation.asks, Query):
        asks = operation.asks.model_json_schema(ref_template=REF)
        for name, schema in asks["properties"].items():
            yield {"name": name, "in": "query", "required": name in asks.get("required", ()), "schema": _given(schema)}


def _given(schema: Json) -> Json:
    """A parameter that is not given is left out; there is no null in an address."""
    some = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default") or value}
    return {**{name: value for name, value in kept.items() if name != "anyOf"}, **some[0]} if len(some) == 1 else kept


def _answers(operation: Operation, said: Said) -> Json:
    headers = {"Idempotency-Replayed": REPLAYED} if operation.method == "POST" else {}
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "headers": headers,
            "content": dict(_content(kind, said) for kind in kinds if kind is not None),
        }
        for status, kinds in operation.answers.items()
    }


def _content(kind: Any, said: Said) -> tuple[str, Json]:
    if kind is Csv:
        return "text/csv", {"schema": {"type": "string"}}
    return "application/json", {"schema": said[kind, "serialization"]}


def _refusals(operation: Operation, said: Said) -> Json:
    statuses = {*ALWAYS, *(WITH_BODY if operation.has_body else ())}
    statuses |= {404} if "{" in operation.path else set()
    statuses |= {409} if operation.method != "GET" else set()
    content = {"application/problem+json": {"schema": said[Problem, "serialization"]}}
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "headers": {"Retry-After": RETRY} if status == 429 else {},
            "content": content,
        }
        for status in sorted(statuses)
    }
