"""How the console looks and behaves while things change: on any width and in both themes, by keyboard alone, for a
screen reader, without jumps, and when the sandbox is away.
"""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.console_day import ANA, BEN, Day, card
from tests.support.axe import BOTH, stumbles

pytestmark = pytest.mark.browser

LANDMARKS = (".top", ".side", ".pane-head", ".composer", ".whom", ".device", ".troubles", ".just")
BOXES = """(names) => names.map((name) => {
  const {x, y, width, height} = document.querySelector(name).getBoundingClientRect();
  return [name, x, y, width, height].join(); })"""
FIRST = """() => {
  const node = document.querySelector('.messages .message');
  return `${node.dataset.key} at ${node.getBoundingClientRect().top}`; }"""
WATCH = """() => {
  window.shifted = [];
  const own = (source) => source.node?.parentElement?.closest('.bubbles, .few');  // where what comes pushes on what was
  const add = (list) => list.getEntries().forEach((each) => {
    window.shifted.push(...each.sources.filter((source) => !own(source)).map(({node}) => node?.className)); });
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: false}); }"""
HAS_RING = """() => {
  const node = document.activeElement, box = node.closest('.box, .multi');
  const ringed = box && getComputedStyle(box).boxShadow !== 'none';
  return ringed || getComputedStyle(node).outlineStyle !== 'none'; }"""
NAME = """() => {
  const node = document.activeElement;
  return node.getAttribute('aria-label') || node.labels?.[0]?.innerText || node.innerText.trim(); }"""


@pytest.mark.npm
@pytest.mark.parametrize("width", [390, 1280, 1600])
async def test_nobody_stumbles_over_it_at_any_width_in_any_theme(
    console: Page, album: Path, npm_packages: Path, width: int
) -> None:
    async def is_looked_at(what: str) -> None:
        assert await stumbles(console, npm_packages, BOTH if width == 1280 else BOTH[::-1]) == []
        await console.screenshot(path=album / f"{what}-{width}.png")

    await console.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
    await console.get_by_role("button", name="3 replies").click()
    await expect(console.get_by_role("region", name="Thread")).to_be_visible()
    await is_looked_at("console")
    if width == 390:
        await console.get_by_role("button", name="Patients").click()
    await console.get_by_role("tab", name="Mail").click()
    await console.get_by_role("button", name="Your invoice INV-1042").click()
    await expect(console.get_by_role("heading", name="Your invoice INV-1042")).to_be_visible()
    await is_looked_at("mail")
    await console.get_by_role("button", name="Faults").click()
    await expect(console.get_by_role("dialog", name="What goes wrong")).to_be_visible()
    await is_looked_at("faults")


async def test_what_arrives_moves_nothing_else(console: Page, day: Day) -> None:
    await console.emulate_media(reduced_motion="no-preference")
    await console.evaluate("() => document.querySelector('.messages').scrollTo(0, 0)")
    paused = card("Paused")
    before, reading = await console.evaluate(BOXES, LANDMARKS), await console.evaluate(FIRST)
    await console.evaluate(WATCH)
    await day.client.chat_postMessage(channel=day.room, text="One more")
    await day.client.chat_update(channel=day.room, ts=day.card, text="Paused · INV-1042", blocks=paused)
    day.world.phones.accept(to=ANA, body="Thank you.", sender="+12125550100")
    day.world.phones.accept(to=BEN, body="Thank you, too.", sender="+12125550100")
    await expect(console.locator(".bubble").filter(has_text="Thank you.")).to_be_visible()
    await expect(console.get_by_role("button", name="Something new for Benjamin Köhler")).to_be_visible()
    assert await console.evaluate(BOXES, LANDMARKS) == before
    assert await console.evaluate(FIRST) == reading
    assert await console.evaluate("() => window.shifted") == []


async def test_earlier_messages_are_put_in_above_and_the_place_stays(console: Page, day: Day) -> None:
    for number in range(90):
        await day.client.chat_postMessage(channel=day.room, text=f"Line {number}")
    log = console.get_by_role("log", name="Messages")
    await expect(log.get_by_text("Line 89")).to_be_visible(timeout=30_000)
    await expect(log.get_by_text("Line 20", exact=True)).to_have_count(0)
    await log.get_by_role("button", name="Earlier messages").focus()
    await console.keyboard.press("Enter")
    await expect(log.get_by_text("Line 20", exact=True)).to_be_attached()
    await expect(log.get_by_text("Line 50", exact=True)).to_be_visible()
    await log.evaluate("(node) => node.scrollTo(0, 0)")
    await expect(log.get_by_text("Line 0", exact=True)).to_be_attached()
    await expect(log.get_by_role("button", name="Earlier messages")).to_have_count(0)


