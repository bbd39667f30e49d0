"""axe-core, run in a page: what a screen reader's or keyboard's user would stumble over."""

from pathlib import Path

from playwright.async_api import Page

STUMBLES = ("serious", "critical")
RUN = """async () => (await axe.run(document, {iframes: false, resultTypes: ["violations"]})).violations
  .map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map((node) => node.html.slice(0, 160))}))"""


async def stumbles(page: Page, npm_packages: Path) -> list[str]:
    """What axe finds serious or worse, each with the first places where it is so. Colours are judged at rest."""
    await page.evaluate("() => Promise.all(document.getAnimations().map((each) => each.finish?.() ?? each.finished))")
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate((npm_packages / "axe-core/axe.min.js").read_text())
    found = await page.evaluate(RUN)
    return [
        f"{each['id']}: {each['help']}: {' … '.join(each['nodes'][:3])}" for each in found if each["impact"] in STUMBLES
    ]
