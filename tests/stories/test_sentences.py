"""The language itself: what fails shows what a person would have seen, and nothing that was said is left undone."""

import pytest

from tests.stories.clinic import Clinic
from tests.stories.sentences import nothing_unspoken


async def test_what_fails_shows_what_was_there_instead(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    with pytest.raises(AssertionError) as failed:
        await card.sees("Overdue · $140.00").sees("Paused")
    said, _, shown = str(failed.value).partition("\n\n")
    assert said == "Dana Biller before the card of INV-1001 does not see “Paused”:"
    assert shown.splitlines()[0] == "Overdue · $140.00"
    assert "[Pause] [Write off] [Collections] [⋯ " in shown
    assert "  ↳ INV-1001 is overdue" in shown
    with pytest.raises(LookupError, match=r"(?s)no 'Paws' to press:.*\[Pause\]"):
        await card.press("Paws")
    with pytest.raises(AssertionError, match=r"(?s)received nothing more.*← +Riverside Downtown: Your new"):
        await maria.phone.receives("a second bill")


async def test_a_sentence_that_nobody_awaits_fails_its_story(clinic: Clinic) -> None:
    clinic.slack("biller").types("/billing help")
    with pytest.raises(AssertionError, match="Never awaited, so never done: Dana Biller"):
        nothing_unspoken()