async def test_everything_is_reached_by_keyboard_and_one_sees_where_one_is(console: Page) -> None:
    reached: list[str] = []
    for _ in range(80):
        await console.keyboard.press("Tab")
        if await console.evaluate("() => document.activeElement === document.body"):
            break  # once around
        name = await console.evaluate(NAME)
        assert await console.evaluate(HAS_RING), f"no ring around {name}"
        reached.append(" ".join(name.split()))
    for control in (
        "+1 hour", "Next due", "Play", "Faults", "You are", "Dark colours", "billing-harbor", "Duesday", "Messages",
        "Pause", "More actions", "Reply in thread", "Message #billing-downtown", "Send", "Phone", "Find a patient",
        "Texts", "STOP", "Text back", "Send text", "Texts reach this phone",
    ):  # fmt: skip
        assert any(control in name for name in reached), f"{control} is not among {reached}"


async def test_escape_closes_whatever_is_open(console: Page) -> None:
    for opener, shown in (
        (console.get_by_role("button", name="Faults"), console.get_by_role("dialog", name="What goes wrong")),
        (console.get_by_role("button", name="Collections"), console.get_by_role("dialog", name="Send to collections?")),
        (console.get_by_role("button", name="More actions"), console.get_by_role("menu")),
        (console.get_by_role("button", name="3 replies"), console.get_by_role("region", name="Thread")),
    ):
        await opener.click()
        await expect(shown).to_be_visible()
        await console.keyboard.press("Escape")
        await expect(shown).to_have_count(0)


async def test_a_patient_is_found_by_typing_and_written_to_by_hand(console: Page, day: Day) -> None:
    await console.get_by_role("combobox", name="Find a patient").click()
    await expect(console.get_by_role("option", name="Benjamin Köhler")).to_be_visible()
    await console.keyboard.type("nguyen")
    await expect(console.get_by_role("listbox", name="Find a patient").get_by_role("option")).to_have_count(1)
    await console.keyboard.press("Enter")
    phone = console.get_by_role("region", name="Phone of Nguyễn Thị Hồng")
    await expect(phone).to_contain_text("No texts yet. Write the first.")
    await phone.get_by_label("Text back").fill("Are you open?")
    await console.keyboard.press("Enter")
    await expect(phone.locator(".bubble.mine")).to_contain_text("Are you open?")
    await console.get_by_role("combobox", name="Find a patient").fill("zzz")
    await expect(console.get_by_text("Nothing is called that")).to_be_visible()
    await console.keyboard.press("Escape")
    await expect(console.get_by_role("combobox", name="Find a patient")).to_have_value("Nguyễn Thị Hồng")


async def test_what_happened_leads_to_where_it_is_seen(console: Page, day: Day) -> None:
    just = console.get_by_role("region", name="What just happened")
    await expect(just).to_contain_text("Nothing yet.")
    await console.get_by_role("navigation", name="Channels").get_by_role("button", name="front-desk").click()
    day.world.phones.accept(to=BEN, body="Your receipt", sender="+12125550100")
    await day.client.chat_postMessage(channel=day.room, text="Line in it", thread_ts=day.card)
    await just.get_by_role("button", name="Text to Benjamin Köhler").click()
    await expect(console.get_by_role("region", name="Phone of Benjamin Köhler")).to_be_visible()
    await just.get_by_role("button", name="Just happened").click()
    await just.get_by_role("list", name="Everything").get_by_role("button", name="Line in it").click()
    await expect(console.get_by_role("region", name="Thread")).to_contain_text("Line in it")
    await expect(just.get_by_role("list", name="Everything")).to_have_count(0)


async def test_troubles_are_switched_on_and_are_seen_to_be(console: Page, day: Day) -> None:
    await console.get_by_role("button", name="Faults").click()
    await console.get_by_label("Slack: One message per second in each channel").check()
    await console.keyboard.press("Escape")
    await expect(console.get_by_role("button", name="Faults")).to_contain_text("1")
    assert day.world.slack.rate_limits
    await console.get_by_text("Texts reach this phone").click()
    await console.get_by_label("It is switched off or out of reach").check()
    await expect(console.locator(".troubles summary")).to_contain_text("switched off")
    assert day.world.phones[ANA].fails_with == 30003


async def test_a_sandbox_that_is_away_is_said_and_found_again(console: Page, day: Day) -> None:
    away = console.get_by_role("alert").filter(has_text="does not answer")
    await console.context.set_offline(True)
    await day.client.chat_postMessage(channel=day.room, text="Said meanwhile")
    await expect(away).to_be_visible()
    await console.context.set_offline(False)
    await expect(away).to_have_count(0, timeout=15_000)
    await expect(console.get_by_text("Said meanwhile").last).to_be_visible()
