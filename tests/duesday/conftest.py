"""A folder of one's own to type commands in, and processes that are started as a person starts them."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from duesday.cli import main
from models import database
from tests.support.nursery import Typed
from tests.support.postgres import ADDRESS as POSTGRES
from tests.support.source import ROOT

OURS = ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "SLACK_", "TWILIO_", "SMTP_", "STRIPE_", "SENDGRID_", "DUESDAY_")
SERVABLE = {"PUBLIC_URL": "http://127.0.0.1:9", "SECRET_KEY": "tests-need-a-key-of-32-characters"}


class Said(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nothing is set up but app.yaml."""
    for name in [name for name in os.environ if name.startswith(OURS) and name != POSTGRES]:
        monkeypatch.delenv(name)
    shutil.copy(ROOT / "app.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def books(folder: Path, migrated_file: Path) -> Path:
    """The default database, with every table and no rows."""
    (folder / "var").mkdir()
    return shutil.copy(migrated_file, folder / "var" / "duesday.db")


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in this process."""

    def typed(*words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(words)
        return Said(int(str(ended.value.code)), *capsys.readouterr())

    return typed


def in_books(work: Any, url: str = "sqlite://var/duesday.db") -> Any:
    async def with_books() -> Any:
        await database.connect(url)
        try:
            return await work
        finally:
            await database.close()

    return asyncio.run(with_books())


@contextmanager
def started(*words: str, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process group of its own, as from a terminal; killed if the test leaves it running."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "duesday", *words],
            env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


@contextmanager
def forked(*words: str, log: Path, **environment: str) -> Iterator[Typed]:
    """The same without the two seconds that loading takes: for what is not about starting."""
    log.write_bytes(b"")
    process = Typed(words, os.environ | environment, log)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def answer(url: str, process: subprocess.Popen[bytes] | Typed, log: Path, *, patience: float = 30) -> bytes:
    """What the address answers as soon as anybody does."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        try:
            with urllib.request.urlopen(url, timeout=patience) as page:
                return bytes(page.read())
        except urllib.error.URLError:
            try:
                raise AssertionError(f"it ended with {process.wait(0.02)}: {log.read_text()}")
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(f"nobody answered within {patience} s: {log.read_text()}")
