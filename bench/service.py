"""Our service as it is started by anybody, `duesday serve`, with every door set up and nobody behind any."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import aiohttp

from bench.children import ROOT, surroundings
from tests.support.postgres import free_port

SLACK_SECRET = "bench-slack-signing-secret"
STRIPE_SECRET = "whsec_bench"
NOWHERE = "http://127.0.0.1:9"
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Service:
    port: int
    pid: int
    ready_after: float
    """Seconds from its start to the first 200 of /readyz."""

    def megabytes(self) -> float:
        """Resident: itself and its children, pages that they share counted for each."""
        return sum(_resident(pid) for pid in _family(self.pid)) / 1024


@asynccontextmanager
async def serving(database_url: str, *options: str) -> AsyncIterator[Service]:
    port = free_port()
    started = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "duesday", "serve", "--port", str(port), *options,
        cwd=ROOT, env=surroundings(environment(database_url)), stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _ready(port, process)
        yield Service(port, process.pid, perf_counter() - started)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def environment(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "DUESDAY_CONFIG": str(ROOT / "app.yaml"),
        "PUBLIC_URL": "https://billing.example.com",
        "SECRET_KEY": "a-key-of-the-bench-and-of-nobody-else",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SLACK_SECRET,
        "SLACK_API_URL": NOWHERE,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "bench",
        "TWILIO_API_URL": NOWHERE,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "STRIPE_API_KEY": "sk_test_bench",
        "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
        "STRIPE_API_URL": NOWHERE,
    }


async def _ready(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while process.returncode is None:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.005)
    raise RuntimeError(f"`duesday serve` ended with {process.returncode} before it was ready")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _resident(pid: int) -> int:
    """In kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
