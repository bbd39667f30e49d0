"""A house in a process of its own, to be killed: the web, the pump and the ticks, as `serve` runs them."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

# Loaded before the fork, vendors and doors alike, so that a life begins in a fraction of a second.
import stripe.checkout  # noqa: F401
import twilio.rest.api.v2010  # noqa: F401
from aiohttp import web

import gateways.slack_web
import gateways.smtp_mail
import gateways.stripe_cards
import gateways.twilio_sms  # noqa: F401
import models.postgres_engine  # noqa: F401
from domain.ports import PdfPrinter
from domain.practice import Practice
from duesday.assembly import ASSETS, House, open_house
from duesday.environment import Environment
from duesday.serve import run
from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter
from jobs.pump import Pump
from jobs.timetable import run_ticks
from tests.crash.clock import SharedClock
from tests.crash.lines import Death, Place, counted, deadly
from tests.support.printing import Pile

BREATH = 0.05
CRON_BREATHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    number: int
    environment: Mapping[str, str]
    practice: Practice
    clock: Path
    log: Path
    papers: Path | None
    """The pile it takes papers from. None prints each by itself."""
    port: int | None
    """None works without HTTP."""
    ends_at: Death | None = None
    counts: bool = False


def live(line: Connection, life: Life) -> None:
    """Says "up" when it is, works until it is spoken to (or killed), and leaves what it has counted."""
    log = os.open(life.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    run(_live(line, life))


async def _live(line: Connection, life: Life) -> None:
    environment = Environment(_env_file=None, **life.environment)  # type: ignore[arg-type]
    clock, told, lines = SharedClock(life.clock, life=life.number), asyncio.Event(), Counter[Place]()
    async with AsyncExitStack() as stack:
        pdf = _printer(life.papers, stack) if life.papers else None
        house = await stack.enter_async_context(open_house(environment, life.practice, clock=clock, pdf=pdf))
        if life.port:
            await _serve(house, life.port, stack)
        pump = _eager(house.pump)
        await pump.start()
        stack.push_async_callback(pump.stop)
        asyncio.get_running_loop().add_reader(line.fileno(), told.set)
        line.send("up")
        with deadly(life.ends_at) if life.ends_at else counted(lines) if life.counts else nullcontext():
            await _until(told, _ticks(house, pump, clock))
    line.send(lines)


def _printer(papers: Path, stack: AsyncExitStack) -> PdfPrinter:
    printer = Xhtml2pdfPrinter(ASSETS, workers=1)
    stack.push_async_callback(printer.close)
    return Pile(papers, printer)


async def _serve(house: House, port: int, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(house.web, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    # Beside the socket by which the test keeps the port its own while nobody lives.
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(("127.0.0.1", port))
    await web.SockSite(runner, listening).start()


def _eager(pump: Pump) -> Pump:
    """The same lanes; but a burst is over in a breath, as nobody presses ten buttons here."""
    return Pump({name: replace(lane, gathers=min(lane.gathers, BREATH)) for name, lane in pump.lanes.items()})


async def _ticks(house: House, pump: Pump, clock: SharedClock) -> None:
    """As cron would, only more often; and in the breath in which the clock was moved, which is the bell for all that
    has fallen due by it: a move from outside is no commit of ours."""
    while True:
        moved, began = clock.moved_by, clock.now()
        await run_ticks((), practice=house.practice, ports=house.ports)
        clock.note_ticked(began)
        for _ in range(CRON_BREATHS):
            await asyncio.sleep(BREATH)
            if clock.moved_by != moved:
                pump.ring()
                break


async def _until(told: asyncio.Event, work: object) -> None:
    working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())  # type: ignore[call-overload]
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()
    working.cancel()
