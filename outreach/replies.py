"""What patients write back: STOP first, strangers told nothing, everything else to staff while the sequence holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from domain.access import Actor, patient
from domain.errors import Refusal, invalid
from domain.invoice_set import CHASED
from domain.ports import InboundText, Ports
from domain.practice import Channel, Practice
from domain.redaction import redact_card_numbers
from domain.replies import DISPUTED, Keyword, keyword, known_to_carriers, wish
from models.by_hand import add_row, change_row, row_of, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.database import read
from models.people import Patient
from outreach.consent import lift, owners_of, suppress
from outreach.enrol import hold, release
from outreach.situation import address_of, suppressed
from outreach.writing import facts_for, write

HOLD = timedelta(days=3)
HELD_FOR_REPLY = "The patient has written; the sequence waits for an answer."
HELD_FOR_ANSWER = (HELD_FOR_REPLY, DISPUTED)
LONGEST_REPLY = 480

LAST_TO = """
    SELECT guarantor_id FROM message
     WHERE address = $1 AND direction = 'out' AND status <> 'dropped' ORDER BY id DESC LIMIT 1
"""


async def receive(text: InboundText, *, practice: Practice, ports: Ports) -> None:
    """Take in one text from a patient's phone. The carrier's own id makes a second delivery the same text."""
    now = ports.clock.now()
    async with change(now) as told:
        if await row_of(Message, provider_id=text.provider_id):
            return
        word = text.handled_by_provider or keyword(text.body)
        owners = await owners_of("sms", text.sender)
        kept = await _keep(text, await _meant(text.sender, owners), now) if owners else None
        if word == "stop":
            await suppress(
                "sms", text.sender, "stop", actor=_who(owners), now=now, wording=text.body, source="text message"
            )
        if word == "start":
            await lift("sms", text.sender, actor=_who(owners), now=now, wording=text.body, source="text message")
        if kept is None:
            told.tell("text.from_stranger", f"text:{text.provider_id}"[:60], actor=_who([]), location="", after={})
            return
        if not word and wish(text.body) == "wrong":
            await suppress(
                "sms", text.sender, "wrong", actor=_who(owners), now=now, wording=text.body, source="text message"
            )
        if word:
            await _answer(word, text, owners[0], practice=practice, ports=ports, now=now)
        await _to_staff(word, text.body, kept, _payers(owners), told)


def _payers(owners: list[Patient]) -> list[int]:
    return [owner.payer_id for owner in owners]


def _who(owners: list[Patient]) -> Actor:
    return patient(owners[0].id) if owners else Actor("patient", "unknown", "Unknown number", "webhook")


async def _meant(number: str, owners: list[Patient]) -> Patient:
    """Of those who share a number: the one to whose guarantor we wrote last is who is answering."""
    payers, last = _payers(owners), [row["guarantor_id"] for row in await read(LAST_TO, [number])]
    [meant] = await rows_of(Patient, id=next((payer for payer in last if payer in payers), payers[0]))
    return meant


async def _keep(text: InboundText, payer: Patient, now: datetime) -> Message:
    open_set = await row_of(InvoiceSet, guarantor_id=payer.id, status__in=CHASED)
    return await add_row(
        Message,
        ref=uuid4().hex,
        provider_id=text.provider_id,
        guarantor_id=payer.id,
        location=payer.location,
        invoice_set_id=open_set.id if open_set else None,
        purpose="reply",
        channel="sms",
        direction="in",
        address=text.sender,
        sender=text.to,
        body=redact_card_numbers(text.body),
        status="received",
        created_at=now,
        due_at=now,
        settled_at=now,
    )


async def _answer(
    word: Keyword, text: InboundText, owner: Patient, *, practice: Practice, ports: Ports, now: datetime
) -> None:
    """The one confirmation the law allows, from the number that was written to, unless the carrier has given it."""
    carrier_answers = ports.sms is not None and ports.sms.capabilities.answers_keywords
    if text.handled_by_provider or (carrier_answers and known_to_carriers(text.body)):
        return
    template = {"stop": "stop_confirmation", "start": "start_confirmation", "help": "help"}[word]
    await write(
        f"answer to {text.provider_id}",
        purpose="keyword",
        channel="sms",
        template=template,
        payer=owner,
        facts=await facts_for(owner, practice=practice, ports=ports, now=now),
        practice=practice,
        now=now,
        sender=text.to,
    )


async def _to_staff(word: Keyword | None, body: str, kept: Message, payers: list[int], told: Change) -> None:
    """Tell staff what the patient seems to want, on the card of everybody who may have written; hold their sequences
    until staff answers or three days pass."""
    wanted = wish(body) if word is None else "keyword"
    said = {"wish": wanted, "keyword": word, "message": kept.id}
    chased = await _open_sets(payers)
    for each in chased if word is None else ():
        await hold(each, _why_held(each, wanted, told.now), told.now + HOLD, told)
    about: list[tuple[int, str, int | None]] = [(each.guarantor_id, each.location, each.id) for each in chased]
    for payer, location, number in about or [(kept.guarantor_id, kept.location, None)]:
        told.tell(
            "reply.received",
            f"message:{kept.id}",
            actor=patient(payer),
            location=location,
            guarantor=payer,
            invoice_set=number,
            after=said,
        )


def _why_held(invoice_set: InvoiceSet, wanted: str, now: datetime) -> str:
    """Who disputes a bill and writes again before there is an answer disputes it still."""
    waits_until = invoice_set.held_until if invoice_set.hold_reason == DISPUTED else None
    return DISPUTED if wanted == "dispute" or (waits_until and waits_until > now) else HELD_FOR_REPLY


async def _open_sets(payers: Iterable[int]) -> list[InvoiceSet]:
    return await rows_of(InvoiceSet, guarantor_id__in=set(payers), status__in=CHASED)


async def ask_from_page(guarantor: int, words: str, *, actor: Actor, now: datetime) -> None:
    """A question from the patient's page arrives like a text."""
    words = redact_card_numbers(words.strip())
    if not words:
        raise invalid("Write your question first.", "question")
    async with change(now) as told:
        [payer] = await rows_of(Patient, id=guarantor)
        open_set = await row_of(InvoiceSet, guarantor_id=guarantor, status__in=CHASED)
        kept = await add_row(
            Message,
            ref=uuid4().hex,
            guarantor_id=payer.id,
            location=payer.location,
            invoice_set_id=open_set.id if open_set else None,
            purpose="reply",
            channel="page",
            direction="in",
            address="page",
            body=words[:2000],
            status="received",
            created_at=now,
            due_at=now,
            settled_at=now,
        )
        await _to_staff(None, words, kept, [payer.id], told)


