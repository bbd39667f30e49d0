"""A day's webhooks, each held against its vendor's own check."""

from urllib.parse import parse_qsl

import stripe
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.eventwebhook.eventwebhook_header import EventWebhookHeader
from twilio.request_validator import RequestValidator

from sandbox import Letter, World
from tests.stories.clinic import Clinic


def is_theirs(world: World, letter: Letter) -> bool:
    signed = letter.sign()
    if letter.source == "twilio":
        form = dict(parse_qsl(letter.body.decode(), keep_blank_values=True))
        return bool(RequestValidator(world.phones.auth_token).validate(letter.url, form, signed["X-Twilio-Signature"]))
    if letter.source == "stripe":
        secret = world.cards.webhook_secret
        return bool(stripe.Webhook.construct_event(letter.body, signed["Stripe-Signature"], secret))  # type: ignore[no-untyped-call]
    proof = signed[EventWebhookHeader.SIGNATURE], signed[EventWebhookHeader.TIMESTAMP]
    return bool(EventWebhook(world.mailbox.events.public_key).verify_signature(letter.body.decode(), *proof))


async def test_every_webhook_of_a_day_passes_its_vendors_own_check_and_ours(clinic: Clinic) -> None:
    clinic.world.mailbox.events.told |= {"processed", "delivered"}
    maria = await clinic.patient()
    await maria.is_late()
    await clinic.clock.forward(days=2)
    await maria.phone.receives("You have a balance").replies("When is it due? ✓ & thanks")
    clinic.world.mailbox["maria@patients.example"].bounces()
    await maria.is_billed("xray")
    await maria.pays(card="4000000000000002")
    await maria.pays()
    await clinic.world.cards.refund(clinic.world.cards.charges[-1]["id"], amount=1_000)
    await clinic.settle()

    theirs = [each for each in clinic.world.courier.deliveries if each.letter.source != "slack"]
    assert {each.letter.source for each in theirs} == {"twilio", "stripe", "sendgrid"}
    assert [each for each in theirs if not is_theirs(clinic.world, each.letter)] == []
    assert [each.answer for each in theirs if not each.answer.accepted] == []
