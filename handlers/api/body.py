"""Reading what a program sends by its model: JSON and query strings, every wrong field told at once in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from domain.errors import Refusal, not_found
from domain.machine import Machine
from domain.money import MOST_CENTS

MOST_ID = 2**63 - 1


class Body(BaseModel):
    """What is sent in a body: whole numbers are whole, nothing is guessed, nothing unknown is let by."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What is asked in an address, where everything is text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _readable(text: str) -> str:
    """No control characters: PostgreSQL cannot keep a NUL, and none of them means anything in a name or a reason."""
    if any(not (ch.isprintable() or ch in "\n\t") for ch in text):
        raise ValueError("holds characters that cannot be read")
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """Text of a person's or a program's, trimmed, never empty unless it may be."""

    longest: int
    least: int = 1

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(
            min_length=self.least, max_length=self.longest, strip_whitespace=True, strict=True
        )
        return core_schema.no_info_after_validator_function(_readable, text)


def a_status_of(machine: Machine) -> AfterValidator:
    def known(name: str) -> str:
        if name not in machine.states:
            raise ValueError(f"is one of {', '.join(machine.states)}")
        return name

    return AfterValidator(known)


ExternalId = Annotated[str, Words(120)]
Cents = Annotated[int, Field(gt=0, le=MOST_CENTS)]
Id = Annotated[int, Field(gt=0, le=MOST_ID)]

Read = TypeVar("Read", bound=BaseModel)


async def read_body(request: web.Request, model: type[Read]) -> Read:
    """An empty body is an empty object, so that a POST that asks nothing needs none."""
    raw = await request.read()
    if raw and request.content_type != "application/json":
        raise Refusal("not_json", "Send JSON, with Content-Type: application/json.", status=415)
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as wrong:
        raise _refusal(wrong.errors(include_url=False, include_input=False)) from None


def read_query(request: web.Request, model: type[Read]) -> Read:
    """A field that is a tuple may be given several times; every other one once."""
    asked: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        many = name in model.model_fields and str(model.model_fields[name].annotation).startswith("tuple")
        if not many and len(values) > 1:
            raise Refusal("invalid", f"“{name[:60]}” is given more than once.", status=422, field=name[:60])
        asked[name] = tuple(values) if many else values[0]
    try:
        return model.model_validate(asked)
    except ValidationError as wrong:
        raise _refusal(wrong.errors(include_url=False, include_input=False)) from None


def id_in(request: web.Request, what: str) -> int:
    """The number in the address."""
    given = request.match_info["id"]
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise not_found(what, given[:40])
    return int(given)


def external_id_in(request: web.Request) -> str:
    given = request.match_info["external_id"]
    if not (given.strip() == given and 0 < len(given) <= 120 and given.isprintable()):
        raise Refusal(
            "invalid", "An id has 1 to 120 characters that can be read, and no space at its ends.", status=422
        )
    return given


def _refusal(wrongs: Sequence[ErrorDetails]) -> Refusal:
    if wrongs[0]["type"] == "json_invalid":
        return Refusal("not_json", "This is not JSON in UTF-8.", status=400)
    fields = {".".join(map(str, wrong["loc"])) or "body": _sentence(wrong) for wrong in wrongs}
    told = " ".join(f"{name}: {sentence}" for name, sentence in list(fields.items())[:5])
    return Refusal("invalid", told, status=422, fields=fields)


_SENTENCES = {
    "missing": "It is needed.",
    "extra_forbidden": "There is no such field.",
    "int_type": "Send a whole number, without quotes or decimals.",
    "int_from_float": "Send a whole number, without decimals.",
    "int_parsing": "Send a whole number.",
    "int_parsing_size": "The number is too large.",
    "string_type": "Send text, in quotes.",
    "bool_type": "Send true or false.",
    "string_too_short": "It cannot be empty.",
    "string_too_long": "It can be at most {max_length} characters long.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It can be at most {le}.",
    "literal_error": "It is one of {expected}.",
    "too_long": "There can be at most {max_length} of them.",
    "too_short": "There must be at least {min_length} of them.",
    "date_type": "Send a date like 2026-03-02.",
    "date_parsing": "Send a date like 2026-03-02.",
    "date_from_datetime_parsing": "Send a date like 2026-03-02.",
    "date_from_datetime_inexact": "Send a date like 2026-03-02, without a time.",
    "model_type": "Send an object.",
    "model_attributes_type": "Send an object.",
    "tuple_type": "Send a list.",
    "list_type": "Send a list.",
}


def _sentence(wrong: ErrorDetails) -> str:
    known = _SENTENCES.get(wrong["type"])
    if known is None:
        return f"It {wrong['msg'].removeprefix('Value error, ')}."
    return known.format(**wrong.get("ctx", {}))
