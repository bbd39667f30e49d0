"""A page of the system's Chromium, headless."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from tests.support.needs import chromium


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page without a past, for tests marked `browser`. An error in the page's own script fails its test."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=["--force-color-profile=srgb"])
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        await browser.close()
        assert not errors
