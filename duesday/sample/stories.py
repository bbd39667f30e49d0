"""What every household lives through with its bills, each story from a visit that many days ago. All of it is data."""

from collections.abc import Callable
from random import Random

from duesday.sample.crowd import Household
from duesday.sample.deeds import EVENING, NOON, Deed, Deeds, open_day, visit
from duesday.sample.wares import LARGE, VISITS

Story = Callable[[Random, Household, int], Deeds]

METHODS = ("card", "card", "card", "check", "check", "ach", "bank_transfer", "card_on_file", "cash", "other")
DUE = 31
"""Days after which a bill that was sent is late."""
DECIDED = 32
"""Days after which insurers have decided."""


def seen(chance: Random, home: Household, day: int, *codes: str) -> Deed:
    return visit(open_day(day), chance.choice(home.members).external_id, *(codes or chance.choice(VISITS)))


def large(home: Household) -> tuple[str, ...]:
    """A visit that takes this household some time to pay."""
    return LARGE[int(home.payer[1:]) % len(LARGE)]


def bill(home: Household, day: int) -> Deed:
    return Deed(open_day(day), EVENING, "is billed", home.payer)


def sent(chance: Random, home: Household, day: int, *codes: str) -> Deeds:
    yield seen(chance, home, day, *codes)
    yield bill(home, day)


def does(day: int, what: str, home: Household, *said: str) -> Deed:
    return Deed(open_day(day), NOON, what, home.payer, said)


def pays(chance: Random, home: Household, day: int, *said: str) -> Deeds:
    """Unless that is still to come."""
    if day > 0:
        yield does(day, f"pays by {chance.choice(METHODS)}", home, *said)


def again(patient: str) -> str:
    """The number under which somebody is registered a second time."""
    return f"{patient}-again"


def in_time(chance: Random, home: Household, day: int) -> Deeds:
    yield from sent(chance, home, day)
    yield from pays(chance, home, day - chance.randrange(2, 26))


def at_the_desk(chance: Random, home: Household, day: int) -> Deeds:
    yield from sent(chance, home, day)
    yield Deed(open_day(day), EVENING, f"pays by {chance.choice(('cash', 'card'))}", home.payer)


def in_two(chance: Random, home: Household, day: int) -> Deeds:
    yield from sent(chance, home, day)
    yield from pays(chance, home, day - chance.randrange(2, 10), "half")
    yield from pays(chance, home, day - chance.randrange(12, 26))


def together(chance: Random, home: Household, day: int) -> Deeds:
    """Two bills, and one payment for both."""
    yield from sent(chance, home, day)
    yield from sent(chance, home, day - 9)
    yield from pays(chance, home, day - chance.randrange(14, 26))


def late(chance: Random, home: Household, day: int) -> Deeds:
    yield from sent(chance, home, day)
    yield from pays(chance, home, day - DUE - chance.randrange(3, 24))


def insured(chance: Random, home: Household, day: int) -> Deeds:
    """The insurer is asked first; what it leaves to the patient is billed, and paid."""
    yield seen(chance, home, day)
    if day > DECIDED:
        yield bill(home, day - DECIDED)
        yield from pays(chance, home, day - DECIDED - chance.randrange(4, 26))


ORDINARY: tuple[tuple[Story, int], ...] = ((in_time, 60), (at_the_desk, 22), (in_two, 8), (together, 10))
"""With how often in a hundred they happen."""
