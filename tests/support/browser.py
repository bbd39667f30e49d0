"""A page of the system's Chromium, headless."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from tests.support.needs import chromium


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of a process. What is expected on its pages has the time that a busy machine takes."""
    expect.set_options(timeout=20_000)
    async with async_playwright() as driver:
        args = ["--force-color-profile=srgb", "--disable-gpu", "--in-process-gpu"]
        browser = await driver.chromium.launch(executable_path=chromium(), args=args)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def window(browser: Browser) -> Page:
    """One for all tests of a process, too: a process of its own for each costs as much as its test."""
    profile = await browser.new_context(locale="en-US")
    return await profile.new_page()


@pytest.fixture
async def page(window: Page) -> AsyncIterator[Page]:
    """A page without a past, on which nothing moves by itself. An error in the page's own script fails its test."""
    async with _without_errors(window):
        yield window
    await _forget(window)


@pytest.fixture
async def timed_page(browser: Browser) -> AsyncIterator[Page]:
    """One whose timers go by `page.clock`, so that nobody waits for them."""
    profile = await browser.new_context(locale="en-US")
    page = await profile.new_page()
    await page.clock.install()
    async with _without_errors(page):
        yield page
    await profile.close()


@asynccontextmanager
async def _without_errors(window: Page) -> AsyncIterator[None]:
    await window.set_viewport_size({"width": 1280, "height": 900})
    await window.emulate_media(color_scheme="light", reduced_motion="reduce")
    errors: list[Error] = []

    def note(error: Error) -> None:
        errors.append(error)

    window.on("pageerror", note)
    yield
    window.remove_listener("pageerror", note)
    assert not errors


async def _forget(window: Page) -> None:
    """What its test has left: other windows, a network off or held up, where the pointer is, what is stored."""
    profile = window.context
    for other in profile.pages:
        if other is not window:
            await other.close()
    await profile.set_offline(False)
    await window.unroute_all()
    chromium = await profile.new_cdp_session(window)
    where = {"origin": await window.evaluate("() => location.origin"), "storageTypes": "all"}
    await window.mouse.move(0, 0)
    await window.goto("about:blank")
    await chromium.send("Storage.clearDataForOrigin", where)
    await chromium.detach()
