"""One PDF printer for all tests of a process: its worker takes longer to start than to draw most papers."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
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
    """What has been printed once is taken from here: most tests and days are about the same bill. Any number of
    processes may share the folder."""

    def __init__(self, folder: Path, printer: PdfPrinter) -> None:
        self._folder, self._printer = folder, printer

    async def print(self, html: str) -> bytes:
        paper = self._folder / sha256(html.encode()).hexdigest()
        if not paper.exists():
            beside = paper.with_suffix(f".{os.getpid()}")
            beside.write_bytes(await self._printer.print(html))
            beside.replace(paper)
        return paper.read_bytes()


@contextmanager
def shared(printer: Printer) -> Iterator[SharedPrinter]:
    with Beside() as beside:
        yield SharedPrinter(beside, printer)
        beside.run(printer.close())


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this run's pile lies, for all its workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "papers"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def pdf(papers: Path) -> Iterator[PdfPrinter]:
    """The house's own printer with the house's own fonts."""
    with shared(Xhtml2pdfPrinter(ROOT / "templates" / "pdf", workers=1)) as printer:
        yield Pile(papers, printer)
