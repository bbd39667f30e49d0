"""The guard of the patient's pages: not too often, and with a good token, which alone says whose page it is."""

from ipaddress import ip_address
from math import ceil

from aiohttp import web

from billing.links import guarantor_of
from handlers.doors import GUARANTOR, doors
from handlers.guards import Guard
from handlers.limits import Buckets

FROM_ONE_ADDRESS = web.AppKey("from_one_address", Buckets)
WITH_ONE_TOKEN = web.AppKey("with_one_token", Buckets)


def limits(app: web.Application) -> None:
    """A clinic's waiting room shares one address; one patient doesn't need a page a second for long."""
    app[FROM_ONE_ADDRESS] = Buckets(burst=120, per_second=4)
    app[WITH_ONE_TOKEN] = Buckets(burst=40, per_second=1)


async def _good(request: web.Request) -> None:
    ports, token = doors(request).ports, request.match_info["token"]
    now = ports.clock.pulse()
    for buckets, name in ((FROM_ONE_ADDRESS, peer(request)), (WITH_ONE_TOKEN, token[:60])):
        if seconds := request.app[buckets].take(name, now):
            text = "That was a lot of requests at once. Please try again in a minute.\n"
            raise web.HTTPTooManyRequests(text=text, headers={"Retry-After": str(ceil(seconds))})
    request[GUARANTOR] = await guarantor_of(token, secret_key=ports.secret_key, now=ports.clock.now())


GOOD_TOKEN = Guard("the patient's token, rate limited", _good)


def peer(request: web.Request) -> str:
    """Who is asking. A proxy beside us says for whom, last in its list; from afar anyone may claim anything."""
    direct = request.remote or ""
    try:
        beside = ip_address(direct).is_private
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return str(ip_address(said)) if beside and said else direct
    except ValueError:
        return direct
