"""The edge, open over a real database, on both kinds."""

from collections.abc import AsyncIterator

import pytest

from domain.ports import PdfPrinter
from tests.handlers.house import House, open_house


@pytest.fixture
async def house(open_database: str, pdf: PdfPrinter) -> AsyncIterator[House]:
    async with open_house(pdf=pdf) as house:
        yield house
