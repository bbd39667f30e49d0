"""A newcomer's first minutes in the demo, in a real browser: press, answer, pay, ask, move the clock.

The pictures it takes are kept as the test's output; with DUESDAY_PICTURES=docs/pictures they become the README's.
"""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.support.axe import stumbles

pytestmark = pytest.mark.browser

LAYLA, ANNA = "INV-1399", "INV-1404"
"""The bills of two of the scenes: of who has written, and of who is late since yesterday."""


def card(page: Page, words: str) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("article").filter(has_text=words).last


@pytest.mark.npm
async def test_a_billing_morning_can_be_worked_in_the_demo(morning: Page, album: Path, npm_packages: Path) -> None:
    page = morning
    await page.get_by_role("button", name="Not now").click()
    await page.screenshot(path=album / "morning.png")

    await card(page, ANNA).get_by_role("button", name="Pause").click()
    await expect(card(page, ANNA)).to_contain_text("Paused · ")
    await card(page, ANNA).get_by_role("button", name="Resume").click()
    await expect(card(page, ANNA)).to_contain_text("Overdue · ")

    await card(page, LAYLA).get_by_role("button", name=re.compile("replies")).click()
    await page.get_by_role("log", name="Replies").get_by_role("button", name="Reply to patient").click()
    await page.get_by_label("Your words").fill("Yes, that is all right. Thank you for telling us.")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("heading", name="Send this text?")).to_be_visible()
    await page.screenshot(path=album / "preview.png")
    await page.get_by_role("button", name="Send", exact=True).last.click()
    texts = page.get_by_role("log", name="Texts")
    await expect(texts).to_contain_text("Yes, that is all right. Thank you for telling us.", timeout=PATIENCE)
    await at_rest(page)
    await page.screenshot(path=album / "demo.png")
    await a_patient_pays(page, album, npm_packages)
    await staff_asks_how_old_balances_are(page, album)
    await a_viewer_may_look_only(page)
    await the_clock_moves(page)


async def at_rest(page: Page) -> None:
    """What is new is marked for a moment; pictures are taken after it."""
    await expect(page.locator("[data-fresh]")).to_have_count(0)


async def a_patient_pays(page: Page, album: Path, npm_packages: Path) -> None:
    link = await page.get_by_role("log", name="Texts").get_by_role("link").first.get_attribute("href")
    assert link
    assert page.context.browser
    patient = await page.context.browser.new_page(viewport={"width": 390, "height": 844})
    await patient.goto(link)
    await patient.screenshot(path=album / "patient.png")
    assert await stumbles(patient, npm_packages) == []
    await patient.get_by_role("button", name=re.compile("^Pay ")).first.click()
    assert await stumbles(patient, npm_packages) == []
    await patient.screenshot(path=album / "pay.png")
    await patient.get_by_label("Card number").fill("4242 4242 4242 4242")
    await patient.get_by_role("button", name=re.compile("^Pay")).first.click()
    await expect(patient.get_by_role("heading", name="Thank you")).to_be_visible()
    assert await stumbles(patient, npm_packages) == []
    await patient.close()
    await expect(card(page, LAYLA)).to_contain_text("Paid · ")


async def staff_asks_how_old_balances_are(page: Page, album: Path) -> None:
    await page.get_by_role("button", name="Close the thread").click()
    await page.get_by_label("Message #billing-downtown").fill("/billing ageing")
    await page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Table").last
    await expect(table).to_contain_text("Total")
    await table.get_by_role("row").first.scroll_into_view_if_needed()
    await at_rest(page)
    await page.screenshot(path=album / "ageing.png")


async def a_viewer_may_look_only(page: Page) -> None:
    await page.get_by_label("You are").select_option("Priya Nair · viewer")
    await card(page, ANNA).get_by_role("button", name="Pause").click()
    refusal = page.get_by_role("article").filter(has_text="Only visible to you").last
    await expect(refusal).to_contain_text("biller", timeout=PATIENCE)
    await page.get_by_label("You are").select_option("Dana Whitfield · biller")


async def the_clock_moves(page: Page) -> None:
    clock = page.get_by_role("group", name="The sandbox’s clock")
    for _ in range(2):
        await page.get_by_role("button", name="+1 day").click()
        await expect(clock).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE)
    await expect(clock).to_contain_text("Thu")
    await expect(card(page, ANNA)).to_contain_text("step 2 of 6", timeout=PATIENCE)
