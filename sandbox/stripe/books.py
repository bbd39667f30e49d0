"""The processor's books: every object it ever made, and the events that tell of them, signed."""

import copy
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.clock import MovableClock
from sandbox.courier import Letter, Outgoing
from sandbox.stripe import objects
from sandbox.stripe.forms import Refused
from sandbox.stripe.objects import Json


class Books:
    """`entries` holds each object once, in the order made. `tell` writes events and sends them where `address` says.

    What nobody outside sees: `numbers` are the cards and accounts behind payment methods, `asides` what a session holds
    and what its intent will carry.
    """

    def __init__(self, clock: MovableClock, outgoing: Outgoing, secret: str) -> None:
        self.entries: dict[str, Json] = {}
        self.numbers: dict[str, str] = {}
        self.asides: dict[str, Json] = {}
        self._by_kind: defaultdict[str, list[Json]] = defaultdict(list)
        self.address: str | None = None
        self._clock = clock
        self._outgoing = outgoing
        self._secret = secret

    def now(self) -> int:
        return int(self._clock.now().timestamp())

    def add(self, made: Json) -> Json:
        self.entries[made["id"]] = made
        self._by_kind[made["object"]].append(made)
        return made

    def all(self, kind: str) -> list[Json]:
        return list(self._by_kind[kind])

    def clear(self) -> None:
        self.entries.clear()
        self.numbers.clear()
        self.asides.clear()
        self._by_kind.clear()

    def find(self, kind: str, id: str, *, param: str = "id") -> Json:
        entry = self.entries.get(id)
        if entry is None or entry["object"] != kind:
            raise Refused(f"No such {kind}: '{id}'", code="resource_missing", param=param, status=404)
        return entry

    def tell(self, *told: tuple[str, Json]) -> None:
        """The events of one act, in the order they happened; each carries its object as it is now."""
        events = [
            self.add(objects.event(kind=kind, about=copy.deepcopy(about), created=self.now())) for kind, about in told
        ]
        self.send(events)

    def send(self, events: Sequence[Json]) -> None:
        if self.address is not None:
            self._outgoing.send([self._letter(self.address, event) for event in events])

    def _letter(self, address: str, event: Json) -> Letter:
        body = json.dumps(event, indent=2).encode()
        return Letter(
            source="stripe",
            url=address,
            body=body,
            sign=signer(self._secret, body, lambda: int(self._clock.pulse().timestamp())),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            },
            kept=True,
            seconds=20,
        )


def signer(secret: str, body: bytes, now: Callable[[], int]) -> Callable[[], dict[str, str]]:
    def sign() -> dict[str, str]:
        moment = now()
        proof = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={moment},v1={proof}"}

    return sign


def expanded(entry: Any, paths: Sequence[str], books: Books) -> Any:
    """The object with the ids at `paths` (`payment_intent.latest_charge`, `data.charge`) replaced by what they name."""
    made = copy.deepcopy(entry)
    for path in paths:
        _expand(made, path.split("."), books)
    return made


def _expand(entry: Any, path: list[str], books: Books) -> None:
    if isinstance(entry, list):
        for one in entry:
            _expand(one, path, books)
    elif isinstance(entry, dict):
        step, *rest = path
        if include := INCLUDED.get((entry.get("object", ""), step)):
            entry[step] = include(entry, books)
        if step not in entry:
            raise Refused(f"This property cannot be expanded ({'.'.join(path)}).", param="expand")
        if isinstance(entry.get(step), str) and entry[step] in books.entries:
            entry[step] = copy.deepcopy(books.entries[entry[step]])
        if rest:
            _expand(entry.get(step), rest, books)


def _items(session: Json, books: Books) -> Json:
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return objects.listing(books.asides[session["id"]]["items"], url=url, has_more=False)


def _refunds(charge: Json, books: Books) -> Json:
    found = [refund for refund in reversed(books.all("refund")) if refund["charge"] == charge["id"]]
    return objects.listing(found, url=f"/v1/charges/{charge['id']}/refunds", has_more=False)


INCLUDED: dict[tuple[str, str], Callable[[Json, Books], Json]] = {
    ("checkout.session", "line_items"): _items,
    ("charge", "refunds"): _refunds,
}
"""Lists that an object holds only for who asks for them."""
