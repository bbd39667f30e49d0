"""What an insurer's later word does to a balance that is being chased, and what of it staff see in Slack."""

from dataclasses import replace
from functools import partial

from bot.lines import line_of
from bot.noticeboard import NAME as NOTICEBOARD
from bot.noticeboard import notice
from domain.invoice_set import CHASED
from models.chasing import InvoiceSet
from models.insurance import Claim
from models.invoices import Invoice
from models.noticeboard import Post
from models.readers import read_on
from models.record import Event
from tests.billing.insured import check, claim_of, comes, told
from tests.outreach.desk import Desk
from tests.support.era import Claim as Said
from tests.support.era import cas


async def chased_share(desk: Desk) -> tuple[Claim, InvoiceSet]:
    """A patient's share of $40.00 that is late."""
    claim = await claim_of(desk.clinic, bill_to="insurance")
    await told(desk.clinic, claim, "paid", None, None, 4_000)
    invoice = await desk.clinic.sends(await Invoice.get(status="draft"))
    return claim, await desk.clinic.chases(await desk.clinic.is_late_with(invoice))


async def test_a_set_closes_when_the_insurer_leaves_nothing_to_the_patient(desk: Desk) -> None:
    desk.clinic.practice = replace(desk.practice, late_fee=None)
    claim, chased = await chased_share(desk)
    await told(desk.clinic, claim, "paid", None, None, 1_000)
    await desk.reacts()
    assert (await InvoiceSet.get(id=chased.id)).status in CHASED
    [credited] = await Event.filter(kind="invoice.credited")
    assert credited.invoice_set_id == chased.id
    line = line_of(credited, "USD")
    assert line is not None
    assert line.startswith("Credit note of $30.00 on INV-1001: the insurer leaves less to the patient; $10.00 is left")
    await told(desk.clinic, claim, "reversed")
    await desk.reacts()
    assert (await InvoiceSet.get(id=chased.id)).status == "cancelled"


async def test_a_mismatch_is_posted_once_where_staff_look_with_both_numbers(desk: Desk) -> None:
    claim = await claim_of(desk.clinic)
    wrong = Said(claim.external_id, "1", 20_500, 16_500, 6_000, [cas("PR", ("1", 4_000))])
    for _ in range(2):
        await comes(desk.clinic, check(wrong), check(wrong, trace="EFT2", amount=1))
        while await read_on(
            NOTICEBOARD, partial(notice, practice=desk.practice, ports=desk.ports), now=desk.clinic.now
        ):
            pass
    posts = await Post.all().order_by("id")
    assert [post.text for post in posts] == [
        "Claim S-1 (check EFT00017 of BLUE SHIELD OF NOWHERE): the payer says that the patient owes $60.00,"
        " its adjustments say $40.00. It is not posted.",
        "Check EFT2 of BLUE SHIELD OF NOWHERE: it pays $0.01, its claims and the provider's adjustments $165.00."
        " Nothing on it is posted.",
    ]
    assert {post.channel for post in posts} == {desk.practice.locations["downtown"].slack_channel}
