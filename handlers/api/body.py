"""Reading what a program sends by its model: JSON and query strings, every wrong field told at once in a sentence."""

import json
import re
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import unquote

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import Refusal, not_found


class Body(BaseModel):
    """What is sent in a body: whole numbers are whole, nothing is guessed, nothing unknown is let by."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class NothingMore(Body):
    """Nothing is asked but the address."""


class Query(BaseModel):
    """What is asked in an address, where everything is text."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NoQuery(Query):
    """Nothing is asked but the address."""


Read = TypeVar("Read", bound=BaseModel)


async def read_body(request: web.Request, model: type[Read]) -> Read:
    """An empty body is an empty object, so that a POST that asks nothing needs none."""
    read_query(request, NoQuery)
    raw = await request.read()
    if raw and request.content_type != "application/json":
        raise Refusal("not_json", "Send JSON, with Content-Type: application/json.", status=415)
    return parsed(raw or b"{}", model)


def parsed(raw: bytes, model: type[Read]) -> Read:
    try:
        read = model.model_validate_json(raw)
    except ValidationError as wrong:
        raise _refusal(wrong) from None
    json.loads(raw, object_pairs_hook=_each_name_once)
    return read


def _each_name_once(pairs: Iterable[tuple[str, object]]) -> None:
    """Of two amounts in one object JSON takes the last; nobody knows which one was meant."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise Refusal("invalid", f"“{name[:60]}” is given more than once.", status=422, field=name[:60])
        seen.add(name)


def read_query(request: web.Request, model: type[Read]) -> Read:
    """A field that is a tuple may be given several times; every other one once."""
    _in_utf8(request.raw_path)
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
        raise _refusal(wrong) from None


def _in_utf8(address: str) -> None:
    try:
        unquote(address, errors="strict")
    except UnicodeDecodeError:
        raise Refusal("not_utf8", "This address holds bytes that are not UTF-8.", status=400) from None


def id_in(given: str, what: str) -> int:
    """The number in the address."""
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise not_found(what, given[:40])
    return int(given)


def external_id_in(given: str, field: str = "external_id", *, longest: int = 120) -> str:
    if not (given.strip() == given and 0 < len(given) <= longest and given.isprintable()):
        sentence = f"What is named here has 1 to {longest} characters that can be read, and no space at its ends."
        raise Refusal("invalid", sentence, status=422, field=field)
    return given


def _refusal(wrong: ValidationError) -> Refusal:
    if wrong.errors()[0]["type"] == "json_invalid":
        return Refusal("not_json", "This is not JSON in UTF-8.", status=400)
    fields = sentences(wrong)
    told = " ".join(f"{name}: {sentence}" for name, sentence in list(fields.items())[:5])
    return Refusal("invalid", told, status=422, fields=fields)


def sentences(wrong: ValidationError) -> dict[str, str]:
    """Every wrong field by its place, for whoever reads by these models from somewhere else. What is wrong inside a
    field is told there, and not also of the field; what may be several things is told of each."""
    found: dict[str, list[str]] = {}
    for each in wrong.errors(include_url=False, include_input=False):
        said, sentence = found.setdefault(_place(each), []), _sentence(each)
        if sentence not in said:
            said.append(sentence)
    around = {place[:end] for place in found for end, char in enumerate(place) if char == "."}
    return {place: " Or: ".join(said) for place, said in found.items() if place not in around}


_BRANCH = re.compile(r"(function-|constrained-|nullable|literal|tuple)[\w-]*\[.*")
"""What pydantic calls the one or the other thing that a field may be."""


def _place(wrong: ErrorDetails) -> str:
    """What a program calls its fields is told back short."""
    return ".".join(str(part) for part in wrong["loc"] if not _BRANCH.fullmatch(str(part)))[:120] or "body"


_SENTENCES = {
    "missing": "It is needed.",
    "extra_forbidden": "There is no such field.",
    "int_type": "Send a whole number, without quotes or decimals.",
    "int_from_float": "Send a whole number, without decimals.",
    "int_parsing": "Send a whole number.",
    "int_parsing_size": "The number is too large.",
    "string_type": "Send text, in quotes.",
    "bool_type": "Send true or false.",
    "bool_parsing": "Send true or false.",
    "string_too_short": "It cannot be empty.",
    "string_too_long": "It can be at most {max_length} characters long.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It can be at most {le}.",
    "literal_error": "It is one of {expected}.",
    "too_long": "There can be at most {max_length} of them.",
    "too_short": "There must be at least {min_length} of them.",
    "date_type": "Send a date like 2026-03-02.",
    "datetime_parsing": "Send a time like 2026-03-02T15:00:00Z.",
    "datetime_from_date_parsing": "Send a time like 2026-03-02T15:00:00Z.",
    "model_type": "Send an object.",
    "model_attributes_type": "Send an object.",
    "tuple_type": "Send a list.",
    "list_type": "Send a list.",
    "union_tag_invalid": "It is one of {expected_tags}.",
    "union_tag_not_found": "“move” is needed.",
}


def _sentence(wrong: ErrorDetails) -> str:
    known = _SENTENCES.get(wrong["type"])
    if known is None:
        return f"It {wrong['msg'].removeprefix('Value error, ')}."
    return known.format(**wrong.get("ctx", {}))
