"""A page of the system's Chromium, headless."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.support.needs import chromium

in_a_browser = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
"""The marks of tests that want a `page`. They share one loop with their browser, which costs more to reach than to
use; so do their own fixtures: `@pytest_asyncio.fixture(loop_scope="session")`."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of a process; each has a profile of its own in it."""
    async with async_playwright() as driver:
        args = ["--force-color-profile=srgb", "--disable-gpu"]
        browser = await driver.chromium.launch(executable_path=chromium(), args=args)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page without a past. An error in the page's own script fails its test."""
    profile = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = await profile.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await profile.close()
    assert not errors
