"""The patient's PDFs: the files that were sent, of this guarantor's own invoices and payments only."""

from aiohttp import web

from domain.errors import not_found
from handlers.doors import GUARANTOR, doors
from handlers.patient.balance import SHOWN
from models.invoices import Invoice
from models.money import Payment
from outreach.papers import paper_for


async def invoice(request: web.Request) -> web.Response:
    number = request.match_info["number"]
    found = await Invoice.get_or_none(guarantor_id=request[GUARANTOR], number=number, status__in=SHOWN, voided_at=None)
    if found is None:
        raise not_found("invoice", "of that number")
    return await _paper(request, f"invoice:{found.id}")


async def receipt(request: web.Request) -> web.Response:
    found = await Payment.get_or_none(guarantor_id=request[GUARANTOR], id=int(request.match_info["id"]))
    if found is None:
        raise not_found("payment", "of that number")
    return await _paper(request, f"receipt:{found.id}")


async def _paper(request: web.Request, name: str) -> web.Response:
    here = doors(request)
    paper = await paper_for(name, practice=here.practice, ports=here.ports)
    headers = {"Content-Disposition": f'inline; filename="{paper.filename}"'}
    return web.Response(body=paper.content, content_type="application/pdf", headers=headers)
