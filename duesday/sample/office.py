"""What happens in the offices of the clinics: stock, the cash register, and what insurers say."""

from random import Random

from duesday.sample.deeds import CLOSING, EVENING, OPENING, Deed, Deeds, is_open, open_day
from duesday.sample.wares import MATERIALS, PRODUCTS, YEAR

DRAWERS_FOR = 28
"""Days for which the cash register was kept here."""
CLINICS = ("0", "1", "2")
OFF = ("5", "-5", "-200", "1000")
"""What a drawer was sometimes off by, in cents."""


def stock() -> Deeds:
    """A delivery each quarter, and a count now and then."""
    for day in (YEAR, 270, 180, 90):
        for code in (*(each.code for each in PRODUCTS), *MATERIALS):
            yield Deed(open_day(day), OPENING, "comes in", "", (code, "120" if day == YEAR else "40"))
    yield Deed(open_day(184), CLOSING, "is counted", "", ("brace", "1", "Inventory: one was lent and kept."))
    yield Deed(open_day(20), CLOSING, "is counted", "", ("vitamins", "2", "Two are past their date."))


def drawers(chance: Random) -> Deeds:
    """Opened each morning, closed each evening; today's are open."""
    for day in filter(is_open, range(DRAWERS_FOR, 0, -1)):
        for clinic in CLINICS:
            yield Deed(day, OPENING, "opens the register", clinic, ("15000",))
            if chance.random() < 0.12:
                yield Deed(day, EVENING, "takes out of the drawer", clinic, ("1240", "Stamps"))
            if chance.random() < 0.05:
                yield Deed(day, EVENING, "puts into the drawer", clinic, ("5000", "Change from the bank"))
            off = chance.choice(OFF) if chance.random() < 0.12 else "0"
            yield Deed(day, CLOSING, "closes the register", clinic, (off,))
    for clinic in CLINICS:
        yield Deed(0, OPENING, "opens the register", clinic, ("15000",))


def insurers() -> Deeds:
    """Every week: one sends its decisions in a file, the others' come from the practice's own system."""
    for day in range(YEAR - 26, 0, -7):
        yield Deed(day, OPENING, "tells of claims", "")
        yield Deed(day, OPENING, "sends a remittance", "")
