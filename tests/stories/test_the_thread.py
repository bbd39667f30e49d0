"""The thread through every floor: a visit, a bill, a late bill, a card, a text, a reply, a payment, a report."""

from tests.stories.clinic import Clinic


async def test_a_visit_becomes_a_bill_in_the_mail(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_billed("exam", "xray")
    [mail] = maria.mails
    assert number == "INV-1001"
    assert "$205.00" in mail.text
    assert [a.name for a in mail.attachments] == ["INV-1001.pdf"]
    status, page = await maria.opens()
    assert (status, "205.00" in page) == (200, True)
