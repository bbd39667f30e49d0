"""What the console shows and works: the parts of a world it is given. `sandbox.World` is one; none is made here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sandbox.clock import MovableClock
from sandbox.console.given import Contact, Role, Scene
from sandbox.courier import Courier
from sandbox.mail import Mailbox
from sandbox.slack import SlackWorkspace
from sandbox.stripe import CardProcessor
from sandbox.twilio import PhoneNetwork


class Stage(Protocol):
    clock: MovableClock
    courier: Courier
    slack: SlackWorkspace
    phones: PhoneNetwork
    mailbox: Mailbox
    cards: CardProcessor
    contacts: Sequence[Contact]
    """Whose phones and mailboxes there are, as far as the service knows them by name."""
    roles: Mapping[str, Role]
    """By the person's id in Slack."""
    tour: Sequence[Scene]
    notice: str
    """What the service is busy with, in a sentence; the clock is left alone meanwhile."""
    next_due: Callable[[], Awaitable[datetime | None]] | None
    """When the service next has something to do."""
    on_clock_moved: Callable[[], Awaitable[None]] | None
