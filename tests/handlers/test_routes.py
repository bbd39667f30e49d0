"""Every address has a guard, and the guard holds; what goes wrong is told by its number and logged without data."""

import re
from dataclasses import replace

from structlog.testing import capture_logs

from domain.invoice_set import INVOICE_SET
from handlers.api.keys import SCOPES
from handlers.guards import ANYONE
from handlers.routes import ROUTES, Route
from models.record import Event
from tests.handlers.house import PRACTICE, House, bill, everything, open_house, patient

GUARDED = [route for route in ROUTES if route.guard is not ANYONE]
REFUSED_WITH = {"/p/": 410, "/twilio": 403, "/stripe": 403, "/email": 403}
"""A stranger's answer where it isn't “say who you are”."""
API = [route for route in GUARDED if route.path.startswith("/api/")]


def at(route: Route) -> str:
    path = route.path.replace(r"{id:\d{1,18}}", "1").replace("{token}", "1-forged")
    return re.sub(r"\{\w+\}", "1", path)


def test_only_these_addresses_are_for_everyone():
    assert {route.path for route in ROUTES if route.guard is ANYONE} == {
        "/p/static/{name}",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
    }


def test_every_move_people_may_make_is_a_route_and_no_other_is():
    moves = {route.path.rpartition("/")[2] for route in API if "/invoice-sets/{id}/" in route.path}
    assert moves == {move.name for move in INVOICE_SET.moves if move.who != "house"}


def test_reading_needs_no_more_than_read_and_writing_never_less_than_its_own():
    needs: dict[str, set[str]] = {}
    for route in API:
        needs.setdefault(route.guard.name.removeprefix("API key: "), set()).add(f"{route.method} {route.path}")
    assert set(needs) == {"intake", "read", "write"}
    assert needs["intake"] == {"PUT /api/v1/patients/{external_id}", "PUT /api/v1/sessions/{external_id}"}
    assert {each for each in needs["read"] | needs["write"] if each.startswith("GET")} == needs["read"]


async def test_a_stranger_gets_past_no_guard(house: House):
    await bill(await patient("P-1"))
    before = await everything()
    for route in GUARDED:
        answer = await house.client.request(route.method, at(route), data=b"", allow_redirects=False)
        wanted = next((status for start, status in REFUSED_WITH.items() if route.path.startswith(start)), 401)
        assert answer.status == wanted, route.path
        text = await answer.text()
        assert "Lopez" not in text
        assert "INV-" not in text
    assert await everything() == before


async def test_a_key_reaches_exactly_what_its_scope_says(house: House):
    before = await everything()
    for scope, reach in SCOPES.items():
        for route in API:
            needed = route.guard.name.removeprefix("API key: ")
            answer = await house.call(route.method, at(route).removeprefix("/api/v1"), scope=scope)
            assert (answer.status != 403) == (needed in reach), (scope, route)
            assert answer.status != 401
    assert await everything() == before


async def test_a_key_that_is_revoked_wrong_or_garbled_opens_nothing(house: House):
    good, revoked = await house.key("admin"), await house.key("admin", revoked=True)
    for said in (
        f"Bearer {revoked}",
        f"Bearer {good}x",
        f"Basic {good}",
        "Bearer",
        "Bearer ",
        good,
        "Bearer é",
        "x" * 4000,
    ):
        answer = await house.client.get("/api/v1/invoices", headers={"Authorization": said})
        assert (answer.status, (await answer.json())["code"]) == (401, "unauthorized"), said[:20]
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (await house.client.get("/api/v1/invoices", headers={"Authorization": f"bearer {good}"})).status == 200


async def test_every_answer_has_a_number_and_the_careful_headers(house: House):
    numbers = set()
    for path in ("/healthz", "/api/v1/invoices", "/p/1-forged", "/nowhere", "/api/nowhere", "/p/nowhere/at/all"):
        answer = await house.client.get(path)
        numbers.add(answer.headers["X-Request-Id"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "aiohttp" not in answer.headers["Server"]
    assert len(numbers) == 6


async def test_a_crash_is_told_by_its_number_and_logged_without_the_data(open_database: str):
    """A location that is gone from app.yaml while patients are still there: nothing that a handler foresees."""
    payer = await patient("P-1")
    invoice = await bill(payer)
    before = await everything()
    async with open_house(practice=replace(PRACTICE, locations={"harbor": PRACTICE.locations["harbor"]})) as house:
        token = await house.token(payer.id)
        with capture_logs() as logs:
            page = await house.client.get(f"/p/{token}")
            void = await house.call("POST", f"/invoices/{invoice.id}/void", {"reason": "Lopez"})
        for answer, line, kind in zip((page, void), logs, ("text/html", "application/problem+json"), strict=True):
            number, text = answer.headers["X-Request-Id"], await answer.text()
            assert (answer.status, answer.content_type, number in text) == (500, kind, True)
            assert (line["correlation"], line["error"]) == (number, "KeyError")
            for secret in ("Lopez", "downtown", token):
                assert secret not in f"{line} {text}"
    assert [line["route"] for line in logs] == ["/p/{token}", "/api/v1/invoices/{id}/void"]
    assert await everything() == before


async def test_an_event_says_by_which_request_it_came(house: House):
    body = {"first_name": "Maria", "last_name": "Lopez", "location": "downtown", "bill_to": "client"}
    answer = await house.call("PUT", "/patients/P-1", body, scope="intake")
    event = await Event.get()
    assert (event.correlation, event.via, event.actor) == (
        answer.headers["X-Request-Id"],
        "api",
        f"program:{house.keys['intake']}",
    )


# Health


async def test_alive_and_ready(house: House):
    assert (await house.client.get("/healthz")).status == 200
    ready = await house.client.get("/readyz")
    assert (ready.status, await ready.json()) == (200, {"version": "1.2.3", "ready": True})


async def test_a_house_that_cannot_look_is_alive_but_not_ready(open_database: str):
    async def broken() -> dict[str, object]:
        raise OSError("password=secret is refused")

    async def behind() -> dict[str, object]:
        return {"ready": False, "inbox_waiting": 900}

    for health in (broken, behind):
        async with open_house(health=health) as house:
            ready = await house.client.get("/readyz")
            assert (ready.status, (await ready.json())["ready"]) == (503, False)
            assert "secret" not in await ready.text()
            assert (await house.client.get("/healthz")).status == 200


async def test_requests_are_counted_by_route_and_no_token_is_a_label(house: House):
    token = await house.token((await patient("P-1")).id)
    await house.client.get(f"/p/{token}")
    await house.client.get("/wp-admin.php")
    await house.client.request("PROPFIND", "/coffee")
    shown = await (await house.client.get("/metrics")).text()
    assert 'duesday_http_requests_total{method="GET",route="/p/{token}",status="200"} 1.0' in shown
    assert 'duesday_http_requests_total{method="any",route="none",status="404"} 2.0' in shown
    for secret in (token, "wp-admin", "PROPFIND"):
        assert secret not in shown


async def test_metrics_are_shown_only_where_that_is_switched_on(open_database: str):
    async with open_house(metrics=False) as house:
        assert (await house.client.get("/metrics")).status == 404
