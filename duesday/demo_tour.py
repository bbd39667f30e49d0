"""The demo's guided tour: short scenes played by the sample practice's own patients, each with its bill's number."""

from dataclasses import dataclass

from domain.invoice import OPEN
from domain.practice import Practice
from models.invoices import Invoice
from models.people import Patient
from sandbox import Scene, Step
from sandbox.console.given import IsOpen, Reads, card, clock, mailbox, phone, thread

ASKED = "May I pay on Friday?"
ANSWERED = "Yes, Friday is fine."


@dataclass(frozen=True, slots=True)
class Bill:
    """What a scene needs of whom it is about."""

    name: str
    phone: str
    mail: str
    number: str
    channel: str


async def tour(practice: Practice) -> tuple[Scene, ...]:
    """Those scenes whose patients owe something still."""
    told = {_failed: "fitzgerald", _late: "kowalczyk", _asks: "haddad", _pays: "jackson"}
    bills = {scene: await _bill(patient, practice) for scene, patient in told.items()}
    return tuple(scene(bill) for scene, bill in bills.items() if bill)


async def _bill(patient: str, practice: Practice) -> Bill | None:
    payer = await Patient.get_or_none(external_id=patient)
    invoice = await Invoice.filter(guarantor_id=payer.id, status__in=OPEN).first() if payer else None
    if payer is None or invoice is None:
        return None
    name, channel = f"{payer.first_name} {payer.last_name}", practice.locations[invoice.location].slack_channel
    return Bill(name, payer.phone or "", payer.email or "", invoice.number or "", channel)


def _failed(bill: Bill) -> Scene:
    here = card(bill.channel, bill.number)
    return Scene(
        "A text that could not arrive",
        "Reminders go out by themselves. When one can’t, a person should know why.",
        (
            Step(f"The reminder to {bill.name} never arrived: his number is a landline. The card says so, under “Why”, "
                 "and what would mend it.", here),
            Step("Ask for the whole story: press *More actions*, and choose *Why was this (not) sent?*",
                 card(bill.channel, bill.number, press="More actions"),
                 Reads(thread(bill.channel, bill.number), "Nothing is planned")),
            Step("Only you see that answer. Nothing more goes to a number that can’t take it.", here),
        ),
    )  # fmt: skip


def _late(bill: Bill) -> Scene:
    here = card(bill.channel, bill.number)
    return Scene(
        "Late, and paused",
        "A bill that is not paid in time becomes one card, and a sequence of reminders begins.",
        (
            Step(f"{bill.name} is late. Suppose she has called: press *Pause* on her card, {bill.number}.",
                 card(bill.channel, bill.number, press="Pause"), Reads(here, r"^Paused")),
            Step("Nothing is sent now, whatever the clock says. Press *+1 day* on top and see.", clock("+1 day")),
            Step("The thread is the card’s history: who did what, and when. Open it: press *replies* under the card.",
                 thread(bill.channel, bill.number, press="replies"), IsOpen(thread(bill.channel, bill.number))),
            Step("Let the reminders go on: press *Resume* on the card.",
                 card(bill.channel, bill.number, press="Resume"), Reads(here, r"^Overdue")),
        ),
    )  # fmt: skip


def _asks(bill: Bill) -> Scene:
    there = thread(bill.channel, bill.number)
    return Scene(
        "A patient writes back",
        "What patients text appears under their card, and reminders wait for an answer.",
        (
            Step(f"You are {bill.name} now. On the phone write `{ASKED}` and press *Send text*.",
                 phone(bill.phone, press="Text back"), Reads(there, ASKED.replace("?", r"\?"))),
            Step("It is in the card’s thread, and the reminders wait. Open it: press *replies* under the card.",
                 thread(bill.channel, bill.number, press="replies"), IsOpen(there)),
            Step(f"Press *Reply to patient* in the thread, write `{ANSWERED}`, press *Preview*, and then *Send*: "
                 "nothing leaves unseen.",
                 thread(bill.channel, bill.number, press="Reply to patient"), Reads(phone(bill.phone), ANSWERED)),
            Step("There it is, on the phone.", phone(bill.phone)),
        ),
    )  # fmt: skip


def _pays(bill: Bill) -> Scene:
    return Scene(
        "A payment, and its receipt",
        "The link in every message opens the patient’s own page. There is no login.",
        (
            Step(f"Open the *link* in {bill.name}’s last text. On her page press *Pay*, on the card processor’s "
                 "*Pay by card*.",
                 phone(bill.phone, press="link"), Reads(card(bill.channel, bill.number), r"^Paid")),
            Step("The card has turned to “Paid” by itself: nobody typed anything, and the reminders have ended.",
                 card(bill.channel, bill.number)),
            Step("The thank-you came by mail, with the receipt. Open it in the mailbox.",
                 mailbox(bill.mail, press="Thank you"), Reads(mailbox(bill.mail), "Thank you")),
        ),
    )  # fmt: skip
