"""axe-core, run in a page: what a screen reader's or keyboard's user would stumble over."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

STUMBLES = ("serious", "critical")
RUN = """async (rules) => {
  const told = {iframes: false, preload: false, resultTypes: ["violations"], ...(rules && {runOnly: rules})};
  return (await axe.run(document, told)).violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, nodes: nodes.map((node) => node.html.slice(0, 160))})); }"""
COLOURS = ["color-contrast", "link-in-text-block"]

Theme = Literal["light", "dark"]
BOTH: tuple[Theme, ...] = ("light", "dark")
"""The last is the one in which a picture shows the page."""


async def stumbles(page: Page, npm_packages: Path, themes: Sequence[Theme] = ("light",)) -> list[str]:
    """What axe finds serious or worse, each with the first places where it is so. Colours are judged at rest.

    The page is looked at in every theme and left in the last. All but the colours is the same in each.
    """
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate((npm_packages / "axe-core/axe.min.js").read_text())
    found: list[str] = []
    for theme in themes:
        await page.emulate_media(color_scheme=theme)
        await page.evaluate("() => Promise.all(document.getAnimations().map((it) => it.finish?.() ?? it.finished))")
        found += [
            f"{each['id']} ({theme}): {each['help']}: {' … '.join(each['nodes'][:3])}"
            for each in await page.evaluate(RUN, None if theme == themes[0] else COLOURS)
            if each["impact"] in STUMBLES
        ]
    return found
