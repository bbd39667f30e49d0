"""The edge, open over a real database, on both kinds."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.house import House, open_house


@pytest.fixture
async def house(open_database: str) -> AsyncIterator[House]:
    async with open_house() as house:
        yield house
