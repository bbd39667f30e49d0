"""A process that takes one POST, does what it asks, and is killed before that is committed."""

import asyncio
import os
import signal
import sys

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from handlers.api import invoices
from handlers.api.idempotency import IN_HAND
from handlers.api.invoice_answer import PaymentAnswer
from handlers.api.keys import BY_KEY, may
from handlers.api.operation import Call, Created, Operation
from handlers.api.payments import MoneyBody
from handlers.doors import DOORS
from handlers.limits import Buckets
from handlers.routes import Route
from models import database
from tests.handlers.house import open_house


async def pay_and_die(call: Call[MoneyBody]) -> Created[PaymentAnswer]:
    await invoices.pay(call)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it is still alive")


async def main(url: str, key: str, path: str, body: str) -> None:
    await database.connect(url)
    operation = Operation("POST", "/invoices/{id}/payments", "write", pay_and_die)
    route = Route("POST", f"/api/v1{operation.path}", may("write"), operation.answer)
    async with open_house() as house:
        app = web.Application()
        app[DOORS], app[IN_HAND], app[BY_KEY] = house.doors, set(), Buckets(burst=9, per_second=9)
        app.router.add_route(route.method, route.path, route.answer)
        async with TestClient(TestServer(app)) as client:
            headers = {
                "Authorization": f"Bearer {key}", "Idempotency-Key": "abc", "Content-Type": "application/json",
            }  # fmt: skip
            await client.post(path, data=body, headers=headers)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
