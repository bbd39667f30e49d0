"""How many requests came, how they were answered and how fast: by route template, so that no token is a label."""

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from handlers.doors import doors

FAST_TO_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Measures:
    """One application's own figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "duesday_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "duesday_http_seconds", "Seconds to the answer.", ("route",), buckets=FAST_TO_SLOW, registry=self.registry
        )

    def count(self, request: web.Request, status: int, seconds: float) -> None:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "none"
        # What someone else calls its methods is no label of ours either.
        method = request.method if resource else "any"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


MEASURES = web.AppKey("measures", Measures)


async def show(request: web.Request) -> web.Response:
    if not doors(request).metrics:
        raise web.HTTPNotFound
    body = generate_latest(request.app[MEASURES].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
