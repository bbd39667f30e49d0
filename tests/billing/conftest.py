"""Each test has a clinic of its own, on each database."""

import pytest

from tests.billing.clinic import Clinic


@pytest.fixture
async def clinic(open_database: str) -> Clinic:
    clinic = Clinic()
    await clinic.lists_prices()
    return clinic
