"""A phone network that answers every text at once, as Twilio words it, and keeps none of them."""

from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from bench.sides.answering import always, answer_forever

numbers = count(1)
now = format_datetime(datetime.now(UTC))


async def answer(request: web.Request) -> web.Response:
    form = dict(parse_qsl((await request.read()).decode()))
    account, sid = request.match_info["account"], f"SM{next(numbers):032x}"
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
    told = {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form["Body"],
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form["To"],
        "uri": f"{uri}.json",
    }
    return web.Response(status=201, body=orjson.dumps(told), content_type="application/json")


answer_forever("/2010-04-01/Accounts/{account}/Messages.json", always(answer))
