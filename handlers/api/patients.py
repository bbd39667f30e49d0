"""Patients, as the practice's own system tells of them."""

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import AfterValidator

from billing.patients import PatientRecord, keep_patient
from handlers.api.body import Body, ExternalId, Words, external_id_in, read_body
from handlers.api.keys import actor_of
from handlers.api.problem import json_response
from handlers.doors import doors
from models.people import Patient


def _like(pattern: str, otherwise: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(otherwise)
        return text

    return AfterValidator(check)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no timezone; send a name like America/Chicago")
    return name


# Texts go to exactly this number, and replies are known by it: nothing is guessed about the country.
Phone = Annotated[str, _like(r"\+[1-9][0-9]{6,14}", "is no number with its country, like +15125550100")]
Email = Annotated[str, Words(254), _like(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", "is no address like pat@example.com")]
Locale = Annotated[str, _like(r"[a-z]{2,3}(_[A-Z]{2})?", "is no language and country like en_US")]


class PatientBody(Body):
    first_name: Annotated[str, Words(200)]
    last_name: Annotated[str, Words(200)]
    bill_to: Literal["insurance", "client", "hybrid"]
    location: Annotated[str, Words(60)]
    birth_date: date | None = None
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale = "en_US"
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    guarantor: ExternalId | None = None
    price_list: Annotated[str, Words(60)] | None = None


async def keep(request: web.Request) -> web.Response:
    body, here = await read_body(request, PatientBody), doors(request)
    record = PatientRecord(external_id=external_id_in(request), **body.model_dump())
    patient, is_new = await keep_patient(
        record, practice=here.practice, actor=actor_of(request), now=here.ports.clock.now()
    )
    return json_response(await shown(patient, guarantor=record.guarantor), 201 if is_new else 200)


async def shown(patient: Patient, *, guarantor: str | None) -> dict[str, object]:
    names = ("id", "external_id", *PatientBody.model_fields.keys() - {"guarantor"})
    return {**{name: getattr(patient, name) for name in names}, "guarantor": guarantor}
