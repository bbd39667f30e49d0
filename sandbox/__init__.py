"""The world outside the practice, on this machine: Slack, the phone network, mailboxes and the card processor as
stand-ins over real HTTP and SMTP. Knows the vendors' wire formats and nothing of the house.

    async with World() as world:                                # loopback only
        world.aim("http://127.0.0.1:8080")                      # where the service listens for webhooks
        os.environ |= world.environment()                       # everything the service's settings need
        ...
        world.phones.desk.will("500", "messages.create")        # the next call meets a fault
        await world.phones["+12125550100"].reply("STOP")
        while await world.settled(): ...                        # every webhook on the way was answered
"""

from sandbox.clock import MovableClock
from sandbox.console import Contact, Place, Role, Scene, Step
from sandbox.courier import Answer, Courier, Delivery, Letter, Outgoing
from sandbox.faults import KINDS, Call, Desk, Fault, Kind
from sandbox.world import AddressTaken, KeptOtherwise, StandIn, World

__all__ = [
    "KINDS",
    "AddressTaken",
    "Answer",
    "Call",
    "Contact",
    "Courier",
    "Delivery",
    "Desk",
    "Fault",
    "KeptOtherwise",
    "Kind",
    "Letter",
    "MovableClock",
    "Outgoing",
    "Place",
    "Role",
    "Scene",
    "StandIn",
    "Step",
    "World",
]
