"""How the API says no (RFC 9457), and how it says anything."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from aiohttp import web


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
    title = HTTPStatus(status).phrase
    said = {"title": title, "status": status, "code": code, "detail": detail, "fields": dict(fields or {})}
    return web.Response(
        status=status, body=orjson.dumps(said), headers=headers, content_type="application/problem+json"
    )
