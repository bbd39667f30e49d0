"""A page of the system's Chromium, headless."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page, async_playwright

from tests.support.beside import Beside
from tests.support.needs import chromium
from tests.support.postgres import free_port


@pytest.fixture(scope="session")
def browser_address() -> Iterator[str]:
    """One browser for all tests of a process; each has a profile of its own in it."""
    port = free_port()
    args = ["--force-color-profile=srgb", f"--remote-debugging-port={port}"]
    with Beside() as beside:
        driver = beside.run(async_playwright().start())
        browser = beside.run(driver.chromium.launch(executable_path=chromium(), args=args))
        yield f"http://127.0.0.1:{port}"
        beside.run(browser.close())
        beside.run(driver.stop())


@pytest.fixture
async def page(browser_address: str) -> AsyncIterator[Page]:
    """A page without a past, for tests marked `browser`. An error in the page's own script fails its test."""
    async with async_playwright() as driver:
        browser = await driver.chromium.connect_over_cdp(browser_address)
        profile = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        page = await profile.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        await profile.close()
        assert not errors
