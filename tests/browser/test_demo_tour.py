"""A newcomer follows the demo's tour and nothing but its words: press what is bold, write what is set like code."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.browser

SCENES = 4


class Newcomer:
    def __init__(self, page: Page) -> None:
        self.page, self.window = page, page
        """The page of the demo, and whichever window was opened last."""
        self.tour = page.get_by_role("region", name="Guided tour")
        self.over = page.get_by_role("button", name="Tour", exact=True)
        self.clock = page.get_by_role("group", name="The sandbox’s clock")

    async def begin(self) -> None:
        await self.page.get_by_role("button", name="Begin the tour").click()
        await expect(self.tour).to_be_visible()

    async def follow_a_step(self) -> None:
        before, next_ = await self._where(), self.tour.get_by_role("button", name=re.compile("^(Next|Finish)"))
        goes_on_by_itself = "primary" not in (await next_.get_attribute("class") or "")
        for word in await self.tour.locator(".act strong, .act code").all():
            words = await word.inner_text()
            tag = await word.evaluate("(node) => node.tagName")
            await (self._write(words) if tag == "CODE" else self._press(words))
        if self.window is not self.page:
            await expect(self.window.get_by_role("heading", name="Thank you")).to_be_visible(timeout=PATIENCE)
            await self.window.close()
            self.window = self.page
        await expect(self.clock).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE)
        if not goes_on_by_itself:
            await next_.click()
        await self._leaves(before)

    async def _where(self) -> str:
        return await self.tour.locator(".act").inner_text()

    async def _leaves(self, before: str) -> None:
        """The next step is there, or the tour is over."""
        next_step = self.tour.locator(".act").filter(has_not_text=before)
        await expect(next_step.or_(self.over)).to_be_visible(timeout=PATIENCE)

    async def _write(self, words: str) -> None:
        """In the form, or in the field that is pointed at: whichever is there, or will be in a moment."""
        in_the_form = self.page.get_by_role("dialog").get_by_role("textbox")
        await in_the_form.or_(self.page.locator("input[data-spot], textarea[data-spot]")).first.fill(words)

    async def _press(self, words: str) -> None:
        found = self._meant(words)
        if words != "link":
            await found.click()
            return
        async with self.page.context.expect_page() as opened:
            await found.click()
        self.window = await opened.value

    def _meant(self, words: str) -> Locator:
        """What bears that name where the tour points, in the form it points into, or on top of the page."""
        if words == "link":
            return self.page.locator("a[data-spot]")
        name = re.compile(rf"^{re.escape(words)}|{re.escape(words)}$")
        if self.window is not self.page:
            return self.window.get_by_role("button", name=name).first
        spot = self.page.locator("[data-spot]")
        pointed_at = spot.and_(self.page.get_by_role("button", name=words))
        form, dialog, menu = self.page.locator("form", has=spot), *map(self.page.get_by_role, ("dialog", "menu"))
        around = form.or_(dialog).get_by_role("button", name=name).or_(menu.get_by_role("menuitem", name=name))
        return pointed_at.or_(around).first


async def test_a_newcomer_gets_through_every_scene_by_its_words(morning: Page, album: Path) -> None:
    newcomer = Newcomer(morning)
    await newcomer.begin()
    titles: list[str] = []
    while not await newcomer.over.is_visible():
        title = await newcomer.tour.get_by_role("heading").inner_text()
        if title not in titles:
            titles.append(title)
            await morning.screenshot(path=album / f"tour-{len(titles)}.png")
        await newcomer.follow_a_step()
    assert len(titles) == SCENES


async def test_the_tour_is_where_it_was_when_one_comes_back(morning: Page) -> None:
    tour = morning.get_by_role("region", name="Guided tour")
    await morning.get_by_role("button", name="Begin the tour").click()
    await tour.get_by_role("button", name="Next").click()
    await expect(tour).to_contain_text("More actions")
    await morning.reload()
    await expect(tour).to_contain_text("More actions")
    await tour.get_by_role("button", name="Leave the tour").click()
    await expect(tour).to_have_count(0)
    await morning.get_by_role("button", name="Tour", exact=True).click()
    await expect(tour).to_contain_text("More actions")
