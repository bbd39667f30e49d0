"""The thread through every floor: a visit, a bill, a late bill, a card, a text, a reply, a payment, a report."""

from tests.stories.clinic import Clinic


async def test_a_visit_becomes_a_bill_in_the_mail_and_on_the_phone(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_billed("exam", "xray")
    [mail] = maria.mails
    assert number == "INV-1001"
    assert "$205.00" in mail.text
    assert [a.name for a in mail.attachments] == ["INV-1001.pdf"]
    status, page = await maria.opens()
    assert (status, "205.00" in page) == (200, True)
    [text] = maria.texts
    assert text.startswith("Riverside Downtown: Your new statement is ready.")
    assert "/p/" in text


async def test_a_phone_that_is_off_for_a_while_gets_its_reminder_once(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    card = clinic.staff("biller").card(await maria.is_late())
    clinic.world.phones["+12125550123"].is_unreachable()
    await clinic.forward(days=2)
    assert "Overdue · $140.00" in card.words
    assert any("switched off" in line and "tried again" in line for line in card.thread)
    clinic.world.phones["+12125550123"].works()
    for _ in range(3):
        await clinic.forward(hours=1)
    assert len(maria.reminders) == 1
    assert [text.status for text in clinic.world.phones.sent] == ["delivered", "undelivered", "delivered"]
    assert any("Reminder by text delivered" in line for line in card.thread)


async def test_a_late_bill_becomes_a_card_in_its_locations_channel(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_late("exam")
    card = clinic.staff("biller").card(number)
    assert "Overdue · $140.00" in card.words, "the examination and the late fee"
    assert card.offers[:3] == ["Pause", "Write off", "Collections"]
    assert "M. G." in card.words
    assert "Garcia" not in card.words
    await clinic.forward(days=1)
    assert "$140.00" in card.words, "the fee is charged once"


async def test_pausing_redraws_the_card_and_its_thread_says_who_and_when(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    await card.press("Pause")
    assert "Paused · $140.00" in card.words
    assert "Paused by Dana Biller" in card.thread[-1]
    assert "<!date^" in card.thread[-1]
    await clinic.forward(days=10)
    assert maria.reminders == []
    await card.press("Resume")
    assert "Overdue · $140.00" in card.words
    await clinic.forward(minutes=1)
    assert len(maria.reminders) == 1


async def test_writing_off_asks_checks_and_can_be_undone(clinic: Clinic) -> None:
    dana, maria = clinic.staff("biller"), await clinic.patient()
    card = dana.card(await maria.is_late())
    await card.press("Write off")
    wrong = await dana.submits({"Reason": "", "Amount": "9999"})
    assert "Reason" in str(wrong.errors) or "reason" in wrong.errors
    wrong = await dana.submits({"Reason": "Hardship", "Amount": "9999"})
    assert "more than is outstanding" in wrong.errors["amount"]
    await dana.submits({"Reason": "Hardship", "Amount": "140.00"})
    assert dana.forms == []
    assert "Written off · $140.00" in card.words
    assert "Written off ($140.00): Hardship by Dana Biller" in card.thread[-1]
    await card.press("Undo write-off")
    assert "Overdue · $140.00" in card.words


async def test_a_text_leaves_in_the_patients_hours_and_its_delivery_is_followed(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    await clinic.forward(days=2, hours=-7)
    assert maria.reminders == [], "at three in the night nothing is texted"
    await clinic.forward(hours=7)
    [text] = maria.reminders
    assert "Riverside Downtown" in text
    assert "/p/" in text
    assert any("Reminder by text delivered" in line for line in card.thread)


async def test_a_text_that_fails_says_why_and_what_would_mend_it(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    clinic.world.phones["+12125550123"].is_landline()
    card = clinic.staff("biller").card(await maria.is_late())
    await clinic.forward(days=2)
    assert "Could not be reached · $140.00" in card.words
    assert "landline" in card.words
    assert "another number" in card.words


async def test_stop_is_obeyed_at_once(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    card = clinic.staff("biller").card(await maria.is_late())
    await clinic.forward(days=2)
    await maria.writes("STOP")
    assert "Will not be reached" in card.words
    assert any("opted out" in line for line in card.thread)
    sent = len(clinic.world.phones.sent)
    await clinic.forward(days=30)
    assert len(clinic.world.phones.sent) == sent


async def test_a_reply_arrives_in_the_thread_holds_the_sequence_and_is_answered_after_a_preview(clinic: Clinic) -> None:
    dana, maria = clinic.staff("biller"), await clinic.patient()
    card = dana.card(await maria.is_late())
    await clinic.forward(days=2)
    await maria.writes("Can I pay in monthly parts? My card is 4242 4242 4242 4242")
    assert any("asks for a payment plan" in line and "monthly parts" in line for line in card.thread)
    assert not any("4242 4242" in line for line in card.thread)
    assert "On hold" in card.words
    await card.press("Reply to patient")
    await dana.submits({"Your words": "Yes. Call us and we set it up."})
    assert "Riverside Downtown: Yes. Call us and we set it up." in dana.reads()
    assert len(maria.reminders) == 1, "nothing leaves before the preview is confirmed"
    await dana.submits()
    assert maria.texts[-1].startswith("Riverside Downtown: Yes. Call us and we set it up.")
    assert any("Reply by text delivered" in line for line in card.thread)


async def test_paying_on_the_page_settles_everything_once(clinic: Clinic) -> None:
    clinic.world.cards.duplicate = 2
    clinic.world.cards.shuffle = True
    maria = await clinic.patient()
    number = await maria.is_late()
    card = clinic.staff("biller").card(number)
    await maria.pays()
    assert "Paid · $140.00" in card.words
    assert card.offers == []
    receipt = maria.mails[-1]
    assert [a.name for a in receipt.attachments] == ["receipt-1.pdf"]
    assert "$140.00" in receipt.text
    await clinic.forward(days=40)
    assert maria.reminders == []
    [invoice] = (await clinic.api("GET", "/invoices"))["items"]
    assert (invoice["status"], invoice["balance_cents"], invoice["paid_cents"]) == ("paid", 0, 14_000)


async def test_ageing_says_the_same_in_slack_and_in_the_ledger(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_late("exam")
    ali = await clinic.patient("Ali Hassan", phone="+12125550124", email="ali@patients.example")
    await ali.is_billed("xray")
    said = await clinic.staff("viewer").types("/billing ageing")
    assert "$140.00" in said
    assert "$80.00" in said
    assert "$220.00" in said
    report = await clinic.api("GET", "/reports/ageing")
    assert sum(row["total_cents"] for row in report["rows"]) == 22_000


async def test_a_bank_payment_under_way_holds_the_sequence_until_it_is_there(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    at_the_processor = await maria.pays_by_bank()
    assert "A bank payment is under way" in card.words
    await clinic.forward(days=3)
    assert maria.reminders == []
    await clinic.world.cards.clear(at_the_processor)
    await clinic.settle()
    assert "Paid · $140.00" in card.words


async def test_a_bank_payment_that_fails_lets_the_sequence_go_on(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    at_the_processor = await maria.pays_by_bank()
    await clinic.forward(days=3)
    await clinic.world.cards.bounce(at_the_processor)
    await clinic.settle()
    assert "under way" not in card.words
    await clinic.forward(days=1)
    assert len(maria.reminders) == 1
