"""What the patient's page posts: small forms, in UTF-8."""

from urllib.parse import parse_qsl

from aiohttp import web

MOST_FIELDS = 20


async def form_of(request: web.Request) -> dict[str, str]:
    try:
        body = (await request.read()).decode()
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise web.HTTPBadRequest(text="This is no form that the page sends.\n") from None
