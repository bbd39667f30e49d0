"""Lists as Stripe pages them: newest first, from one object on or back from it, filtered by what the kind knows."""

import operator
from collections.abc import Sequence

from sandbox.stripe import objects
from sandbox.stripe.forms import Refused, integer, known
from sandbox.stripe.objects import Json

COMPARED = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
ALWAYS = ("ending_before", "expand", "limit", "starting_after")
FILTERS = {
    "checkout.session": ("created", "customer", "payment_intent", "status"),
    "payment_intent": ("created", "customer"),
    "charge": ("created", "customer", "payment_intent"),
    "refund": ("charge", "created", "payment_intent"),
    "dispute": ("charge", "created", "payment_intent"),
    "event": ("created", "type", "types"),
    "customer": ("created", "email"),
    "payment_method": ("customer", "type"),
    "setup_intent": ("created", "customer", "payment_method"),
}


def page(entries: Sequence[Json], fields: Json, *, url: str, of: str) -> Json:
    known(fields, (*ALWAYS, *FILTERS[of]))
    found = [entry for entry in reversed(entries) if not entry.get("deleted") and _matches(entry, fields)]
    limit = integer(fields.get("limit", 10), "limit")
    if not 1 <= limit <= 100:
        raise Refused("Invalid limit: must be between 1 and 100", code="parameter_invalid_integer", param="limit")
    if "ending_before" in fields:
        newer = found[: _place(found, fields, "ending_before", of)]
        return objects.listing(newer[-limit:], url=url, has_more=len(newer) > limit)
    start = _place(found, fields, "starting_after", of) + 1 if "starting_after" in fields else 0
    return objects.listing(found[start : start + limit], url=url, has_more=start + limit < len(found))


def _place(found: Sequence[Json], fields: Json, param: str, of: str) -> int:
    for place, entry in enumerate(found):
        if entry["id"] == fields[param]:
            return place
    raise Refused(f"No such {of}: '{fields[param]}'", code="resource_missing", param=param)


def _matches(entry: Json, fields: Json) -> bool:
    equal = ("charge", "customer", "email", "payment_intent", "payment_method", "status", "type")
    if any(entry.get(name) != fields[name] for name in equal if name in fields):
        return False
    if "types" in fields and entry["type"] not in fields["types"]:
        return False
    created = fields.get("created", {})
    if not isinstance(created, dict):
        created = {"gte": created, "lte": created}
    return all(COMPARED[name](entry["created"], integer(value, "created")) for name, value in created.items())
