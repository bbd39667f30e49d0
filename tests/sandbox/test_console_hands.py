"""Quick hands at the console: nothing that a person does is lost because the page redraws itself or waits."""

import asyncio
from itertools import count
from typing import Any, Self

import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, Response, Route, expect

from sandbox.slack import views
from tests.sandbox.console_day import MIA, Day, plain
from tests.sandbox.console_gallery import RULES, elements, form, select
from tests.sandbox.slack_app import CONFIRM, actions, asks, button, modal, section
from tests.sandbox.test_console_time import Appointments

pytestmark = pytest.mark.browser


class Held:
    """What the page tells at an address is on its way until one lets it go: the last first, as it may happen."""

    def __init__(self, page: Page, path: str) -> None:
        self._page, self._path = page, f"**/console/{path}"
        self._routes: list[Route] = []
        self._let_go = False

    async def __aenter__(self) -> Self:
        await self._page.route(self._path, self._hold)
        return self

    async def _hold(self, route: Route) -> None:
        if self._let_go:
            await route.continue_()
        else:
            self._routes.append(route)

    async def __aexit__(self, *_: object) -> None:
        self._let_go = True
        for each in reversed(self._routes):
            await each.continue_()


class Heard:
    """What reaches the app of one kind, in the order in which it does."""

    def __init__(self, day: Day, kind: str) -> None:
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        day.app.answers[kind] = self._take

    async def _take(self, payload: dict[str, Any]) -> web.Response:
        self._queue.put_nowait(payload)
        return web.Response()

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._queue.get(), 20)

    async def pressed(self) -> Any:
        """What was chosen, or the action where nothing is."""
        [act] = (await self.next())["actions"]
        several, one = act.get("selected_options"), act.get("selected_option")
        return [each["value"] for each in several] if several is not None else one["value"] if one else act["action_id"]


async def posted(console: Page, day: Day, *blocks: dict[str, Any]) -> Locator:
    said = await day.client.chat_postMessage(channel=day.room, text="A card", blocks=list(blocks))
    shown = console.locator(f'.messages [data-key="m{said["ts"]}"]')
    await expect(shown).to_be_visible()
    return shown


async def redrawn(console: Page, day: Day) -> None:
    """Something else happened, and is seen."""
    day.world.notice = f"{day.world.notice}."
    await expect(console.locator(".notice")).to_have_text(day.world.notice)


async def opened(console: Page, day: Day, view: dict[str, Any]) -> Locator:
    views.raise_modal(day.world.slack, MIA, view)
    dialog = console.get_by_role("dialog", name=view["title"]["text"])
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_second_choice_goes_on_from_the_first_that_is_still_on_its_way(console: Page, day: Day) -> None:
    shown, heard = await posted(console, day, *elements()), Heard(day, "block_actions")
    several = shown.get_by_role("combobox", name="Choose several")
    async with Held(console, "press"):
        await several.click()
        offered = console.get_by_role("listbox", name="Choose several")
        await offered.get_by_role("option", name="B. K. · INV-1019").click()
        await offered.get_by_role("option", name="M. N. · INV-1077").click()
        await redrawn(console, day)
        await expect(shown.locator(".token")).to_have_text(["B. K. · INV-1019", "M. N. · INV-1077"])
        await console.keyboard.press("Escape")
        await shown.get_by_role("button", name="Remove B. K.").click()
        await expect(shown.locator(".token")).to_have_text(["M. N. · INV-1077"])
    assert [await heard.pressed() for _ in range(3)] == [["a2"], ["a2", "f1"], ["f1"]]
    await redrawn(console, day)
    await expect(shown.locator(".token")).to_have_text(["M. N. · INV-1077"])


async def test_every_tick_and_every_choice_counts_and_what_is_pressed_comes_after_them(console: Page, day: Day) -> None:
    shown, heard = await posted(console, day, *elements()), Heard(day, "block_actions")
    async with Held(console, "press"):
        await shown.get_by_label("By text").check()
        await shown.get_by_label("By mail").check()
        await shown.get_by_label("Choose rule").select_option("Standard follow-up")
        await shown.get_by_label("Choose rule").select_option("Gentle follow-up")
        await shown.get_by_role("button", name="Send").click()
        await redrawn(console, day)
        await expect(shown.get_by_label("Choose rule")).to_have_value("gentle")
    assert [await heard.pressed() for _ in range(4)] == [["sms"], ["sms", "email"], "standard", "gentle"]
    sent = await heard.next()
    assert sent["actions"][0]["action_id"] == "send"
    assert sent["state"]["values"]["acts"]["rule"]["selected_option"]["value"] == "gentle"