async def check_reply(invoice_set: InvoiceSet, words: str, *, channel: Channel) -> Patient:
    """Whether a reply may go out at all; the preview and the sending both ask this."""
    [payer] = await rows_of(Patient, id=invoice_set.guarantor_id)
    address = address_of(payer, channel)
    if not words.strip():
        raise invalid("Write the reply first.", "words")
    if len(words) > LONGEST_REPLY:
        raise invalid(f"A text can be at most {LONGEST_REPLY} characters long; this one has {len(words)}.", "words")
    if redact_card_numbers(words) != words:
        raise invalid("This contains a card number. Card numbers never go into a text; send the link instead.", "words")
    if address is None:
        raise invalid("There is no number to reply to.", "words")
    if why := await suppressed(channel, address):
        raise Refusal("opted_out", f"{why} Nothing may be sent to it; call instead.", field="words")
    return payer


async def draft_reply(
    invoice_set_id: int, words: str, *, occasion: str, actor: Actor, practice: Practice, ports: Ports
) -> Message:
    """Staff's own words as the patient would get them; nothing leaves until a person has confirmed this very text."""
    now = ports.clock.now()
    async with change(now):
        invoice_set = await InvoiceSet.get(id=invoice_set_id)
        may_reply(actor, invoice_set.location)
        payer = await check_reply(invoice_set, words, channel="sms")
        drafted = await write(
            occasion,
            purpose="reply",
            channel="sms",
            template="reply",
            payer=payer,
            status="draft",
            facts=await facts_for(payer, practice=practice, ports=ports, now=now, reply=words.strip()),
            practice=practice,
            now=now,
            invoice_set=invoice_set.id,
            author=actor.name,
        )
        return drafted or await Message.get(occasion=occasion)


async def confirm_reply(message_id: int, *, actor: Actor, practice: Practice, now: datetime) -> Message:
    """Send a drafted reply, once; the sequence goes on from here."""
    async with change(now) as told:
        message = await Message.select_for_update().get(id=message_id)
        may_reply(actor, message.location)
        if why := await suppressed("sms", message.address):
            raise Refusal("opted_out", f"{why} Nothing may be sent to it; call instead.")
        if not await change_row(message, {"status": "queued", "due_at": now}, status="draft"):
            raise Refusal("stale", "This reply has been sent already.")
        for waiting in await _open_sets([message.guarantor_id, *_payers(await owners_of("sms", message.address))]):
            if waiting.hold_reason in HELD_FOR_ANSWER:
                await release(waiting, told, practice=practice)
        told.tell(
            "reply.sent",
            f"message:{message.id}",
            actor=actor,
            location=message.location,
            guarantor=message.guarantor_id,
            invoice_set=message.invoice_set_id,
            after={"message": message.id},
        )
        return message


def may_reply(actor: Actor, location: str) -> None:
    if not actor.may("biller", location):
        raise Refusal("forbidden", "Replying to a patient needs the role biller at this location.", status=403)
