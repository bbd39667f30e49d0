"""The console in a real browser: a person works the day by hand, with mouse and keyboard, on any width."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.console_day import ANA, MIA, Day

pytestmark = pytest.mark.browser


async def test_the_modal_asks_shows_the_apps_errors_and_keeps_what_was_typed(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Write off").click()
    modal = console.get_by_role("dialog", name="Write off INV-1042")
    await modal.get_by_label("Amount").fill("150")
    await modal.get_by_role("button", name="Save").click()
    await expect(modal.get_by_text("Please complete this required field.")).to_be_visible()
    assert not day.app.of("view_submission")
    await modal.get_by_label("Reason").select_option("Hardship")
    await modal.get_by_label("By mail").check()
    await modal.get_by_role("button", name="Save").click()
    await expect(modal.get_by_text("More than the $120.00 you may write off.")).to_be_visible()
    await expect(modal.get_by_label("Amount")).to_have_value("150")
    values = day.app.of("view_submission")[0]["view"]["state"]["values"]
    assert values["amount"]["it"]["value"] == "150"
    assert values["tell the patient"]["it"]["selected_option"]["value"] == "mail"
    await console.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    assert day.world.slack.modals(MIA) == []


async def test_a_confirm_dialog_is_asked_before_anything_is_sent(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Collections").click()
    await console.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    assert not day.app.of("block_actions")
    await console.get_by_role("button", name="Collections").click()
    async with console.expect_response("**/console/press"):
        await console.get_by_role("button", name="Send it").click()
    assert day.app.of("block_actions")[0]["actions"][0]["action_id"] == "collections"


async def test_the_menu_is_worked_by_keyboard(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="More actions").focus()
    await console.keyboard.press("Enter")
    await console.keyboard.press("ArrowDown")
    async with console.expect_response("**/console/press"):
        await console.keyboard.press("Enter")
    assert day.app.of("block_actions")[0]["actions"][0]["selected_option"]["value"] == "call"


async def test_what_the_app_posts_appears_by_itself_and_leaves_typing_alone(console: Page, day: Day) -> None:
    await console.get_by_label("Message #billing-downtown").fill("Half a sen")
    await day.client.chat_update(channel=day.room, ts=day.card, text="Paid", blocks=[])
    await expect(console.get_by_text("Paid", exact=True)).to_be_visible()
    await expect(console.get_by_label("Message #billing-downtown")).to_have_value("Half a sen")
    await expect(console.get_by_label("Message #billing-downtown")).to_be_focused()


async def test_a_thread_is_read_and_answered(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="3 replies").click()
    thread = console.get_by_role("region", name="Thread")
    await expect(thread.locator("blockquote")).to_have_text("Can I pay half now and the rest on the 15th?")
    await thread.get_by_label("Reply…").fill("Will *do*")
    async with console.expect_response("**/console/say"):
        await console.keyboard.press("Enter")
    await expect(thread.get_by_text("Will do")).to_be_visible()
    assert day.app.of("message")[-1]["event"]["thread_ts"] == day.card


async def test_a_command_has_its_hint_and_its_private_answer(console: Page, day: Day) -> None:
    day.app.answers["/billing"] = {"text": "Nothing more is due <script>alert(1)</script>"}
    await console.get_by_label("Message #billing-downtown").fill("/bil")
    await expect(console.get_by_text("[ageing | find | help]")).to_be_visible()
    await console.keyboard.press("Tab")
    await console.keyboard.type("ageing")
    await console.keyboard.press("Enter")
    await expect(console.get_by_text("Nothing more is due")).to_be_visible()
    await expect(console.get_by_text("Only visible to you").last).to_be_visible()
    assert day.app.heard[-1]["text"] == "ageing"


async def test_an_app_that_fails_is_told_to_the_person(console: Page, day: Day) -> None:
    day.app.answers["block_actions"] = 500
    await console.get_by_role("button", name="Pause").click()
    await expect(console.get_by_role("alert")).to_contain_text("the app answered 500")


async def test_one_becomes_someone_else_and_sees_what_they_see(console: Page, day: Day) -> None:
    await console.get_by_label("You are").select_option("Omar Haddad · viewer")
    await expect(console.get_by_text("looks, and changes nothing")).to_be_visible()
    await expect(console.get_by_role("button", name="billing-harbor")).to_have_count(0)
    await expect(console.get_by_text("Only visible to you")).to_have_count(0)
    await console.get_by_label("You are").select_option("Priya Nair")
    await expect(console.get_by_text("You are in no channel yet.")).to_be_visible()


async def test_home_shows_what_was_published_and_its_buttons_work(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Duesday").click()
    await expect(console.get_by_role("region", name="App Home")).to_contain_text("3 sets need you")
    async with console.expect_response("**/console/act"):
        await console.get_by_role("button", name="Send all due").click()
    assert day.app.of("app_home_opened")
    assert day.app.of("block_actions")[0]["container"]["type"] == "view"


async def test_a_patient_answers_on_the_phone_and_stop_is_seen(console: Page, day: Day) -> None:
    phone = console.get_by_role("region", name="Phone of Ana Pereira")
    await expect(phone.get_by_text("Never arrived · 30003")).to_be_visible()
    await phone.get_by_label("Text back").fill("Thank you")
    await phone.get_by_label("Text back").press("Enter")
    await expect(phone.locator(".bubble.mine").last).to_contain_text("Thank you")
    await phone.get_by_role("button", name="STOP").click()
    await expect(phone.get_by_text("Opted out", exact=True)).to_be_visible()
    assert day.world.phones[ANA].opted_out


async def test_a_mail_is_read_without_its_scripts_and_its_attachment_opened(console: Page, day: Day) -> None:
    await console.get_by_role("tab", name="Mail").click()
    await console.get_by_role("button", name="Your invoice INV-1042").click()
    await expect(console.frame_locator("iframe").get_by_role("heading")).to_have_text("Your invoice")
    assert await console.title() == "Riverside Billing — Sandbox"
    link = await console.get_by_role("link", name="INV-1042.pdf").get_attribute("href")
    answer = await console.request.get(f"{day.world.url}{link}")
    assert (await answer.body()).startswith(b"%PDF")


async def test_the_clock_moves_by_an_hour_a_day_and_to_what_is_due(console: Page, day: Day) -> None:
    before = day.world.clock.now()
    for name in ("+1 hour", "+1 day"):
        async with console.expect_response("**/console/clock"):
            await console.get_by_role("button", name=name).click()
        await expect(console.get_by_role("button", name=name)).to_be_enabled()
    assert 25 * 3600 <= (day.world.clock.now() - before).total_seconds() < 25 * 3600 + 60
    await expect(console.locator(".face")).to_contain_text("Nov 21")
    await console.get_by_role("button", name="Next due").click()
    await expect(console.get_by_text("Nothing is due")).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1280, 1600])
async def test_nothing_sticks_out_of_the_page_at_any_width(console: Page, width: int) -> None:
    await console.set_viewport_size({"width": width, "height": 844})
    out = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await console.evaluate(out) == 0
    if width < 900:
        await console.get_by_role("button", name="Patients").click()
        await expect(console.get_by_role("complementary", name="Patients")).to_be_visible()
        await console.get_by_role("button", name="Slack").click()
        await console.get_by_role("button", name="Channels").click()
        await console.get_by_role("button", name="billing-harbor").click()
        await expect(console.get_by_text("It’s quiet here")).to_be_visible()


async def test_everything_that_can_be_used_has_a_name(console: Page) -> None:
    await console.get_by_role("button", name="3 replies").click()
    await console.get_by_role("button", name="Write off").first.click()
    await expect(console.get_by_role("dialog")).to_be_visible()
    tree = await console.locator("body").aria_snapshot()
    nameless = re.findall(
        r"^\s*- (?:button|link|textbox|combobox|checkbox|radio|tab|img)(?:\s*\[[^\]]*\])*:?\s*$", tree, re.M
    )
    assert nameless == []
