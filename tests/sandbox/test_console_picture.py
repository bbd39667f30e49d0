"""What the console is told of the world: what is open in full, the rest shortly, and what has just happened."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox import Scene, Step
from sandbox.console.given import IsOpen, Reads, card, clock, mailbox, person, phone, thread
from tests.sandbox.console_day import ANA, BEN, CONTACTS, MIA, OMAR, ROOM, Day, a_day

HONG = "+12125550188"


@pytest.fixture
async def day() -> AsyncIterator[Day]:
    async with a_day() as day:
        yield day


class Page:
    """Looks as a browser's page does."""

    def __init__(self, day: Day, http: aiohttp.ClientSession) -> None:
        self._http, self._given = http, {"user": MIA, "channel": day.room}

    async def looks(self, **more: Any) -> Any:
        given = {**self._given, **{name: str(value) for name, value in more.items()}}
        async with self._http.get("/console/state", params=given) as answer:
            return await answer.json()

    async def weighs(self, **more: Any) -> int:
        given = {**self._given, **{name: str(value) for name, value in more.items()}}
        async with self._http.get("/console/state", params=given) as answer:
            return len(await answer.read())

    async def finds(self, typed: str) -> list[str]:
        async with self._http.get("/console/contacts", params={"typed": typed}) as answer:
            return [each["name"] for each in await answer.json()]

    async def does(self, deed: str, **given: Any) -> Any:
        async with self._http.post(f"/console/{deed}", json={"user": MIA, **given}) as answer:
            return await answer.json()


@pytest.fixture
async def page(day: Day) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(day.world.url) as http:
        yield Page(day, http)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nguyen", ["Nguyễn Thị Hồng"]),
        ("hong ngu", ["Nguyễn Thị Hồng"]),
        ("KOHLER", ["Benjamin Köhler"]),
        ("555 0177", ["Ana Pereira"]),
        ("walter@", ["Walter Thompson"]),
        ("nobody", []),
        ("a", ["Ana Pereira", "Benjamin Köhler", "Nguyễn Thị Hồng", "Walter Thompson"]),
    ],
)
async def test_patients_are_found_as_one_types_in_a_hurry(page: Page, typed: str, found: list[str]) -> None:
    assert await page.finds(typed) == found


async def test_a_number_that_nobody_knows_is_found_too(page: Page, day: Day) -> None:
    day.world.phones.accept(to="+13125550123", body="Wrong number?", sender="+12125550100")
    assert await page.finds("312 555") == ["+13125550123"]


async def test_whoever_was_written_to_last_is_listed_first_and_open(page: Page, day: Day) -> None:
    seen = await page.looks()
    assert [each["name"] for each in seen["recent"]] == ["Ana Pereira", "Benjamin Köhler"]
    assert seen["contact"]["name"] == "Ana Pereira"
    day.world.phones.accept(to=BEN, body="Again", sender="+12125550100")
    assert (await page.looks())["contact"]["name"] == "Benjamin Köhler"
    assert (await page.looks(contact=ANA))["contact"]["name"] == "Ana Pereira"


async def test_a_phone_shows_also_what_never_arrived(page: Page) -> None:
    texts = (await page.looks(contact=ANA))["contact"]["phone"]["messages"]
    assert [each["status"] for each in texts] == ["undelivered", "delivered", "received"]


async def test_a_phone_without_texts_writes_to_its_clinic_first(page: Page, day: Day) -> None:
    assert (await page.looks(contact=HONG))["contact"]["phone"]["messages"] == []
    assert await page.does("text", number=HONG, body="Are you open?") == {}
    [text] = (await page.looks(contact=HONG))["contact"]["phone"]["messages"]
    assert (text["to"], text["body"]) == ("+12125550100", "Are you open?")


async def test_only_the_letter_that_is_read_comes_whole(page: Page) -> None:
    [mail] = (await page.looks(contact=ANA))["contact"]["mailbox"]["messages"]
    assert "headers" not in mail
    letter = (await page.looks(contact=ANA, mail=mail["id"]))["contact"]["mailbox"]["letter"]
    assert letter["files"][0]["name"] == "INV-1042.pdf"
    assert letter["unsubscribe"] is True


async def test_a_mail_is_unsubscribed_from_by_one_click(page: Page, day: Day) -> None:
    assert await page.does("unsubscribe", address="ana.pereira@mail.test", mail=0) == {}
    assert [each.letter.body for each in day.world.courier.deliveries][-1] == b"List-Unsubscribe=One-Click"


