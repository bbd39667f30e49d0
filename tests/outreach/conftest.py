"""Each test has a desk of its own, on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outreach.desk import Desk, a_world, desk_in

ASSETS = Path(__file__).parents[2] / "templates" / "pdf"


@pytest.fixture
async def desk(open_database: str) -> AsyncIterator[Desk]:
    async with a_world() as world, desk_in(world, ASSETS) as desk:
        yield desk
