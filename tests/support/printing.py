"""One PDF printer for all tests of a process: its worker takes longer to start than to draw most papers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest

from domain.ports import PdfPrinter
from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter
from tests.support.beside import Beside
from tests.support.source import ROOT


class Printer(PdfPrinter, Protocol):
    async def close(self) -> None: ...


class SharedPrinter:
    """Belongs to no test's loop, so any test may print."""

    def __init__(self, beside: Beside, printer: PdfPrinter) -> None:
        self._beside, self._printer = beside, printer

    async def print(self, html: str) -> bytes:
        return await asyncio.wrap_future(self._beside.start(self._printer.print(html)))


class Pile:
    """What one test has printed another takes from here: most of them are about the same bill."""

    def __init__(self, printer: PdfPrinter) -> None:
        self._printer = printer
        self._printed: dict[str, bytes] = {}

    async def print(self, html: str) -> bytes:
        if html not in self._printed:
            self._printed[html] = await self._printer.print(html)
        return self._printed[html]


@contextmanager
def shared(printer: Printer) -> Iterator[SharedPrinter]:
    with Beside() as beside:
        yield SharedPrinter(beside, printer)
        beside.run(printer.close())


@pytest.fixture(scope="session")
def pdf() -> Iterator[PdfPrinter]:
    """The house's own printer with the house's own fonts."""
    with shared(Xhtml2pdfPrinter(ROOT / "templates" / "pdf", workers=1)) as printer:
        yield Pile(printer)