async def test_a_channel_is_read_page_by_page_upwards(page: Page, day: Day) -> None:
    for number in range(100):
        await day.client.chat_postMessage(channel=day.room, text=f"Line {number}")
    seen = await page.looks()
    assert [each["text"] for each in seen["channel"]["messages"]][-1] == "Line 99"
    assert len([each for each in seen["channel"]["messages"] if not each["ephemeral"]]) == 40
    assert seen["channel"]["earlier"] is True
    further = await page.looks(pages=3)
    assert further["channel"]["messages"][0]["text"] == "B. K. · INV-1019 is paid"
    assert further["channel"]["earlier"] is False


async def test_a_year_of_history_makes_the_picture_no_larger(page: Page, day: Day) -> None:
    async def a_month(days: range) -> int:
        for number in days:
            day.world.phones.accept(to=f"+1312555{number:04}", body="A reminder. " * 8, sender="+12125550100")
            day.world.phones.accept(to=ANA, body="A reminder. " * 8, sender="+12125550100")
            await day.client.chat_postMessage(channel=day.room, text=f"Line {number:04}")
        await page.looks()
        return await page.weighs(contact=ANA, heard=10_000)

    first = await a_month(range(100, 160))
    later = await a_month(range(200, 700))
    assert later - first < 100


async def test_a_thread_comes_when_it_is_open(page: Page, day: Day) -> None:
    seen = await page.looks()
    card = next(each for each in seen["channel"]["messages"] if each["ts"] == day.card)
    assert (card["reply_count"], seen["thread"]) == (3, None)
    first, *_ = (await page.looks(thread=day.card))["thread"]["replies"]
    assert first["text"] == "Text 1 delivered on the second try."


async def test_a_reply_that_was_sent_to_the_channel_too_stands_in_it(page: Page, day: Day) -> None:
    await day.client.chat_postMessage(channel=day.room, text="All told", thread_ts=day.card, reply_broadcast=True)
    said = (await page.looks())["channel"]["messages"]
    assert [(each["text"], each["broadcast"]) for each in said if each["text"] == "All told"] == [("All told", True)]


async def test_what_happens_is_told_in_order_and_once(page: Page, day: Day) -> None:
    assert (await page.looks())["happenings"] == [], "what was before anybody looked is history"
    day.world.clock.forward(minutes=1)
    day.world.phones.accept(to=BEN, body="Pay at https://riverside.test/p/1", sender="+12125550100")
    day.world.clock.forward(minutes=1)
    for state in ("Paused", "Overdue"):
        await day.client.chat_update(channel=day.room, ts=day.card, text=f"{state} · INV-1042", blocks=[])
    day.world.clock.forward(minutes=1)
    await day.client.chat_postMessage(channel=day.room, text="Paused by Mia", thread_ts=day.card)
    await day.world.phones[BEN].reply("Thanks")
    told = (await page.looks())["happenings"]
    assert [(each["kind"], each["words"]) for each in told] == [
        ("text", "Text to Benjamin Köhler: Pay at https://riverside.test/p/1"),
        ("card", "Card redrawn: Overdue · INV-1042"),
        ("line", "Paused by Mia (under Overdue · INV-1042)"),
        ("answer", "Benjamin Köhler texts: Thanks"),
    ]
    assert told[1]["where"] == {"channel": day.room, "ts": day.card, "thread": False}
    assert told[2]["where"] == {"channel": day.room, "ts": day.card, "thread": True}
    assert told[3]["where"] == {"contact": BEN, "side": "phone"}
    assert (await page.looks(heard=told[-1]["number"]))["happenings"] == []


async def test_looking_for_somebody_takes_nothing_from_what_is_told(page: Page, day: Day) -> None:
    await page.looks()
    day.world.phones.accept(to=BEN, body="Hello", sender="+12125550100")
    assert await page.finds("Benjamin") == ["Benjamin Köhler"]
    assert [each["words"] for each in (await page.looks())["happenings"]] == ["Text to Benjamin Köhler: Hello"]


async def test_strangers_who_get_a_name_are_not_told_of_again(page: Page, day: Day) -> None:
    day.world.contacts = ()
    await page.looks()
    day.world.phones.accept(to=BEN, body="Hello", sender="+12125550100")
    [told] = (await page.looks())["happenings"]
    day.world.contacts = CONTACTS
    seen = await page.looks(heard=told["number"])
    assert seen["happenings"] == []
    assert [each["name"] for each in seen["recent"]] == ["Benjamin Köhler", "Ana Pereira"]


