"""The browser that other tests drive is a real one, and an error in a page does not go by unseen."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_page_runs_its_script(page: Page):
    await page.set_content("<button onclick=\"this.textContent = 'Paused'\">Pause</button>")
    await page.get_by_role("button", name="Pause").click()
    assert await page.get_by_role("button").text_content() == "Paused"
