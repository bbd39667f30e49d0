"""The web application, built from the table of routes and the doors the assembly chose."""

from aiohttp import web

from handlers.api.idempotency import IN_HAND
from handlers.api.keys import BY_KEY
from handlers.doors import DOORS, Doors
from handlers.limits import Buckets
from handlers.measures import MEASURES, Measures
from handlers.middleware import LARGEST_BODY, edge
from handlers.patient.token import limits
from handlers.routes import ROUTES

__all__ = ["Application", "Doors", "web_app"]

Application = web.Application


def web_app(doors: Doors) -> Application:
    app = Application(middlewares=[edge], client_max_size=LARGEST_BODY)
    app[DOORS], app[MEASURES], app[IN_HAND] = doors, Measures(), set()
    app[BY_KEY] = Buckets(burst=2 * doors.practice.api_per_second, per_second=doors.practice.api_per_second)
    limits(app)
    for route in ROUTES:
        if route.method == "GET":
            app.router.add_get(route.path, route.answer)  # answers HEAD too
        else:
            app.router.add_route(route.method, route.path, route.answer)
    return app
