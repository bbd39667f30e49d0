"""How the API says no (RFC 9457), and how it says anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

import orjson
from aiohttp import web
from pydantic import Field


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not done: a code for programs, a sentence for people, and every field that is wrong."""

    title: str
    status: int
    code: Annotated[str, Field(examples=["invalid"])]
    detail: Annotated[str, Field(examples=["amount_cents: It must be more than 0."])]
    fields: Annotated[dict[str, str], Field(examples=[{"amount_cents": "It must be more than 0."}])]


def json_response(value: object, status: int = 200) -> web.Response:
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return web.Response(status=status, body=body, content_type="application/json", charset="utf-8")


def problem(
    status: int,
    code: str,
    detail: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    said = Problem(HTTPStatus(status).phrase, status, code, detail, dict(fields or {}))
    return web.Response(
        status=status, body=orjson.dumps(said), headers=headers, content_type="application/problem+json"
    )
