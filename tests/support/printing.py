"""One PDF printer for all tests of a process: its worker takes longer to start than to draw most papers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from domain.ports import PdfPrinter
from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter
from tests.support.source import ROOT


class SharedPrinter:
    """Each test has a loop of its own; the printer's goes on beside them, in a thread."""

    def __init__(self, assets: Path) -> None:
        self._printer = Xhtml2pdfPrinter(assets, workers=1)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="printer")
        self._thread.start()

    async def print(self, html: str) -> bytes:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._printer.print(html), self._loop))

    def leave(self) -> None:
        asyncio.run_coroutine_threadsafe(self._printer.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def pdf() -> Iterator[PdfPrinter]:
    """The house's own printer with the house's own fonts."""
    printer = SharedPrinter(ROOT / "templates" / "pdf")
    yield printer
    printer.leave()
