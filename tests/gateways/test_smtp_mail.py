"""What is SMTP's alone: its address in the settings, and when a password may travel."""

import pytest

from domain.errors import DoorFault
from domain.ports import Mail
from gateways.smtp_codes import SENTENCES, meaning
from gateways.smtp_mail import SmtpMail
from gateways.system_clock import SystemClock
from sandbox import World

MAIL = Mail("amal@patients.test", "billing@clinic.test", "Clinic", "Hello", "Hello", "<p>Hello</p>", ref="mail-1")


@pytest.mark.parametrize("url", ["", "mail.clinic.test", "https://mail.clinic.test", "smtp://", "smtp:587"])
def test_an_address_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL must look like"):
        SmtpMail(url, clock=SystemClock())


async def test_a_password_never_leaves_this_machine_unencrypted() -> None:
    async with World() as world:
        # Not a loopback address by name, and yet it leads to this machine.
        door = SmtpMail(f"smtp://clinic:sandbox-mail-password@0.0.0.0:{world.mailbox.port}", clock=world.clock)
        with pytest.raises(DoorFault) as caught:
            await door.send(MAIL)
        await door.close()
        assert (caught.value.code, caught.value.passing) == ("our_fault", False)
        assert world.mailbox.deliveries == []


def test_the_more_telling_code_decides() -> None:
    assert meaning(550, "5.2.2")[0] == "mailbox_full"
    assert meaning(550, "5.99.99")[0] == "bad_address"
    assert meaning(550, None)[0] == "bad_address"
    assert meaning(577, None)[0] == "refused"


def test_every_meaning_is_a_sentence() -> None:
    assert [code for code, (_, sentence) in SENTENCES.items() if not sentence.endswith(".")] == []
