"""A newcomer's first minutes in the demo, in a real browser: press, answer, pay, ask, move the clock.

The pictures it takes are kept as the test's output; with DUESDAY_PICTURES=docs/pictures they become the README's.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.support.browser import in_a_browser
from tests.support.source import ROOT

pytestmark = in_a_browser

PATIENCE = 60_000
"""Milliseconds for what a moved clock brings on a busy machine."""
LAYLA, ANNA = "INV-1399", "INV-1404"
"""The bills of two of the scenes: of who has written, and of who is late since yesterday."""


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, filled_demo: Path) -> AsyncIterator[str]:
    """The demo as a process of its own, with its filled books in a folder of its own."""
    shutil.copytree(filled_demo / "var", tmp_path / "var")
    port = int((filled_demo / "port").read_text())
    command = [sys.executable, "-m", "duesday", "demo", "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DUESDAY_CONFIG": str(ROOT / "app.yaml")}
    with (tmp_path / "demo.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    yield f"http://127.0.0.1:{port}/"
    started.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(started.wait(), 15) == 0, (tmp_path / "demo.log").read_text()


@pytest.fixture
def album(tmp_path: Path) -> Path:
    chosen = os.environ.get("DUESDAY_PICTURES")
    folder = ROOT / chosen if chosen else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def card(page: Page, words: str) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("article").filter(has_text=words).last


async def arrive(page: Page, address: str) -> None:
    await page.set_viewport_size({"width": 1600, "height": 900})
    for _ in range(200):
        try:
            await page.goto(address)
            break
        except Exception:  # noqa: BLE001  # whatever a browser says of a port that nobody listens on yet
            await asyncio.sleep(0.1)
    await page.get_by_label("You are").select_option(label="Dana Whitfield (biller)")
    await expect(page.get_by_text("Could not be reached").first).to_be_visible(timeout=PATIENCE)
    # The clock goes on from a quarter past, and a busy machine takes its time.
    clock = page.get_by_role("group", name="The sandbox’s clock")
    await expect(clock).to_contain_text(re.compile(r"10:[1-4]\d AM"), timeout=PATIENCE)


async def test_a_billing_morning_can_be_worked_in_the_demo(page: Page, demo: str, album: Path) -> None:
    await arrive(page, demo)
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
    await page.screenshot(path=album / "demo.png")
    await a_patient_pays(page, album)
    await staff_asks_how_old_balances_are(page, album)
    await the_clock_moves(page)


async def a_patient_pays(page: Page, album: Path) -> None:
    link = await page.get_by_role("log", name="Texts").get_by_role("link").first.get_attribute("href")
    assert link
    assert page.context.browser
    patient = await page.context.browser.new_page(viewport={"width": 390, "height": 844})
    await patient.goto(link)
    await patient.screenshot(path=album / "patient.png")
    await patient.get_by_role("button", name=re.compile("^Pay ")).first.click()
    await patient.get_by_label("Card number").fill("4242 4242 4242 4242")
    await patient.get_by_role("button", name=re.compile("^Pay")).first.click()
    await expect(patient.get_by_role("heading", name="Thank you")).to_be_visible()
    await expect(card(page, LAYLA)).to_contain_text("Paid · ")


async def staff_asks_how_old_balances_are(page: Page, album: Path) -> None:
    await page.get_by_role("button", name="Close the thread").click()
    await page.get_by_label("Message #billing-downtown").fill("/billing ageing")
    await page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Table").last
    await expect(table).to_contain_text("Total")
    await table.get_by_role("row").first.scroll_into_view_if_needed()
    await page.screenshot(path=album / "ageing.png")


async def the_clock_moves(page: Page) -> None:
    clock = page.get_by_role("group", name="The sandbox’s clock")
    for _ in range(2):
        await page.get_by_role("button", name="+1 day").click()
        await expect(clock).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE)
    await expect(clock).to_contain_text("Thu")
    await expect(card(page, ANNA)).to_contain_text("step 2 of 6", timeout=PATIENCE)
