"""The limit of a press: Bolt on aiohttp with one listener that only acknowledges, in Bolt's fastest settings."""

import re
import sys
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bench.sides.answering import always, answer_forever


async def authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-bench")


# Without process_before_response Bolt looks for the acknowledgement every 10 ms: easily beaten, so no limit.
app = AsyncApp(signing_secret=sys.argv[1], authorize=authorize, process_before_response=True)


@app.action(re.compile(".*", re.DOTALL))
async def pressed(ack: Any) -> None:
    await ack()


async def answer(request: web.Request) -> web.Response:
    return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))


answer_forever("/slack/events", always(answer))
