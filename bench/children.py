"""The processes of a side: each says in one line of JSON that it is ready, and is gone when its side is closed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Child:
    process: asyncio.subprocess.Process
    ready: dict[str, Any]

    async def round(self) -> float:
        """Have it do one, and hear the figure."""
        return float((await self.tell())["figure"])

    async def tell(self) -> dict[str, Any]:
        """Have it do one, and hear everything it says of it."""
        assert self.process.stdin
        self.process.stdin.write(b"\n")
        return await _line(self.process)


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment with nothing of whoever started the bench in it but what every program needs."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | dict(environment)


@asynccontextmanager
async def child(*command: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    """`python -m command …` in the repository."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        cwd=ROOT,
        env=surroundings(environment or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Child(process, await _line(process))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    if not line:
        raise RuntimeError(f"a side ended before it was ready (exit {await process.wait()}); what it said is above")
    return dict(json.loads(line))
