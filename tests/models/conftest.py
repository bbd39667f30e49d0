"""What the tests of the tables' ground share."""

from collections.abc import AsyncIterator

import pytest

from models import database
from tests.models.toys import open_toys


@pytest.fixture(autouse=True)
async def closed_afterwards() -> AsyncIterator[None]:
    yield
    await database.close()


@pytest.fixture
async def toys(empty_database_url: str) -> str:
    await open_toys(empty_database_url)
    return empty_database_url
