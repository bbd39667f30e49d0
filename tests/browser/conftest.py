"""The demo as a newcomer meets it: a process of its own, with its books filled, and a page open on it."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.support.source import ROOT

PATIENCE = 60_000
"""Milliseconds for what a moved clock brings on a busy machine."""


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, filled_demo: Path) -> AsyncIterator[str]:
    """The address of its page."""
    shutil.copytree(filled_demo / "var", tmp_path / "var")
    port = int((filled_demo / "port").read_text())
    command = [sys.executable, "-m", "duesday", "demo", "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DUESDAY_CONFIG": str(ROOT / "app.yaml")}
    with (tmp_path / "demo.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    yield f"http://127.0.0.1:{port}/"
    started.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(started.wait(), 15) == 0, (tmp_path / "demo.log").read_text()


@pytest_asyncio.fixture(loop_scope="session")
async def morning(page: Page, demo: str) -> Page:
    """The page of the demo, once its morning is there."""
    await page.set_viewport_size({"width": 1600, "height": 900})
    for _ in range(200):
        try:
            await page.goto(demo)
            break
        except Exception:  # noqa: BLE001  # whatever a browser says of a port that nobody listens on yet
            await asyncio.sleep(0.1)
    await expect(page.get_by_text("Could not be reached").first).to_be_visible(timeout=PATIENCE)
    # The clock goes on from a quarter past, and a busy machine takes its time.
    clock = page.get_by_role("group", name="The sandbox’s clock")
    await expect(clock).to_contain_text(re.compile(r"10:[1-4]\d AM"), timeout=PATIENCE)
    return page
