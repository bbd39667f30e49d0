"""Mail that was taken and never arrived: SendGrid tells, twice and in disorder, and who wants no mail gets none."""

from tests.stories.clinic import Clinic

ADDRESS = "maria@patients.example"


async def test_mail_that_bounces_later_is_said_on_the_card_however_often_it_is_told(clinic: Clinic) -> None:
    maria = await clinic.patient(phone=None)
    number = await maria.is_late()
    events = clinic.world.mailbox.events
    events.told |= {"processed", "delivered"}
    events.outgoing.copies, events.outgoing.disordered = 2, True
    clinic.world.mailbox[ADDRESS].bounces()
    await clinic.clock.forward(days=2)
    card = clinic.slack("biller").card(number)
    await card.sees("Could not be reached · $140.00", "There is no such mailbox")
    await card.sees_in_the_thread("Reminder by mail failed", "There is no such mailbox", times=1)
    mailbox = (await clinic.patient(phone=None, email="garcia@patients.example")).mailbox
    await card.press("Send now").sees("Overdue · $140.00")
    await mailbox.receives("A balance on your statement", "$140.00").receives_nothing()
    await card.sees_in_the_thread("Reminder by mail delivered", times=1)


async def test_who_reports_a_mail_as_spam_gets_no_more_though_it_had_arrived(clinic: Clinic) -> None:
    maria = await clinic.patient(phone=None)
    await maria.is_late()
    inbox, events = clinic.world.mailbox[ADDRESS], clinic.world.mailbox.events
    events.told.add("delivered")
    await clinic.clock.forward(days=2)
    await maria.mailbox.receives("A balance on your statement").receives_nothing()
    inbox.report_spam(inbox.messages[-1])
    await clinic.settle()
    inbox.works()  # it is the house that keeps silent, not SendGrid that drops
    await clinic.clock.forward(days=20)
    await maria.mailbox.receives_nothing()


async def test_one_click_in_the_mail_program_ends_mail_and_nothing_else(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_late()
    await clinic.clock.forward(days=8)
    inbox = clinic.world.mailbox[ADDRESS]
    mail = next(mail for mail in reversed(inbox.messages) if mail.headers["List-Unsubscribe-Post"])
    maria.mailbox.is_looked_through()
    maria.phone.is_looked_through()
    assert (await inbox.unsubscribe(mail)).accepted
    await clinic.settle()
    await clinic.clock.forward(days=20)
    await maria.mailbox.receives_nothing()
    assert len(maria.phone.texts) > 1


async def test_results_of_mails_that_are_not_ours_change_nothing(clinic: Clinic) -> None:
    events = clinic.world.mailbox.events
    clinic.world.mailbox["x@elsewhere.example"].bounces()
    raw = b"From: other@clinic.test\r\nTo: x@elsewhere.example\r\nMessage-ID: <%s>\r\n\r\nHello\r\n"
    for name in (b"r1@clinic.test", b"nothing"):
        clinic.world.mailbox.accept("other@clinic.test", ["x@elsewhere.example"], raw % name)
    await clinic.settle()
    assert len([one for one in clinic.world.courier.deliveries if one.letter.url == events.address]) == 2
    assert not clinic.world.courier.undelivered
