"""What the console shows and works: the parts of a world it is given. `sandbox.World` is one; none is made here."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from sandbox.clock import MovableClock
from sandbox.mail import Mailbox
from sandbox.slack import SlackWorkspace
from sandbox.twilio import PhoneNetwork


class Scene(Protocol):
    clock: MovableClock
    slack: SlackWorkspace
    phones: PhoneNetwork
    mailbox: Mailbox
    labels: dict[str, str]
    """Who a phone number or mail address belongs to."""
    next_due: Callable[[], Awaitable[datetime | None]] | None
    """When the service next has something to do."""
    on_clock_moved: Callable[[], Awaitable[None]] | None