async def test_a_button_that_is_busy_was_pressed_once_and_the_one_drawn_in_its_place_anew(
    console: Page, day: Day
) -> None:
    heard = Heard(day, "block_actions")
    shown = await posted(console, day, actions(button("Pause", "move", value="1")))
    async with Held(console, "press"):
        await shown.get_by_role("button", name="Pause").dblclick()
        ts = (await shown.get_attribute("data-key") or "").removeprefix("m")
        after = [actions(button("Resume", "move", value="2"))]
        await day.client.chat_update(channel=day.room, ts=ts, text="Paused", blocks=after)
        await shown.get_by_role("button", name="Resume").dblclick()
    assert [await heard.pressed() for _ in range(2)] == ["move", "move"]
    await expect(shown.get_by_role("button", name="Resume")).not_to_have_attribute("aria-busy", "true")
    assert len(day.app.of("block_actions")) == 2


async def test_a_choice_one_thinks_better_of_is_as_it_was(console: Page, day: Day) -> None:
    rule = select("static_select", "rule", options=RULES, confirm={**CONFIRM, "style": "danger"})
    shown = await posted(console, day, actions(rule))
    await shown.get_by_label("Choose rule").select_option("Gentle follow-up")
    await redrawn(console, day)
    await console.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(shown.get_by_label("Choose rule")).to_have_value("")
    assert not day.app.of("block_actions")


async def test_a_click_lands_on_what_the_pointer_went_down_on(console: Page, day: Day) -> None:
    pause = console.get_by_role("button", name="Pause")
    await pause.hover()
    await console.mouse.down()
    async with console.expect_response("**/console/state?*"):
        await day.client.chat_postMessage(channel=day.room, text="One\nTwo\nThree")
    await console.evaluate("() => new Promise(requestAnimationFrame)")
    async with console.expect_response("**/console/press"):
        await console.mouse.up()
    assert day.app.of("block_actions")[0]["actions"][0]["action_id"] == "pause"
    await expect(console.get_by_role("log", name="Messages").get_by_text("Three")).to_be_visible()


