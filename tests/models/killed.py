"""A program that is killed in the middle of its work, and what it had said was done."""

import asyncio
import random
import sys

chance = random.Random(8)


async def said_before_a_kill(program: str, *arguments: str) -> list[str]:
    """Run a program that prints a line for each thing done, kill it somewhere, and return its whole lines."""
    command = [sys.executable, "-c", program, *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    said = b""
    for _ in range(chance.randrange(100, 400)):
        said += await process.stdout.readline()
    process.kill()
    said += await process.stdout.read()
    await process.wait()
    return said[: said.rfind(b"\n") + 1].decode().split()
