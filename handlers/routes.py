"""Every address there is, who may call it, and who answers: the application is built from this table."""

from dataclasses import dataclass

from aiohttp import web

from handlers import email, health, intake, measures, slack, stripe, twilio
from handlers.api import document
from handlers.api.keys import may
from handlers.api.operations import OPERATIONS
from handlers.guards import ANYONE, Guard, Handler
from handlers.patient import balance, papers, pay, words
from handlers.patient.frame import stylesheet
from handlers.patient.token import GOOD_TOKEN


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    guard: Guard
    handler: Handler

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await self.guard.check(request)
        return await self.handler(request)


V1, PAGE = "/api/v1", "/p/{token}"

WEBHOOKS = (
    Route("POST", "/slack/events", slack.SIGNED, slack.events),
    Route("POST", "/twilio/inbound", twilio.SIGNED, twilio.inbound),
    Route("POST", "/twilio/status", twilio.SIGNED, twilio.status),
    Route("POST", "/email/events", email.SIGNED, email.events),
    Route("POST", "/stripe/webhook", stripe.SIGNED, stripe.webhook),
    Route("POST", "/intake/sessions", intake.SIGNED, intake.sessions),
)

PATIENTS = (
    Route("GET", "/p/static/{name}", ANYONE, stylesheet),
    Route("GET", PAGE, GOOD_TOKEN, balance.show),
    Route("GET", f"{PAGE}/invoices/{{number}}.pdf", GOOD_TOKEN, papers.invoice),
    Route("GET", rf"{PAGE}/receipts/{{id:\d{{1,18}}}}.pdf", GOOD_TOKEN, papers.receipt),
    Route("POST", f"{PAGE}/pay", GOOD_TOKEN, pay.pay),
    Route("GET", f"{PAGE}/thanks", GOOD_TOKEN, pay.thanks),
    Route("POST", f"{PAGE}/question", GOOD_TOKEN, words.ask),
    Route("GET", f"{PAGE}/opt-out", GOOD_TOKEN, words.may_stop("sms")),
    Route("POST", f"{PAGE}/opt-out", GOOD_TOKEN, words.stop("sms", "patient page")),
    Route("GET", f"{PAGE}/unsubscribe", GOOD_TOKEN, words.may_stop("email")),
    Route("POST", f"{PAGE}/unsubscribe", GOOD_TOKEN, words.stop("email", "unsubscribe link")),
)

PROGRAMS = (
    *(Route(each.method, V1 + each.path, may(each.scope), each.answer) for each in OPERATIONS),
    Route("GET", f"{V1}/openapi.json", ANYONE, document.show),
)

HEALTH = (
    Route("GET", "/healthz", ANYONE, health.alive),
    Route("GET", "/readyz", ANYONE, health.ready),
    Route("GET", "/metrics", ANYONE, measures.show),
)

ROUTES: tuple[Route, ...] = (*WEBHOOKS, *PATIENTS, *PROGRAMS, *HEALTH)
