"""What surrounds every page of a patient's: the clinic, the language, the stylesheet; and the pages that say no."""

import hashlib
from functools import cache

from aiohttp import web

from documents.pages import ErrorPage, ExpiredLinkPage, LanguageChoice, PageFrame, error_page, expired_link_page
from documents.phrases import TEMPLATES, languages
from documents.words import locale_named
from handlers.doors import doors
from models.people import Patient

STYLESHEETS = TEMPLATES / "pages" / "static"
LANGUAGE, YEAR_SECONDS = "lang", 365 * 24 * 3600


def html(page: str, status: int = 200) -> web.Response:
    return web.Response(status=status, body=page.encode(), content_type="text/html", charset="utf-8")


def frame_for(request: web.Request, payer: Patient | None = None) -> PageFrame:
    """With the payer's clinic; before the payer is known, with the practice's first."""
    practice = doors(request).practice
    place = practice.locations[payer.location] if payer else next(iter(practice.locations.values()))
    locale = chosen_language(request) or (payer.locale if payer else practice.locale)
    return PageFrame(
        clinic=place.name if payer else practice.name,
        phone=place.phone,
        locale=locale,
        stylesheet=f"/p/static/{stylesheet_name()}",
        other_language=_twin(request, locale) if payer else None,
    )


def kind_page(request: web.Request, status: int) -> web.Response:
    """Whatever was wrong with the address, it is said in the same words: they tell nothing about whom it was for."""
    return html(expired_link_page(ExpiredLinkPage(frame=frame_for(request))), status)


def sorry_page(request: web.Request, correlation_id: str) -> web.Response:
    return html(error_page(ErrorPage(frame=frame_for(request), correlation_id=correlation_id)), 500)


def chosen_language(request: web.Request) -> str | None:
    """The language asked for now, or the one this browser was answered in before."""
    asked = (request.query.get(LANGUAGE), request.cookies.get(LANGUAGE))
    return next((language for language in asked if language in languages()), None)


def remember_language(request: web.Request, response: web.Response) -> web.Response:
    """A choice of the browser's, kept there: the language of texts and mails stays what the practice knows."""
    asked = request.query.get(LANGUAGE)
    if asked in languages() and asked is not None:
        secure = doors(request).ports.public_url.startswith("https:")
        response.set_cookie(
            LANGUAGE, asked, path="/p", max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def _twin(request: web.Request, locale: str) -> LanguageChoice | None:
    here = locale_named(locale).language
    other = next((language for language in sorted(languages()) if language != here), None)
    if other is None or request.method != "GET":
        return None
    name = locale_named(other).get_language_name(other) or other
    return LanguageChoice(lang=other, name=name.capitalize(), href=f"{request.path}?{LANGUAGE}={other}")


@cache
def _stylesheet() -> tuple[str, bytes]:
    file = STYLESHEETS / "patient.css"
    content = file.read_bytes()
    return f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}", content


def stylesheet_name() -> str:
    """Its hash is in its name, so that it may be kept for ever and never be stale."""
    return _stylesheet()[0]


async def stylesheet(request: web.Request) -> web.Response:
    name, content = _stylesheet()
    if request.match_info["name"] != name:
        raise web.HTTPNotFound(text="There is no such stylesheet.\n")
    return web.Response(
        body=content,
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"},
    )
