"""Block Kit in the console, as Slack draws it and as people use it: messages, modals and their stacks, Home."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from tests.sandbox.console_day import MIA, Day, plain
from tests.sandbox.console_gallery import GROUPED, elements, form, layout
from tests.sandbox.slack_app import actions, asks, button, modal, section
from tests.support.axe import BOTH, stumbles

pytestmark = pytest.mark.browser

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


async def posted(console: Page, day: Day, blocks: list[dict[str, Any]], **more: Any) -> Locator:
    said = await day.client.chat_postMessage(channel=day.room, text="Gallery", blocks=blocks, **more)
    card = console.locator(f'.messages [data-key="m{said["ts"]}"]')
    await expect(card).to_be_visible()
    return card


async def opened(console: Page, day: Day, view: dict[str, Any]) -> Locator:
    """A modal, got as an app gets one: by a press."""

    async def open_it(payload: dict[str, Any]) -> web.Response:
        await day.client.views_open(trigger_id=payload["trigger_id"], view=view)
        return web.Response()

    day.app.answers["/billing"] = open_it
    await console.get_by_label("Message #billing-downtown").fill("/billing form")
    await console.keyboard.press("Enter")
    dialog = console.get_by_role("dialog", name=view["title"]["text"])
    await expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.npm
async def test_all_there_is_to_read_is_drawn(
    console: Page, day: Day, album: Path, npm_packages: Path, width: int
) -> None:
    await console.set_viewport_size({"width": width, "height": 1500})
    card = await posted(console, day, layout(f"{day.world.url}/console/assets/icon.svg"))
    await expect(card.locator(".unknown")).to_have_count(0)
    await expect(card.get_by_role("heading", name="Everything there is to read")).to_be_visible()
    await expect(card.locator("time").filter(has_text="Nov 22, 2026 at 6:00 PM")).to_be_visible()
    await expect(card.locator("blockquote")).to_have_count(2)
    await expect(card.locator("pre")).to_have_count(2)
    await expect(card.get_by_role("link", name="our site")).to_have_attribute("href", "https://riverside.test")
    await expect(card.get_by_role("columnheader")).to_have_text(["Payer", "Over 90"])
    await expect(card.get_by_role("img", name="The sandbox’s sign")).to_have_count(3)
    assert await stumbles(console, npm_packages, BOTH if width == 1280 else BOTH[::-1]) == []
    await card.screenshot(path=album / f"blocks-{width}.png")


@pytest.mark.npm
async def test_all_there_is_to_press_is_drawn_and_works(
    console: Page, day: Day, album: Path, npm_packages: Path
) -> None:
    card = await posted(console, day, elements())
    await expect(card.locator(".unknown")).to_have_count(0)
    await card.get_by_label("Choose whom").select_option("M. N. · INV-1077")
    await expect(card.locator("optgroup")).to_have_count(2)
    await card.get_by_label("By mail").check()
    await card.get_by_role("combobox", name="Choose several").click()
    offered = console.get_by_role("listbox", name="Choose several")
    await offered.get_by_role("option", name="B. K. · INV-1019").click()
    await offered.get_by_role("option", name="M. N. · INV-1077").click()
    await console.keyboard.press("Escape")
    await expect(card.locator(".token")).to_have_text(["B. K. · INV-1019", "M. N. · INV-1077"])
    async with console.expect_response(lambda answer: (answer.request.post_data_json or {}).get("value") == ["f1"]):
        await card.get_by_role("button", name="Remove B. K.").click()
    await expect(card.locator(".token")).to_have_text(["M. N. · INV-1077"])
    assert await stumbles(console, npm_packages) == []
    await console.screenshot(path=album / "elements.png")
    said = [each["actions"][0] for each in day.app.of("block_actions")]
    assert said[0]["selected_option"]["value"] == "f1"
    assert [each["value"] for each in said[1]["selected_options"]] == ["email"]
    assert [[each["value"] for each in each["selected_options"]] for each in said[2:]] == [["a2"], ["a2", "f1"], ["f1"]]


@pytest.mark.npm
async def test_a_form_is_filled_by_keyboard_and_sends_what_it_shows(
    console: Page, day: Day, album: Path, npm_packages: Path
) -> None:
    day.app.answers["block_suggestion"] = {"option_groups": GROUPED}
    day.app.answers["view_submission"] = {"response_action": "clear"}
    dialog = await opened(console, day, form())
    await expect(dialog.locator(".unknown")).to_have_count(0)
    await expect(dialog.get_by_label("Amount")).to_be_focused()
    await console.keyboard.type("12.50")
    await console.keyboard.press("Tab")
    await console.keyboard.type("Two words")
    await dialog.get_by_label("Rules").select_option("Gentle follow-up")
    await dialog.get_by_role("combobox", name="Bill", exact=True).focus()
    await expect(dialog.get_by_role("option", name="B. K. · INV-1019").first).to_be_visible()
    await expect(dialog.get_by_role("listbox", name="Bill", exact=True)).to_contain_text("Families")
    await console.keyboard.press("ArrowDown")
    await console.keyboard.press("Enter")
    await expect(dialog.get_by_role("combobox", name="Bill", exact=True)).to_have_value("B. K. · INV-1019")
    await dialog.get_by_role("combobox", name="Bills").focus()
    await console.keyboard.type("M. N.")
    await expect(dialog.get_by_role("option", name="M. N. · INV-1077")).to_be_visible()
    await console.keyboard.press("Enter")
    await expect(dialog.locator(".token")).to_have_text("M. N. · INV-1077")
    await console.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("Day").fill("2026-12-01")
    await dialog.get_by_label("Moment").fill("2026-12-01T09:30")
    await dialog.get_by_label("Mail (optional)").fill("no address")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Please complete this required field.")).to_be_visible()
    await expect(dialog.get_by_text("Please enter a valid email address.")).to_be_visible()
    assert await stumbles(console, npm_packages) == []
    await console.screenshot(path=album / "form-errors.png")
    await dialog.get_by_label("Mail (optional)").fill("ana@mail.test")
    await dialog.get_by_label("Text").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    values = day.app.of("view_submission")[-1]["view"]["state"]["values"]
    assert values["amount"]["it"]["value"] == "12.50"
    assert values["bill"]["it"]["selected_option"]["value"] == "a2"
    assert [each["value"] for each in values["bills"]["it"]["selected_options"]] == ["f1"]
    assert values["moment"]["it"]["selected_date_time"] == 1796117400
    assert values["by"]["it"]["selected_option"]["value"] == "sms"


async def test_modals_are_stacked_changed_and_closed(console: Page, day: Day) -> None:
    first = modal(asks("Words", {"type": "plain_text_input"}), title="Reply to patient", close=plain("Cancel"))
    second = modal(section("> Will do"), title="Send this text?", close=plain("Not now"))
    dialog = await opened(console, day, first)
    day.app.answers["view_submission"] = {"response_action": "push", "view": second}
    await dialog.get_by_label("Words").fill("Will do")
    await console.keyboard.press("Enter")
    preview = console.get_by_role("dialog", name="Send this text?")
    await expect(preview.locator("blockquote")).to_have_text("Will do")
    await preview.get_by_role("button", name="Back").click()
    await expect(dialog.get_by_label("Words")).to_have_value("Will do")
    day.app.answers["view_submission"] = {"response_action": "update", "view": {**second, "title": plain("Changed")}}
    await dialog.get_by_role("button", name="Save").click()
    await expect(console.get_by_role("dialog", name="Changed")).to_be_visible()
    await console.keyboard.press("Escape")
    await expect(console.get_by_role("dialog")).to_have_count(0)
    assert day.world.slack.modals(MIA) == []


async def test_a_slash_offers_the_commands_and_then_their_words(console: Page, day: Day) -> None:
    field = console.get_by_label("Message #billing-downtown")
    await field.fill("/")
    await expect(console.get_by_role("option", name="/billing [ageing | find | help]")).to_be_visible()
    await console.keyboard.press("Tab")
    offered = console.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(offered).to_have_text(["/billing ageing", "/billing find", "/billing help"])
    await console.keyboard.press("ArrowDown")
    await console.keyboard.press("Tab")
    await expect(field).to_have_value("/billing find")
    async with console.expect_response("**/console/command"):  # the field is empty before the app has heard
        await console.keyboard.press("Enter")
    await expect(field).to_have_value("")
    assert day.app.heard[-1]["text"] == "find"


async def test_files_and_pictures_are_shown_where_they_are_shared(console: Page, day: Day, album: Path) -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    for name, content in (("packet.pdf", b"%PDF-1.7 x"), ("ageing.png", PIXEL), ("drawing.svg", picture)):
        await day.client.files_upload_v2(channel=day.room, filename=name, content=content, title=f"The {name}")
    log = console.get_by_role("log", name="Messages")
    await expect(log.get_by_role("link", name="The packet.pdf")).to_be_visible()
    await expect(log.get_by_role("img", name="The ageing.png")).to_be_visible()
    await expect(log.get_by_role("link", name="The drawing.svg")).to_be_visible()
    await expect(log.get_by_role("img", name="The drawing.svg")).to_have_count(0)


async def test_a_reply_sent_to_the_channel_too_leads_to_its_thread(console: Page, day: Day) -> None:
    await day.client.chat_postMessage(channel=day.room, text="All agreed", thread_ts=day.card, reply_broadcast=True)
    await console.get_by_role("button", name="replied to a thread").click()
    thread = console.get_by_role("region", name="Thread")
    await expect(thread.get_by_text("Also sent to the channel")).to_be_visible()
    await expect(thread.get_by_text("All agreed")).to_be_visible()


async def test_what_was_said_while_one_was_away_is_marked_as_new(console: Page, day: Day) -> None:
    rooms = console.get_by_role("navigation", name="Channels")
    await rooms.get_by_role("button", name="front-desk").click()
    await expect(console.get_by_text("It’s quiet here")).to_be_visible()
    await day.client.chat_postMessage(channel=day.room, text="While you were away")
    entry = rooms.get_by_role("button", name="billing-downtown")
    await expect(entry).to_contain_text("unread")
    await entry.click()
    log = console.get_by_role("log", name="Messages")
    await expect(log.get_by_role("separator").filter(has_text="New")).to_be_visible()
    await expect(entry).not_to_contain_text("unread")


async def test_home_is_drawn_and_its_choices_are_heard(console: Page, day: Day, album: Path) -> None:
    await console.get_by_role("button", name="Duesday").click()
    home = console.get_by_role("region", name="App Home")
    async with console.expect_response("**/console/act"):
        await home.get_by_label("Location").select_option("Harbor")
    assert day.app.of("block_actions")[-1]["actions"][0]["selected_option"]["value"] == "harbor"
    await console.screenshot(path=album / "home.png")


async def test_what_the_console_cannot_draw_is_said(console: Page, day: Day) -> None:
    dialog = await opened(console, day, modal(asks("File", {"type": "file_input"}, optional=True), title="A file"))
    await expect(dialog.get_by_text("The console doesn’t draw file_input yet.")).to_be_visible()


async def test_a_button_in_a_thread_is_pressed_where_it_stands(console: Page, day: Day) -> None:
    await posted(console, day, [section("A card"), actions(button("Pause", "pause"))])
    answer = [section("A *reply*"), actions(button("Answer it", "answer"))]
    await day.client.chat_postMessage(channel=day.room, thread_ts=day.card, text="Answer", blocks=answer)
    await console.get_by_role("button", name="4 replies").click()
    async with console.expect_response("**/console/press"):
        await console.get_by_role("region", name="Thread").get_by_role("button", name="Answer it").click()
    assert day.app.of("block_actions")[-1]["container"]["thread_ts"] == day.card
