"""Holding JSON against the classes Stripe publishes: every key declared, every promised one there, every type right."""

import inspect
import typing
from collections.abc import Iterator
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, ClassVar, ForwardRef, Literal, TypeVar, Union

import stripe
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject
from stripe.checkout import Session

PUBLISHED = (
    Session, stripe.Charge, stripe.Customer, stripe.Dispute, stripe.Event, stripe.LineItem, ListObject,
    stripe.PaymentIntent, stripe.PaymentMethod, stripe.Refund, stripe.SetupIntent,
)  # fmt: skip
CLASSES: dict[str, type] = {each.OBJECT_NAME: each for each in PUBLISHED}
"""By what an object says it is."""


def mistakes(value: Any, of: type | None = None, *, at: str = "") -> list[str]:
    """Where this object differs from its class, the one it names itself unless another is given."""
    cls = of or CLASSES[value["object"]]
    return list(_of_class(value, cls, at or value.get("object", cls.__name__)))


def _of_class(value: Any, cls: type, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {value!r}, which is no {cls.__name__}"
        return
    fields = _fields(cls)
    for name in value.keys() - fields.keys():
        yield f"{at}.{name} is not published"
    for name, hint in fields.items():
        if name not in value:
            if not _may_be(hint, NoneType):
                yield f"{at}.{name} is missing"
        else:
            yield from _of_hint(value[name], hint, f"{at}.{name}")


def _fields(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in reversed(cls.__mro__):
        found |= inspect.get_annotations(each)
    if cls is ListObject:
        found["object"] = Literal["list"]
    plain = {name: hint for name, hint in found.items() if not name.startswith("_")}
    return {name.rstrip("_"): hint for name, hint in plain.items() if typing.get_origin(hint) is not ClassVar}


def _may_be(hint: Any, kind: type) -> bool:
    return kind in _choices(hint)


def _choices(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (Union, UnionType) else (hint,)


def _of_hint(value: Any, hint: Any, at: str) -> Iterator[str]:
    choices = _choices(hint)
    literals = [each for choice in choices if typing.get_origin(choice) is Literal for each in typing.get_args(choice)]
    if value is None:
        if not {NoneType, Any} & set(choices):
            yield f"{at} is null"
    elif literals:  # "or any other string" is for values invented later: ours are of today
        if value not in literals:
            yield f"{at} is {value!r}, which is none of {literals}"
    else:
        expanded = isinstance(value, dict) and len(choices) > 1
        likely = [choice for choice in choices if choice is not NoneType and not (expanded and choice is str)]
        tried = [list(_of_one(value, choice, at)) for choice in likely]
        if all(tried):
            yield from min(tried, key=len)


def _of_one(value: Any, hint: Any, at: str) -> Iterator[str]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, ForwardRef | str):
        yield from _of_class(value, _named(hint), at)
    elif origin is list:
        yield from _of_list(value, args[0], at)
    elif origin in (UntypedStripeObject, dict):
        yield from _of_map(value, args[-1], at)
    elif origin is ListObject:
        yield from _of_class(value, ListObject, at)
        for place, each in enumerate(value.get("data", ()) if isinstance(value, dict) else ()):
            yield from _of_hint(each, args[0], f"{at}.data[{place}]")
    elif isinstance(hint, type) and issubclass(hint, StripeObject):
        yield from _of_class(value, hint, at)
    elif not _is_plain(value, hint):
        yield f"{at} is {value!r}, which is no {hint}"


def _of_list(value: Any, hint: Any, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at} is {value!r}, which is no list"
        return
    for place, each in enumerate(value):
        yield from _of_hint(each, hint, f"{at}[{place}]")


def _of_map(value: Any, hint: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {value!r}, which is no object"
        return
    for name, each in value.items():
        yield from _of_hint(each, hint, f"{at}[{name}]")


def _named(hint: ForwardRef | str) -> type:
    name = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    return typing.cast(type, getattr(stripe, name))


def _is_plain(value: Any, hint: Any) -> bool:
    """Numbers with fractions travel as strings; a bool is no number."""
    if hint is Any or isinstance(hint, TypeVar):
        return True
    if hint is Decimal:
        return isinstance(value, str)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
