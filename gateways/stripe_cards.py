"""The door to Stripe: checkouts out, signed events in. What an event means to the books is `stripe_events`'s to say."""

import logging
from collections.abc import Awaitable
from typing import Any

import orjson
import stripe
from stripe import AIOHTTPClient, StripeClient, WebhookSignature

from domain.errors import DoorFault
from domain.ports import CardEvent, Checkout, CheckoutRequest, Clock, RefundAnswer
from gateways import stripe_events
from gateways.wire import answer_lost, ratelimited

DOOR, VENDOR = "cards", "Stripe"
HOME = "https://api.stripe.com"
TOLERANCE = 300
LANGUAGES = {
    "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th",
    "tr", "vi", "zh", "zh-HK", "zh-TW",
}  # fmt: skip

# At DEBUG it logs whole requests.
logging.getLogger("stripe").setLevel(logging.INFO)


class StripeCards:
    """`close()` when done. A call may be repeated by the vendor's client: its idempotency key makes it one."""

    def __init__(
        self, api_key: str, webhook_secret: str, *, clock: Clock, api_url: str = HOME, timeout: float = 10
    ) -> None:
        self._http = AIOHTTPClient(timeout=timeout)
        self._client = StripeClient(
            api_key, http_client=self._http, base_addresses={"api": api_url.rstrip("/")}, max_network_retries=1
        )
        self._secret = webhook_secret
        self._clock = clock

    async def close(self) -> None:
        if self._http._cached_session:  # else one is made, with all the system's certificates, only to be closed
            await self._http.close_async()

    async def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Only our opaque id and an amount travel: Stripe signs nothing that would let it hold more."""
        price = {
            "currency": request.currency.lower(),
            "unit_amount": request.amount_cents,
            "product_data": {"name": request.description},
        }
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": request.ref,
            "metadata": {"ref": request.ref},
            "payment_intent_data": {"metadata": {"ref": request.ref}},
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "expires_at": int(request.expires_at.timestamp()),
            "locale": _language(request.locale),
        }
        if request.customer_email:
            params["customer_email"] = request.customer_email
        session = await _asked(
            self._client.v1.checkout.sessions.create_async(params, {"idempotency_key": f"checkout-{request.ref}"})  # type: ignore[arg-type]
        )
        return Checkout(processor_id=session.id, url=session.url)

    async def expire_checkout(self, processor_id: str) -> None:
        """Afterwards nobody can begin to pay by it. One that is paid or expired already is left as it is."""
        sessions = self._client.v1.checkout.sessions
        try:
            await _asked(sessions.expire_async(processor_id, {}, {"idempotency_key": f"expire-{processor_id}"}))
        except DoorFault as fault:
            if fault.passing or (await _asked(sessions.retrieve_async(processor_id))).status == "open":
                raise

    async def refund(self, *, ref: str, processor_id: str, amount_cents: int) -> RefundAnswer:
        params: dict[str, Any] = {"payment_intent": processor_id, "amount": amount_cents, "metadata": {"ref": ref}}
        refund = await _asked(
            self._client.v1.refunds.create_async(params, {"idempotency_key": f"refund-{ref}"}),  # type: ignore[arg-type]
            "refund",
        )
        if refund.status in ("failed", "canceled"):
            raise DoorFault(DOOR, refund.failure_reason or refund.status, "Stripe could not give the money back.")
        return RefundAnswer(processor_id=refund.id, done=refund.status == "succeeded")

    def verify(self, *, body: bytes, signature: str | None) -> bool:
        try:
            stamps = [part[2:] for part in (signature or "").split(",") if part.startswith("t=")]
            # Stripe's own check lets any time in the future pass.
            fresh = abs(self._clock.pulse().timestamp() - int(stamps[0])) <= TOLERANCE
            return fresh and WebhookSignature.verify_header(body, signature, self._secret, TOLERANCE)
        except Exception:  # noqa: BLE001 -- whatever a stranger sends that the vendor's code stumbles on isn't the vendor's
            return False

    def external_id(self, body: bytes) -> str:
        return str(orjson.loads(body)["id"])

    def parse(self, body: bytes) -> CardEvent | None:
        return stripe_events.meaning(orjson.loads(body))


def _language(locale: str | None) -> str:
    """Stripe's name for a language of ours; "auto" lets the patient's browser say."""
    wanted = (locale or "").replace("_", "-")
    return next((each for each in (wanted, wanted.partition("-")[0]) if each in LANGUAGES), "auto")


async def _asked(call: Awaitable[Any], what_for: str = "payment page") -> Any:
    try:
        return await call
    except stripe.RateLimitError as refused:
        raise ratelimited(DOOR, VENDOR, (refused.headers or {}).get("Retry-After")) from None
    except (stripe.AuthenticationError, stripe.PermissionError):
        sentence = "Stripe does not accept our key. Set STRIPE_API_KEY to a key that may create Checkout Sessions."
        raise DoorFault(DOOR, "our_fault", sentence) from None
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as refused:
        # Stripe's own words may repeat what we sent, an email address say, so only names travel further.
        what = " ".join(filter(None, (refused.code, getattr(refused, "param", None)))) or type(refused).__name__
        raise DoorFault(DOOR, refused.code or "refused", f"Stripe refused the {what_for} ({what}).") from None
    except (stripe.StripeError, OSError, TimeoutError) as error:
        raise answer_lost(DOOR, VENDOR) from error
