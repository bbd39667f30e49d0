"""Time and the tour in the console: the clock is played, and a tour leads from step to step by what is seen."""

from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from sandbox import Scene, Step
from sandbox.console.given import IsOpen, Reads, card, clock, phone, thread
from tests.sandbox.console_day import ANA, BEN, ROOM, Day

pytestmark = pytest.mark.browser

TOUR = (
    Scene("Late, and paused", "A bill is late.", (
        Step("Press *Pause* on the card.", card(ROOM, "INV-1042", press="Pause"),
             Reads(card(ROOM, "INV-1042"), "^Paused")),
        Step("Press *+1 day*.", clock("+1 day")),
        Step("Press *replies* under the card.", thread(ROOM, "INV-1042", press="replies"),
             IsOpen(thread(ROOM, "INV-1042"))),
    )),
    Scene("A word back", "She writes.", (
        Step("Write `Thanks` on her phone.", phone(ANA, press="Text back"), Reads(phone(ANA), "^Thanks$")),
    )),
)  # fmt: skip


class Appointments:
    """Something falls due on each of some days, and a text goes out."""

    def __init__(self, day: Day, days: int) -> None:
        self._world = day.world
        self._due = [day.world.clock.now() + timedelta(days=number) for number in range(1, days + 1)]
        day.world.next_due, day.world.on_clock_moved = self.next_due, self.was_moved
        self.kept: list[datetime] = []

    async def next_due(self) -> datetime | None:
        return next((each for each in self._due if each not in self.kept), None)

    async def was_moved(self) -> None:
        due = await self.next_due()
        assert due
        self.kept.append(due)
        self._world.phones.accept(to=BEN, body=f"Reminder {len(self.kept)}", sender="+12125550100")


async def passes(console: Page, seconds: float) -> None:
    """So long, and on from there: what starts to wait only now has its time, too."""
    await console.clock.resume()
    await console.clock.fast_forward(round(seconds * 1000))


async def test_the_clock_plays_from_one_thing_that_is_due_to_the_next(timed_console: Page, day: Day) -> None:
    console, appointments = timed_console, Appointments(day, 2)
    just = console.get_by_role("region", name="What just happened")
    await console.get_by_role("button", name="Play").click()
    await expect(just).to_contain_text("Text to Benjamin Köhler: Reminder 1")
    await expect(console.get_by_role("group", name="clock")).not_to_have_attribute("aria-busy", "true")
    assert len(appointments.kept) == 1, "one sees each of them happen"
    for shown in (just.get_by_text("Reminder 2"), console.get_by_text("Nothing is due")):
        await passes(console, 1.6)
        await expect(shown.first).to_be_visible()
    await expect(console.get_by_role("button", name="Play")).to_be_visible()


async def test_the_clock_is_stopped_where_one_wants_to_look(timed_console: Page, day: Day) -> None:
    console, appointments = timed_console, Appointments(day, 9)
    await console.get_by_role("button", name="Play").click()
    await expect(console.get_by_role("button", name="+1 day")).to_be_disabled()
    await expect(console.get_by_role("region", name="What just happened")).to_contain_text("Reminder 1")
    await console.keyboard.press("Escape")
    await expect(console.get_by_role("button", name="+1 day")).to_be_enabled()
    await passes(console, 10)
    await expect(console.get_by_role("button", name="Play")).to_be_visible()
    assert len(appointments.kept) == 1


async def test_what_is_new_is_marked_for_a_moment_only(timed_console: Page, day: Day) -> None:
    console = timed_console
    said = await day.client.chat_postMessage(channel=day.room, text="Look here")
    message = console.locator(f'[data-key="m{said["ts"]}"]')
    await expect(message).to_have_attribute("data-fresh", "")
    await expect(console.locator("[data-fresh]")).to_have_count(1)
    await console.clock.fast_forward(3000)
    await expect(message).not_to_have_attribute("data-fresh", "")


async def test_a_tour_goes_on_by_itself_when_a_step_is_done(timed_console: Page, day: Day) -> None:
    console, day.world.tour = timed_console, TOUR
    tour, done = console.get_by_role("region", name="Guided tour"), console.get_by_text("Done.")
    await tour.get_by_role("button", name="Begin the tour").click()
    await expect(tour).to_contain_text("1/2")
    await expect(tour.get_by_role("img", name="Step 1 of 3")).to_be_visible()
    await expect(console.get_by_role("button", name="Pause")).to_have_attribute("data-spot", "")
    await day.client.chat_update(channel=day.room, ts=day.card, text="Paused · INV-1042", blocks=[])
    await expect(done).to_be_attached()
    await console.clock.fast_forward(1200)
    await expect(tour).to_contain_text("+1 day")
    await expect(console.get_by_role("button", name="+1 day")).to_have_attribute("data-spot", "")
    await tour.get_by_role("button", name="Next").click()
    await console.get_by_role("button", name="3 replies").click()
    await expect(done).to_be_attached()
    await console.clock.fast_forward(1200)
    await expect(tour).to_contain_text("2/2")
    await expect(console.get_by_role("region", name="Phone of Ana Pereira")).to_be_visible()
    await console.get_by_label("Text back").fill("Thanks")
    await console.keyboard.press("Enter")
    await expect(done).to_be_attached()
    await console.clock.fast_forward(1200)
    await expect(tour).to_have_count(0)
    await expect(console.get_by_text("That was the tour.")).to_be_visible()


async def test_one_goes_back_and_is_not_carried_on_by_what_is_done_already(console: Page, day: Day) -> None:
    day.world.tour = TOUR
    await day.client.chat_update(channel=day.room, ts=day.card, text="Paused · INV-1042", blocks=[])
    tour = console.get_by_role("region", name="Guided tour")
    await tour.get_by_role("button", name="Begin the tour").click()
    await expect(tour.get_by_text("Done.")).to_be_attached()
    await tour.get_by_role("button", name="Next").click()
    await expect(tour).to_contain_text("+1 day")
    await tour.get_by_role("button", name="Back").click()
    await expect(tour).to_contain_text("Pause")
    await day.client.chat_postMessage(channel=day.room, text="Something else")
    await expect(console.get_by_text("Something else").first).to_be_visible()
    await expect(tour.get_by_role("img", name="Step 1 of 3")).to_be_visible()


async def test_show_me_leads_the_keyboard_to_the_place(console: Page, day: Day) -> None:
    day.world.tour = TOUR
    tour = console.get_by_role("region", name="Guided tour")
    await tour.get_by_role("button", name="Begin the tour").click()
    await console.get_by_role("navigation", name="Channels").get_by_role("button", name="front-desk").click()
    await expect(console.get_by_text("It’s quiet here")).to_be_visible()
    await tour.get_by_role("button", name="Show me").click()
    await expect(console.get_by_role("button", name="Pause")).to_be_focused()
    await tour.get_by_role("button", name="Next").focus()
    await console.keyboard.press("Escape")
    await expect(tour).to_have_count(0)


async def test_where_there_is_no_tour_none_is_offered(console: Page) -> None:
    await expect(console.get_by_role("region", name="Guided tour")).to_have_count(0)
    await expect(console.get_by_role("button", name="Tour")).to_have_count(0)
