"""The demo as a newcomer meets it: a process of its own, with its books filled, and a page open on it."""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.source import ROOT

PATIENCE = 60_000
"""Milliseconds for what a moved clock brings on a busy machine."""


@pytest.fixture
def port(filled_demo: Path) -> Iterator[int]:
    """The one that the demo's links lead to: it is one worker's at a time."""
    with (filled_demo / "port").open() as said:
        flock(said, LOCK_EX)
        yield int(said.read())


@pytest.fixture
async def demo(tmp_path: Path, filled_demo: Path, port: int) -> AsyncIterator[str]:
    """The address of its page."""
    shutil.copytree(filled_demo / "var", tmp_path / "var")
    command = [sys.executable, "-m", "duesday", "demo", "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DUESDAY_CONFIG": str(ROOT / "app.yaml")}
    with (tmp_path / "demo.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    while not await _listens(port):
        assert not await _ends(started, within=0.1), (tmp_path / "demo.log").read_text()
    yield f"http://127.0.0.1:{port}/"
    started.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(started.wait(), 15) == 0, (tmp_path / "demo.log").read_text()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _ends(process: Process, *, within: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), within)
    return process.returncode is not None


@pytest.fixture
async def morning(page: Page, demo: str) -> Page:
    """The page of the demo, once its morning is there."""
    await page.set_viewport_size({"width": 1600, "height": 900})
    await page.goto(demo)
    await expect(page.get_by_text("Could not be reached").first).to_be_visible(timeout=PATIENCE)
    # The clock goes on from a quarter past, and a busy machine takes its time.
    clock = page.get_by_role("group", name="The sandbox’s clock")
    await expect(clock).to_contain_text(re.compile(r"10:[1-4]\d AM"), timeout=PATIENCE)
    return page