async def test_a_press_that_ends_elsewhere_holds_nothing_up(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Pause").hover()
    await console.mouse.down()
    await console.mouse.move(5, 5)
    await console.mouse.up()
    await redrawn(console, day)
    await console.get_by_label("You are").dispatch_event("pointerdown")
    await redrawn(console, day)


async def test_what_is_said_in_a_hurry_is_said_in_order(console: Page, day: Day) -> None:
    heard = Heard(day, "event_callback")
    await console.get_by_role("button", name="3 replies").click()
    for field in (console.get_by_label("Message #billing-downtown"), console.get_by_label("Reply…")):
        async with Held(console, "say"):
            for words in ("One", "Two", "Three"):
                await field.fill(words)
                await field.press("Enter")
                await redrawn(console, day)
        assert [(await heard.next())["event"]["text"] for _ in range(3)] == ["One", "Two", "Three"]


async def test_a_patient_who_texts_in_a_hurry_is_heard_each_time(console: Page, day: Day) -> None:
    phone = console.get_by_role("region", name="Phone of Ana Pereira")
    async with Held(console, "text"):
        for words in ("Hello?", "Anybody?"):
            await phone.get_by_label("Text back").fill(words)
            await phone.get_by_label("Text back").press("Enter")
        await phone.get_by_role("button", name="HELP").click()
    await expect(phone.locator(".bubble.mine")).to_contain_text(["half now", "Hello?", "Anybody?", "HELP"])


async def test_what_is_half_written_stays_in_its_place(console: Page, day: Day) -> None:
    await console.set_viewport_size({"width": 1600, "height": 900})
    rooms = console.get_by_role("navigation", name="Channels")
    await console.get_by_label("Message #billing-downtown").fill("/bil")
    await console.get_by_role("button", name="3 replies").click()
    await console.get_by_label("Reply…").fill("Half a rep")
    await console.get_by_label("Text back").fill("Half a te")
    await rooms.get_by_role("button", name="front-desk").click()
    await expect(console.get_by_label("Message #front-desk")).to_have_value("")
    await expect(console.get_by_role("listbox", name="Commands")).to_have_count(0)
    await console.get_by_role("tab", name="Mail").click()
    await console.get_by_role("tab", name="Phone").click()
    await expect(console.get_by_label("Text back")).to_have_value("Half a te")
    await rooms.get_by_role("button", name="billing-downtown").click()
    await expect(console.get_by_label("Message #billing-downtown")).to_have_value("/bil")
    await console.get_by_role("button", name="Reply in thread").first.focus()
    await console.keyboard.press("Enter")
    await expect(console.get_by_label("Reply…")).to_have_value("")
    await console.get_by_role("button", name="3 replies").click()
    await expect(console.get_by_label("Reply…")).to_have_value("Half a rep")


async def test_what_could_not_be_said_is_there_to_be_said_again(console: Page, day: Day) -> None:
    for field, path in (
        (console.get_by_label("Message #billing-downtown"), "say"), (console.get_by_label("Text back"), "text")
    ):  # fmt: skip
        await console.route(f"**/console/{path}", lambda route: route.abort())
        await field.fill("Anybody?")
        await field.press("Enter")
        await expect(console.get_by_role("alert").filter(has_text="does not answer").first).to_be_visible()
        await expect(field).to_have_value("Anybody?")


async def test_a_form_keeps_what_is_typed_while_older_words_are_on_their_way(console: Page, day: Day) -> None:
    amount, reason = asks("Amount", {"type": "number_input", "is_decimal_allowed": True}), select(
        "static_select", "it", options=RULES
    )  # fmt: skip
    heard = Heard(day, "view_submission")
    dialog = await opened(console, day, modal(amount, asks("Reason", reason), title="A form"))
    async with Held(console, "act"):
        await dialog.get_by_label("Amount").fill("12")
        await console.keyboard.press("Tab")
        await dialog.get_by_label("Reason").select_option("Standard follow-up")
        await dialog.get_by_label("Reason").select_option("Gentle follow-up")
        await dialog.get_by_label("Amount").focus()
        await console.keyboard.press("End")
        await console.keyboard.type("0")
    await redrawn(console, day)
    await expect(dialog.get_by_label("Amount")).to_have_value("120")
    await expect(dialog.get_by_label("Reason")).to_have_value("gentle")
    await console.keyboard.press("Enter")
    values = (await heard.next())["view"]["state"]["values"]
    assert values["amount"]["it"]["value"] == "120"
    assert values["reason"]["it"]["selected_option"]["value"] == "gentle"
    await expect(dialog).to_have_count(0)
    await expect(console.get_by_role("alert")).to_have_count(0)


async def test_a_form_that_another_comes_to_lie_on_keeps_what_is_typed(console: Page, day: Day) -> None:
    words = asks("Words", {"type": "plain_text_input"})
    first = await opened(console, day, modal(words, title="A reply", close=plain("Cancel")))
    await first.get_by_label("Words").fill("Half a sen")
    second = await opened(console, day, modal(section("Look"), title="By the way"))
    await expect(first).to_have_count(0)
    await second.get_by_role("button", name="Back").click()
    await expect(first.get_by_label("Words")).to_have_value("Half a sen")


async def test_what_is_suggested_is_for_the_last_letter_typed(console: Page, day: Day) -> None:
    async def fitting(payload: dict[str, Any]) -> web.Response:
        typed = payload["value"]
        return web.json_response({"options": [{"text": plain(f"Fits {typed}"), "value": typed}]})

    day.app.answers["block_suggestion"] = fitting
    dialog = await opened(console, day, form())
    async with Held(console, "suggest"):
        await dialog.get_by_role("combobox", name="Bill", exact=True).focus()
        await console.keyboard.type("ab")
    offered = dialog.get_by_role("listbox", name="Bill", exact=True).get_by_role("option")
    await expect(offered).to_have_text(["Fits ab"])


async def test_a_trouble_is_as_it_was_left(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Faults").click()
    trouble, answers = console.get_by_label("Slack: One message per second in each channel"), count(1)

    def is_the_last(answer: Response) -> bool:
        return answer.url.endswith("/trouble") and next(answers) == 4

    async with console.expect_response(is_the_last), Held(console, "trouble"):
        await trouble.check()
        await redrawn(console, day)
        await trouble.uncheck()
        await trouble.check()
        await trouble.uncheck()
        await redrawn(console, day)
        await expect(trouble).not_to_be_checked()
    assert not day.world.slack.rate_limits
    await redrawn(console, day)
    await expect(trouble).not_to_be_checked()


async def test_play_is_heard_while_the_clock_is_still_moving(console: Page, day: Day) -> None:
    Appointments(day, 3)
    async with Held(console, "clock"):
        await console.get_by_role("button", name="+1 day").click()
        await console.get_by_role("button", name="Play").click()
    await expect(console.get_by_role("region", name="What just happened")).to_contain_text("Reminder 2")


async def test_who_goes_elsewhere_meanwhile_is_not_called_back(console: Page, day: Day) -> None:
    rooms = console.get_by_role("navigation", name="Channels")
    async with console.expect_response("**/console/home"), Held(console, "home"):
        await console.get_by_role("button", name="Duesday").click()
        await rooms.get_by_role("button", name="front-desk").click()
    for _ in range(3):
        await redrawn(console, day)
    await expect(rooms.get_by_role("button", name="front-desk")).to_have_attribute("aria-current", "page")
