"""The web application, built from the table of routes and the doors the assembly chose."""

from aiohttp import web

from handlers.doors import DOORS, Doors
from handlers.measures import MEASURES, Measures
from handlers.middleware import LARGEST_BODY, edge
from handlers.patient.token import limits
from handlers.routes import ROUTES

__all__ = ["Application", "Doors", "web_app"]

Application = web.Application


def web_app(doors: Doors) -> Application:
    app = Application(middlewares=[edge], client_max_size=LARGEST_BODY)
    app[DOORS], app[MEASURES] = doors, Measures()
    limits(app)
    for route in ROUTES:
        if route.method == "GET":
            app.router.add_get(route.path, route.answer)  # answers HEAD too
        else:
            app.router.add_route(route.method, route.path, route.answer)
    return app
