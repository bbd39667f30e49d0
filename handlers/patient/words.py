"""What a patient tells us from their page or a mail: a question, or that we should stop writing."""

from aiohttp import web

from documents.pages import OptedOutPage, opted_out_page
from domain.access import patient
from domain.errors import Refusal
from domain.practice import Channel
from handlers.doors import GUARANTOR, doors
from handlers.guards import Handler
from handlers.patient.balance import balance, root_of
from handlers.patient.forms import form_of
from handlers.patient.frame import frame_for, html
from models.people import Patient
from outreach.consent import opt_out
from outreach.replies import ask_from_page

LONGEST_QUESTION = 1000


async def ask(request: web.Request) -> web.Response:
    words = (await form_of(request)).get("question", "").replace("\x00", "")[:LONGEST_QUESTION]
    guarantor, now = request[GUARANTOR], doors(request).ports.clock.now()
    try:
        await ask_from_page(guarantor, words, actor=patient(guarantor), now=now)
    except Refusal as refusal:
        if refusal.code != "invalid":
            raise
        return await balance(request, notice="question_empty", status=422)
    raise web.HTTPSeeOther(f"{root_of(request)}?said=question_sent")


def may_stop(channel: Channel) -> Handler:
    """Opening the address only asks: mail scanners open every address there is."""

    async def handler(request: web.Request) -> web.Response:
        return await _page(request, channel, confirm_to=request.path)

    return handler


def stop(channel: Channel, source: str) -> Handler:
    """Posting to it stops, whether from the form or in one click from a mail program (RFC 8058)."""

    async def handler(request: web.Request) -> web.Response:
        guarantor, now = request[GUARANTOR], doors(request).ports.clock.now()
        await opt_out(guarantor, channel, actor=patient(guarantor), now=now, source=source)
        return await _page(request, channel)

    return handler


async def _page(request: web.Request, channel: Channel, confirm_to: str | None = None) -> web.Response:
    frame = frame_for(request, await Patient.get(id=request[GUARANTOR]))
    page = OptedOutPage(frame=frame, channel=channel, back_to=root_of(request), confirm_to=confirm_to)
    return html(opted_out_page(page))
