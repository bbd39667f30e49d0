"""One address: what arrived there, and whether its mail is refused or comes back."""

from typing import Self

from sandbox.mail.letter import Mail


class Inbox:
    """One address. `deliveries` is all that arrived; `messages` shows a Message-ID once, as mail stores do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.deliveries: list[Mail] = []
        self.refusal: str | None = None
        self.bounce_status: str | None = None

    @property
    def messages(self) -> list[Mail]:
        first: dict[str, Mail] = {}
        for place, mail in enumerate(self.deliveries):
            first.setdefault(mail.message_id or f"without one, {place}", mail)
        return list(first.values())

    def refuses(self, answer: str = "550 5.1.1 No such user here") -> Self:
        """The server turns mail for this address away at RCPT TO: 4xx for now, 5xx for good."""
        self.refusal = answer
        return self

    def bounces(self, status: str = "5.1.1") -> Self:
        """Mail is accepted, then comes back to its envelope sender: 5.x failed, 4.x delayed."""
        self.bounce_status = status
        return self

    def works(self) -> Self:
        self.refusal = self.bounce_status = None
        return self
