"""Everything the processor serves: its API to the service, its pay page to people."""

from aiohttp import web

from sandbox.stripe import api, page
from sandbox.stripe.processor import CardProcessor


def application(cards: CardProcessor) -> web.Application:
    app = web.Application()
    app.add_subapp("/v1", api.application(cards))
    app.add_routes(page.routes(cards))
    return app
