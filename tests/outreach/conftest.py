"""Each test has a desk of its own, on each database."""

from collections.abc import AsyncIterator

import pytest

from domain.ports import PdfPrinter
from tests.outreach.desk import Desk, a_world, desk_in


@pytest.fixture
async def desk(open_database: str, pdf: PdfPrinter) -> AsyncIterator[Desk]:
    async with a_world() as world, desk_in(world, pdf) as desk:
        yield desk
