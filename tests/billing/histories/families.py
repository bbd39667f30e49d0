"""Who pays for whom, and records that turn out to be one person's."""

from billing.families import set_guarantor
from billing.merging import merge_patients
from models.people import Patient
from tests.billing.clinic import DANA, MIA, balances
from tests.billing.histories.town import Town

Said = str | None


async def change_payer(town: Town) -> Said:
    """What is not billed yet follows; what is owed stays with who owes it."""
    before = await balances()
    child = town.chance.choice([each for each in (*town.clients, *town.insured) if each.guarantor_id])
    payer = town.chance.choice(town.payers)
    await set_guarantor(child.id, payer.id, actor=DANA, now=town.now)
    after = await balances()
    assert {number: after[number] for number in before} == before
    return f"{payer.external_id} pays for {child.external_id}"


async def merge(town: Town) -> Said:
    """Everything of the one becomes the other's; nobody owes more or less for it."""
    if len(town.payers) < 3 or await is_with_agency(town.payers[-1].id):
        return None
    kept, merged = town.payers[0], town.payers[-1]
    before = await balances()
    await merge_patients(kept.id, merged.id, reason="Registered twice", practice=town.practice, actor=MIA, now=town.now)
    assert await balances() == before
    town.payers.remove(merged)
    await town.are_one(kept, merged)
    return f"{merged.external_id} is {kept.external_id}"


async def is_with_agency(payer: int) -> bool:
    return await Patient.filter(id=payer, sets__status="collections").exists()
