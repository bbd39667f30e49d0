"""A clinic's billing day to look at in the console: cards, a thread, a table, Home, texts, mails, and an app behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Contact, MovableClock, Role, World
from tests.sandbox.slack_app import App, actions, asks, button, modal, option, section, serve

MIA, OMAR, PRIYA = "U0MIA", "U0OMAR", "U0PRIYA"
ANA, BEN = "+12125550177", "+12125550142"
ROOM = "billing-downtown"
CONTACTS = (
    Contact("Ana Pereira", ANA, "ana.pereira@mail.test"),
    Contact("Benjamin Köhler", BEN),
    Contact("Nguyễn Thị Hồng", "+12125550188", "hong@mail.test", texts_to="+12125550100"),
    Contact("Walter Thompson", mail="walter@mail.test"),
)


@dataclass
class Day:
    world: World
    app: App
    client: AsyncWebClient
    service: str
    card: str = ""
    """The ts of Ana's card."""

    @property
    def room(self) -> str:
        return self.world.slack.channel(ROOM).id


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def card(status: str = "Overdue", *, live: bool = True) -> list[dict[str, Any]]:
    sure = {
        "title": plain("Send to collections?"), "text": mrkdwn("*INV-1042* leaves the practice’s hands."),
        "confirm": plain("Send it"), "deny": plain("Keep it"), "style": "danger",
    }  # fmt: skip
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("note", "Add a note"), option("call", "Log a call")],
    }
    facts = [
        f"*Status*\n{status}",
        "*Due*\n$182.50",
        "*Oldest*\n34 days",
        "*Next step*\nText 2, <!date^1795388400^{date_short_pretty} at {time}|soon>",
    ]
    head = [
        {"type": "header", "text": plain("A. P. · INV-1042")},
        {"type": "section", "fields": [mrkdwn(each) for each in facts]},
        {
            "type": "context",
            "elements": [mrkdwn("Downtown · rule set _Gentle_ · ~last text failed~ delivered on the second try")],
        },
    ]
    pressed = [button("Pause", "pause", value="S1.3"), button("Write off", "write_off", value="S1.3"),
               button("Collections", "collections", value="S1.3", style="danger", confirm=sure), menu]  # fmt: skip
    return [*head, actions(*pressed)] if live else head


def table() -> dict[str, Any]:
    rows = [
        ["Payer", "Current", "31–60", "61–90", "Over 90"],
        ["Patients", "$4,210.00", "$1,882.50", "$640.00", "$95.00"],
        ["Aetna", "$9,120.00", "$2,300.00", "$0.00", "$0.00"],
        ["Total", "$13,330.00", "$4,182.50", "$640.00", "$95.00"],
    ]
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, *[{"align": "right"}] * 4],
        "rows": [[{"type": "raw_text", "text": each} for each in row] for row in rows],
    }


def write_off() -> dict[str, Any]:
    reasons = [option("hardship"), option("error", "Our error")]
    ways = [option("none", "No message"), option("mail", "By mail")]
    amount = {"type": "number_input", "is_decimal_allowed": True, "initial_value": "182.50", "min_value": "0.01"}
    return modal(
        section("*INV-1042* · $182.50 is due."),
        asks("Amount", amount, hint=plain("In dollars, at most what is due.")),
        asks("Reason", {"type": "static_select", "placeholder": plain("Choose a reason"), "options": reasons}),
        asks("Tell the patient", {"type": "radio_buttons", "initial_option": ways[0], "options": ways}),
        asks("On", {"type": "datepicker", "initial_date": "2026-11-20"}),
        asks("Note", {"type": "plain_text_input", "multiline": True}, optional=True),
        title="Write off INV-1042",
        close=plain("Cancel"),
        callback_id="write_off",
    )


def home() -> dict[str, Any]:
    places = [option("downtown"), option("harbor")]
    where = {"type": "static_select", "action_id": "where", "placeholder": plain("Location"), "options": places}
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Friday, for Mia")},
            section("*3* sets need you, *12* are in sequence, *2* paid overnight. :tada:"),
            {"type": "divider"},
            section("*A. P. · INV-1042*\nText failed: landline.", accessory=button("Open", "open")),
            section("*B. K. · INV-1019*\nPromised $60.00 by Friday.", accessory=button("Open", "open")),
            actions(button("Send all due", "send_all", style="primary"), where),
            {"type": "context", "elements": [mrkdwn("Shown as of <!date^1795188000^{time}|today>.")]},
        ],
    }  # fmt: skip


def mail(at: str) -> bytes:
    """With a page of the service's to unsubscribe at."""
    letter = EmailMessage()
    letter["From"], letter["To"] = "Riverside Clinic <billing@riverside.test>", "ana.pereira@mail.test"
    letter["Subject"], letter["Message-ID"] = "Your invoice INV-1042 from Riverside Clinic", "<1042@riverside.test>"
    letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"] = f"<{at}/p/8c1/stop>", "List-Unsubscribe=One-Click"
    letter.set_content("Hello Ana,\n\nyour invoice over $182.50 is attached. Pay at https://riverside.test/p/8c1f\n")
    letter.add_alternative(
        "<div style='font:16px sans-serif;padding:20px'><h2>Your invoice</h2><p>Hello Ana, <b>$182.50</b> is due by "
        "October 17.</p><p><a style='background:#0b6bcb;color:#fff;padding:10px 18px;border-radius:6px' "
        "href='https://riverside.test/p/8c1f'>Pay online</a></p><script>document.title='broken'</script></div>",
        subtype="html",
    )
    letter.add_attachment(b"%PDF-1.7 " + b"x" * 48_000, maintype="application", subtype="pdf", filename="INV-1042.pdf")
    return letter.as_bytes()