async def test_a_mail_and_a_payment_lead_to_the_mailbox(page: Page, day: Day) -> None:
    await page.looks()
    day.world.mailbox.accept("billing@riverside.test", ["hong@mail.test"], b"Subject: Receipt\r\n\r\nThank you")
    item = {"price_data": {"currency": "usd", "unit_amount": 6000, "product_data": {"name": "INV-7"}}}
    fields = {"mode": "payment", "success_url": "https://riverside.test/p", "line_items": [item]}
    session = day.world.cards.open_session(
        {**fields, "payment_method_types": ["card"], "customer_email": "hong@mail.test"}
    )
    await day.world.cards.pay(session["id"])
    told = {each["kind"]: each for each in (await page.looks())["happenings"]}
    assert told["mail"]["words"] == "Mail to Nguyễn Thị Hồng: Receipt"
    assert told["payment"]["words"] == "Card payment of $60.00"
    assert told["payment"]["where"] == {"contact": HONG, "side": "mail"}


async def test_troubles_are_switched_at_a_vendor_a_phone_and_a_mailbox(page: Page, day: Day) -> None:
    seen = await page.looks()
    assert seen["troubles"] == {"on": 0, "vendors": {}}
    for of, name in (("Slack", "rate_limits"), (ANA, "unreachable"), ("ana.pereira@mail.test", "bounce_hard")):
        assert await page.does("trouble", of=of, name=name, on=True) == {}
    seen = await page.looks(contact=ANA, faults=1)
    assert {*seen["troubles"]["vendors"]} == {"Slack", "Texts", "Mail", "Cards"}
    assert seen["troubles"]["on"] == 1
    assert day.world.slack.rate_limits is True
    assert [each["name"] for each in seen["contact"]["phone"]["troubles"] if each["on"]] == ["unreachable"]
    assert [each["name"] for each in seen["contact"]["mailbox"]["troubles"] if each["on"]] == ["bounce_hard"]
    await page.does("trouble", of="Slack", name="rate_limits", on=False)
    assert day.world.slack.rate_limits is False
    assert "There is no trouble" in (await page.does("trouble", of="Slack", name="gremlins", on=True))["trouble"]


async def test_who_one_is_and_what_they_may_is_said(page: Page) -> None:
    people = {each["id"]: (each["role"], each["may"]) for each in (await page.looks())["people"]}
    assert people[MIA] == ("biller", "pauses and writes off")
    assert people[OMAR] == ("viewer", "looks, and changes nothing")


async def test_a_tour_says_where_to_look_and_what_was_done(page: Page, day: Day) -> None:
    steps = (
        Step("Pause it.", card(ROOM, "INV-1042", press="Pause"), Reads(card(ROOM, "INV-1042"), "^Paused")),
        Step("Open the thread.", thread(ROOM, "INV-1042"), IsOpen(thread(ROOM, "INV-1042"))),
        Step("Read the text.", phone(ANA), Reads(phone(ANA), "half now")),
        Step("Read the bill.", mailbox("ana.pereira@mail.test"), Reads(mailbox("ana.pereira@mail.test"), "^Your inv")),
        Step("Be Omar.", person(OMAR), IsOpen(person(OMAR))),
        Step("Move the clock.", clock("+1 day")),
    )
    day.world.tour = (Scene("Late", "A bill is late.", steps), Scene("Never", "A card that is not there.", (
        Step("Press it.", card(ROOM, "INV-104"), Reads(card(ROOM, "INV-104"), "Overdue|Paused")),)))  # fmt: skip
    assert (await page.looks())["tour"] == {"scenes": ["Late", "Never"]}
    tour = (await page.looks(scene=0))["tour"]
    assert [each["done"] for each in tour["steps"]] == [False, False, True, True, False, None]
    assert tour["steps"][0]["show"] == {
        "kind": "card", "of": "INV-1042", "press": "Pause", "channel": day.room, "ts": day.card,
    }  # fmt: skip
    await day.client.chat_update(channel=day.room, ts=day.card, text="Paused · INV-1042", blocks=[])
    tour = (await page.looks(scene=0, thread=day.card, user=OMAR))["tour"]
    assert [each["done"] for each in tour["steps"]] == [True, True, True, True, True, None]
    absent = (await page.looks(scene=1))["tour"]["steps"][0]
    assert (absent["done"], absent["show"]["ts"]) == (False, "")
