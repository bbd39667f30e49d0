"""Every story begins in a world of its own, on each database."""

from collections.abc import AsyncIterator

import pytest

from domain.ports import PdfPrinter
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.support.practice import the_practice


@pytest.fixture
async def clinic(database_url: str, pdf: PdfPrinter) -> AsyncIterator[Clinic]:
    async with frozen_world() as world, clinic_in(database_url, the_practice(), world, pdf) as clinic:
        yield clinic