async def fill(day: Day) -> None:
    world, slack, client = day.world, day.world.slack, day.client
    world.contacts = CONTACTS
    world.roles = {MIA: Role("biller", "pauses and writes off"), OMAR: Role("viewer", "looks, and changes nothing")}
    slack.commands = {"/billing": "[ageing | find | help]"}
    zones = {"Mia Lopez": "America/New_York", "Omar Haddad": "America/Chicago", "Priya Nair": "America/New_York"}
    for user, (name, tz) in zip((MIA, OMAR, PRIYA), zones.items(), strict=True):
        slack.person(user, name, f"{name.split()[0].lower()}@riverside.test", tz)
    slack.add_channel(ROOM, [MIA, OMAR]).topic = "Sets of the downtown clinic"
    slack.add_channel("billing-harbor", [MIA])
    slack.add_channel("front-desk", [MIA, OMAR], private=True)
    world.mailbox.accept("billing@riverside.test", ["ana.pereira@mail.test"], mail(day.service))
    first = await client.chat_postMessage(
        channel=day.room,
        text="B. K. · INV-1019 is paid",
        blocks=[section(":white_check_mark: *B. K. · INV-1019* is paid. Receipt mailed.")],
    )
    world.clock.forward(minutes=4)
    posted = await client.chat_postMessage(channel=day.room, text="A. P. · INV-1042 is overdue", blocks=card())
    day.card = posted["ts"]
    world.phones.accept(
        to=BEN, body="Riverside Clinic: thank you, your payment of $60.00 arrived.", sender="+12125550100"
    )
    text = "Riverside Clinic: $182.50 is 34 days old. Pay: https://riverside.test/p/8c1f Reply STOP to end."
    world.phones[ANA].fails(30003)
    world.phones.accept(to=ANA, body=text, sender="+12125550100")
    world.phones[ANA].works()
    world.clock.forward(minutes=9)
    world.phones.accept(to=ANA, body=text, sender="+12125550100")
    await client.chat_postMessage(channel=day.room, thread_ts=day.card, text="Text 1 delivered on the second try.")
    world.clock.forward(minutes=3)
    await world.phones[ANA].reply("Can I pay half now and the rest on the 15th?")
    await client.chat_postMessage(
        channel=day.room,
        thread_ts=day.card,
        text="patient wrote",
        blocks=[
            section("> Can I pay half now and the rest on the 15th?"),
            actions(button("Reply to patient", "reply", style="primary"), button("Offer a plan", "plan")),
        ],
    )
    await slack.say(
        OMAR, day.room, "I know her, *half now* is fine with me. <@U0MIA> will you send it?", thread_ts=day.card
    )
    world.clock.forward(minutes=2)
    await slack.say(OMAR, day.room, "Ageing for the partners, please?")
    await slack.say(OMAR, day.room, "They meet at noon.")
    await client.chat_postMessage(
        channel=day.room, text="Ageing as of today", blocks=[section("*Ageing* as of today, by payer"), table()]
    )
    await client.chat_postEphemeral(
        channel=day.room,
        user=MIA,
        text="Only you",
        blocks=[section("*INV-1042* was already paused by <@U0OMAR>. Nothing changed.")],
    )
    await client.views_publish(user_id=MIA, view=home())
    await slack.settled()
    assert first["ok"]


@asynccontextmanager
async def a_day(port: int = 0) -> AsyncIterator[Day]:
    clock = MovableClock()
    clock.move_to(datetime(2026, 11, 20, 15, 2, tzinfo=UTC))
    async with World(clock=clock, port=port) as world:
        settings = world.environment()
        app, inside = App(SignatureVerifier(settings["SLACK_SIGNING_SECRET"])), web.Application()

        async def elsewhere(_request: web.Request) -> web.Response:
            return web.Response(text="<Response/>", content_type="text/xml")

        inside.router.add_post("/slack/events", app.hear)
        inside.router.add_route("*", "/{path:.*}", elsewhere)
        async with serve(inside) as address:
            world.aim(address)
            client = AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
            day = Day(world, app, client, address)

            async def open_modal(payload: dict[str, Any]) -> web.Response:
                if payload["actions"][0]["action_id"] == "write_off":
                    await client.views_open(trigger_id=payload["trigger_id"], view=write_off())
                return web.Response()

            app.answers["block_actions"] = open_modal
            app.answers["view_submission"] = {
                "response_action": "errors",
                "errors": {"amount": "More than the $120.00 you may write off."},
            }
            await fill(day)
            yield day
