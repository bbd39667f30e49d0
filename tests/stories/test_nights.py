"""Nights in which the clocks are changed: nothing is texted an hour too early, too late, or twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.stories.clinic import Clinic

NEW_YORK = ZoneInfo("America/New_York")
AUTUMN, SPRING = datetime(2026, 11, 1, tzinfo=NEW_YORK), datetime(2027, 3, 14, tzinfo=NEW_YORK)


@pytest.mark.parametrize("sunday", [AUTUMN, SPRING], ids=["an hour twice", "an hour missing"])
async def test_a_text_due_in_such_a_night_leaves_once_at_the_first_hour_at_which_it_may(
    clinic: Clinic, sunday: datetime
) -> None:
    """On a Sunday nobody is texted, so that is on Monday at nine where the patient lives."""
    in_the_night = sunday.replace(hour=1, minute=30).astimezone(UTC)
    clinic.world.clock.move_to(in_the_night - timedelta(days=33))
    maria = await clinic.patient(email=None)
    await maria.is_late()
    await maria.phone.receives("Your new statement").receives_nothing()  # in the morning after it was sent
    await clinic.clock.stands_at(sunday.astimezone(UTC))
    for _ in range(5):
        await clinic.clock.forward(hours=1)
    monday = sunday + timedelta(days=1)
    await clinic.clock.stands_at(monday.replace(hour=8, minute=59).astimezone(UTC))
    await maria.phone.receives_nothing()
    await clinic.clock.stands_at(monday.replace(hour=9).astimezone(UTC))
    await maria.phone.receives("You have a balance").receives_nothing()
