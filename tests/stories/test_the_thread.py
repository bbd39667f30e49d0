"""The thread through every floor: a visit, a bill, a late bill, a card, a text, a reply, a payment, a report."""

from tests.stories.clinic import Clinic


async def test_a_visit_becomes_a_bill_in_the_mail_and_on_the_phone(clinic: Clinic) -> None:
    maria = await clinic.patient()
    assert await maria.is_billed("exam", "xray") == "INV-1001"
    await maria.mailbox.receives("$205.00", attached="INV-1001.pdf").receives_nothing()
    status, page = await maria.opens()
    assert (status, "205.00" in page) == (200, True)
    await maria.phone.receives("Riverside Downtown: Your new statement is ready.", "/p/").receives_nothing()


async def test_a_late_bill_becomes_a_card_in_its_locations_channel(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late("exam"))
    await card.sees("Overdue · $140.00", "M. G.").does_not_see("Garcia")  # the examination and the late fee
    await card.is_offered("Pause", "Write off", "Collections")
    await clinic.clock.forward(days=1)
    await card.sees("$140.00")  # the fee is charged once


async def test_pausing_redraws_the_card_and_its_thread_says_who_and_when(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await card.press("Pause").sees("Paused · $140.00")
    await card.sees_last_in_the_thread("Paused by Dana Biller", "2026-10-11 14:00 UTC")
    await clinic.clock.forward(days=10)
    await maria.phone.receives_nothing()
    await card.press("Resume").sees("Overdue · $140.00")
    await clinic.clock.forward(minutes=1)
    await maria.phone.receives("You have a balance").receives_nothing()


async def test_writing_off_asks_checks_and_can_be_undone(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await card.press("Write off").is_asked("Outstanding: $140.00", "Amount: 140.00")
    await card.submits({"Reason": "", "Amount": "9999"}).is_refused("Reason", "complete this required field")
    await card.submits({"Reason": "Hardship", "Amount": "9999"}).is_refused("Amount", "more than is outstanding")
    await card.submits({"Reason": "Hardship", "Amount": "140.00"}).has_no_form().sees("Written off · $140.00")
    await card.sees_last_in_the_thread("Written off ($140.00): Hardship by Dana Biller")
    await card.press("Undo write-off").sees("Overdue · $140.00")


async def test_a_text_leaves_in_the_patients_hours_and_its_delivery_is_followed(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await clinic.clock.forward(days=2, hours=-7)
    await maria.phone.receives_nothing()  # at three in the night nothing is texted
    await clinic.clock.forward(hours=7)
    await maria.phone.receives("Riverside Downtown", "/p/").receives_nothing()
    await card.sees_in_the_thread("Reminder by text delivered")


async def test_stop_is_obeyed_at_once_and_start_lets_texts_come_again(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    card = clinic.slack("biller").card(await maria.is_late())
    await clinic.clock.forward(days=2)
    await maria.phone.receives("You have a balance").replies("STOP").receives("unsubscribed").receives_nothing()
    await card.sees("Will not be reached").sees_in_the_thread("opted out")
    await clinic.clock.forward(days=4)
    await maria.phone.receives_nothing().replies("START").receives("re-subscribed").receives_nothing()
    await card.sees("Overdue · $140.00")
    await clinic.clock.forward(days=4)
    await maria.phone.receives("balance").receives_nothing()


async def test_a_reply_arrives_in_the_thread_holds_the_sequence_and_is_answered_after_a_preview(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await clinic.clock.forward(days=2)
    await maria.phone.receives("balance").replies("Can I pay in monthly parts? My card is 4242 4242 4242 4242")
    await card.sees("On hold").sees_in_the_thread("asks for a payment plan", "monthly parts")
    await card.does_not_see_in_the_thread("4242 4242")
    await card.press("Reply to patient").submits({"Your words": "Yes. Call us and we set it up."})
    await card.is_asked("Send this text?", "Riverside Downtown: Yes. Call us and we set it up.")
    await maria.phone.receives_nothing()  # before the preview is confirmed
    await card.submits()
    await maria.phone.receives("Riverside Downtown: Yes. Call us and we set it up.").receives_nothing()
    await card.sees_in_the_thread("Reply by text delivered")


async def test_paying_on_the_page_settles_everything_once(clinic: Clinic) -> None:
    clinic.world.cards.duplicate, clinic.world.cards.shuffle = 2, True
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await maria.pays()
    await card.sees("Paid · $140.00").is_offered()
    await maria.mailbox.receives("$140.00", attached="receipt-1.pdf").receives_nothing()
    await clinic.clock.forward(days=40)
    await maria.phone.receives_nothing()
    [invoice] = (await clinic.api("GET", "/invoices"))["items"]
    assert (invoice["status"], invoice["balance_cents"], invoice["paid_cents"]) == ("paid", 0, 14_000)


async def test_ageing_says_the_same_in_slack_and_in_the_ledger(clinic: Clinic) -> None:
    await (await clinic.patient()).is_late("exam")
    ali = await clinic.patient("Ali Hassan", phone="+12125550124", email="ali@patients.example")
    await ali.is_billed("xray")
    await clinic.slack("viewer").types("/billing ageing").is_told("$140.00", "$80.00", "$220.00")
    report = await clinic.api("GET", "/reports/ageing")
    assert sum(row["total_cents"] for row in report["rows"]) == 22_000


async def test_a_bank_payment_under_way_holds_the_sequence_until_it_is_there(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    at_the_processor = await maria.pays_by_bank()
    await card.sees("A bank payment is under way")
    await clinic.clock.forward(days=3)
    await maria.phone.receives_nothing()
    await clinic.world.cards.clear(at_the_processor)
    await clinic.settle()
    await card.sees("Paid · $140.00")


async def test_a_bank_payment_that_fails_lets_the_sequence_go_on(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    at_the_processor = await maria.pays_by_bank()
    await clinic.clock.forward(days=3)
    await clinic.world.cards.bounce(at_the_processor)
    await clinic.settle()
    await card.sees("Overdue · $140.00").does_not_see("under way")
    await clinic.clock.forward(days=1)
    await maria.phone.receives("balance").receives_nothing()
