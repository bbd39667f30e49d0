"""Who could not be reached: phones that are off, landlines, mail that is refused; and how staff mend it."""

from tests.stories.clinic import Clinic


async def test_a_phone_that_is_off_for_a_while_gets_its_reminder_once(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    card = clinic.slack("biller").card(await maria.is_late())
    maria.phone.handset.is_unreachable()
    await clinic.clock.forward(days=2)
    await card.sees("Overdue · $140.00").sees_in_the_thread("switched off", "tried again")
    maria.phone.handset.works()
    for _ in range(3):
        await clinic.clock.forward(hours=1)
    await maria.phone.receives("You have a balance").receives_nothing()
    assert [text.status for text in clinic.world.phones.sent] == ["delivered", "undelivered", "delivered"]
    await card.sees_in_the_thread("Reminder by text delivered", times=1)


async def test_a_text_to_a_landline_says_why_and_goes_out_once_the_number_is_mended(clinic: Clinic) -> None:
    maria = await clinic.patient(email=None)
    card = clinic.slack("biller").card(await maria.is_late())
    maria.phone.handset.is_landline()
    await clinic.clock.forward(days=2)
    await card.sees("Could not be reached · $140.00", "landline", "another number")
    await card.sees_in_the_thread("Reminder by text failed", "landline", times=1)
    mobile = (await clinic.patient(email=None, phone="+12125550188")).phone
    await card.press("Send now").sees("Overdue · $140.00").does_not_see("landline")
    await mobile.receives("You have a balance", "/p/").receives_nothing()
    await card.sees_in_the_thread("Reminder by text delivered", times=1)


async def test_where_a_text_cannot_arrive_the_mail_goes_out(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_late()
    maria.phone.handset.is_unknown()
    await clinic.clock.forward(days=8)
    await maria.phone.receives_nothing()
    await maria.mailbox.receives("A balance on your statement", "$140.00")
    await clinic.slack("biller").card(number).sees("Overdue · $140.00")


async def test_a_mailbox_that_refuses_for_good_is_said_on_the_card_and_mail_goes_out_once_it_is_mended(
    clinic: Clinic,
) -> None:
    maria = await clinic.patient(phone=None)
    number = await maria.is_late()
    clinic.world.mailbox["maria@patients.example"].refuses("550 5.1.1 No such user here")
    await clinic.clock.forward(days=2)
    card = clinic.slack("biller").card(number)
    await card.sees("Could not be reached · $140.00").sees_in_the_thread("Reminder by mail failed", times=1)
    mailbox = (await clinic.patient(phone=None, email="garcia@patients.example")).mailbox
    await card.press("Send now").sees("Overdue · $140.00")
    await mailbox.receives("A balance on your statement", "$140.00").receives_nothing()


async def test_a_storm_at_the_phone_network_delays_texts_and_doubles_none(clinic: Clinic) -> None:
    people = [
        await clinic.patient(name, phone=f"+1212555014{n}", email=None)
        for n, name in enumerate(("Maria Garcia", "Ali Hassan", "Rosa Diaz", "Ben Cole"))
    ]
    for each in people:
        await each.is_billed()
        each.phone.is_looked_through()
    await clinic.clock.forward(days=31)
    desk = clinic.world.phones.desk
    for trouble, times in (("ratelimited", 6), ("500", 6), ("reset", 3)):
        desk.will(trouble, "messages.create", times=times)
    await clinic.clock.forward(days=2)
    for _ in range(6):
        await clinic.clock.forward(hours=1)
    assert desk.planned == ()
    for each in people:
        await each.phone.receives("You have a balance").receives_nothing()


async def test_a_name_in_another_script_reaches_phone_mail_page_and_card(clinic: Clinic) -> None:
    layla = await clinic.patient("ليلى حداد", phone="+12125550124", email="layla@patients.example")
    number = await layla.is_billed("exam")
    await layla.mailbox.receives("ليلى", attached=f"{number}.pdf").receives_nothing()
    status, page = await layla.opens()
    assert (status, "ليلى" in page) == (200, True)
    layla.phone.is_looked_through()
    await clinic.clock.forward(days=31)
    card = clinic.slack("biller").card(number)
    await card.sees("Overdue · $140.00", "ل. ح.").does_not_see("ليلى")
    await clinic.clock.forward(days=2)
    await layla.phone.receives("You have a balance").replies("سأدفع غدا * <b>")
    await card.sees("On hold").sees_in_the_thread("سأدفع غدا", "* <b>")
