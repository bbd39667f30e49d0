"""What happens to some households only: stories that go on otherwise than with a visit, a bill and a payment."""

from dataclasses import dataclass
from random import Random

from duesday.sample.crowd import Household
from duesday.sample.deeds import Deeds, billed
from duesday.sample.stories import DUE, Story, again, bill, does, large, pays, seen, sent
from duesday.sample.wares import YEAR

EARLY, LATE = (130, YEAR - 10), (190, YEAR - 10)
CARD = "pays at the processor"


@dataclass(frozen=True, slots=True)
class Rarity:
    story: Story
    homes: int
    """How many households live it."""
    begins: tuple[int, int] = EARLY
    """Between how many days ago."""
    over: bool = True
    """Nothing of it is open in the end."""


def with_draft_changed(*changes: str) -> Story:
    def story(chance: Random, home: Household, day: int) -> Deeds:
        yield seen(chance, home, day)
        yield does(day - 1, "has a draft changed", home, *changes)
        yield bill(home, day - 2)
        yield from pays(chance, home, day - chance.randrange(5, 26))

    return story


def with_deeds(*steps: tuple[int, str, *tuple[str, ...]], until_late: bool = False, of_much: bool = False) -> Story:
    """A bill, and then these deeds so many days after it (after it is late)."""

    def story(chance: Random, home: Household, day: int) -> Deeds:
        yield from sent(chance, home, day, *(large(home) if of_much else ()))
        for after, what, *said in steps:
            yield does(day - after - DUE * until_late, what, home, *said)

    return story


def when_late(*steps: tuple[int, str, *tuple[str, ...]]) -> Story:
    return with_deeds((1, "is chased"), *steps, until_late=True)


def left_in_the_queue(chance: Random, home: Household, day: int) -> Deeds:
    yield seen(chance, home, day)
    yield does(day - 2, "has a draft deleted", home, "Waits for the report of the laboratory.")


def registered_twice(chance: Random, home: Household, day: int) -> Deeds:
    yield does(day, "is registered again", home)
    yield from billed(day, again(home.payer), "exam", "blood")
    yield does(day - 6, "is found twice", home)
    yield from pays(chance, home, day - 12)


WRITTEN_OFF, GIVEN_AWAY = (40, "is dealt with", "write_off"), (60, "is dealt with", "collections")
BEGUN = ((3, "goes on a plan", "5"), (4, "pays by card", "part"))
RARITIES = {
    "discount": Rarity(with_draft_changed("discount"), 7),
    "discount on a line": Rarity(with_draft_changed("line discount"), 4),
    "surcharge": Rarity(with_draft_changed("surcharge"), 4),
    "product": Rarity(with_draft_changed("product"), 12),
    "procedure": Rarity(with_draft_changed("procedure"), 4),
    "written by hand": Rarity(with_draft_changed("by hand", "discount"), 5),
    "rate": Rarity(with_draft_changed("rate"), 5),
    "tax on all of it": Rarity(with_draft_changed("product", "tax"), 4),
    "due date": Rarity(with_draft_changed("due date"), 3),
    "void": Rarity(with_deeds((3, "has a bill voided", "Sent to the wrong guarantor.")), 3, over=False),
    "void and billed anew": Rarity(
        with_deeds((3, "has a bill voided", "The wrong visit."), (4, "is billed"), (20, "pays by check")), 4),
    "cancelled": Rarity(
        with_deeds((9, "pays by check"), (11, "has a payment cancelled", "Somebody else’s check."),
                   (20, "pays by ach")), 3),
    "credit used": Rarity(
        with_deeds((5, "pays by check", "more"), (20, "visits", "exam"), (20, "is billed"), (22, "uses credit"),
                   (25, "pays by card")), 4),
    "credit kept": Rarity(with_deeds((5, "pays by bank_transfer", "more")), 3),
    "refund of credit": Rarity(with_deeds((5, "pays by check", "more"), (9, "is refunded", "from_credit", "some")), 3),
    "refund settled": Rarity(with_deeds((5, "pays by card"), (9, "is refunded", "settled", "some")), 3),
    "refunded whole": Rarity(with_deeds((5, "pays by card"), (9, "is refunded", "settled", "all")), 3),
    "refund that reopens": Rarity(
        with_deeds((5, "pays by cash"), (9, "is refunded", "reopen", "some"), (15, "pays by check")), 3),
    "refund at the processor": Rarity(with_deeds((5, CARD), (11, "is refunded at the processor")), 2),
    "dispute won": Rarity(with_deeds((4, CARD), (12, "disputes", "opened"), (40, "disputes", "won")), 2),
    "dispute lost": Rarity(
        with_deeds((4, CARD), (12, "disputes", "opened"), (29, "disputes", "lost"), (31, "pays by check")), 2),
    "in a group": Rarity(with_deeds((8, "pays by check", "all", "", "Employer’s benefit, spring")), 6),
    "plan kept": Rarity(
        with_deeds((9, "goes on a plan", "4"), (9, "pays by card", "part"), (40, "pays by card", "part"),
                   (70, "pays by card", "part"), (100, "pays by card"), of_much=True), 3),
    "written off": Rarity(when_late(WRITTEN_OFF), 4, LATE),
    "written off in part": Rarity(
        when_late((20, "is dealt with", "write_off_part"), (26, "pays by check")), 2, LATE),
    "brought back": Rarity(
        when_late(WRITTEN_OFF, (43, "is dealt with", "undo_write_off"), (50, "pays by card")), 2, LATE),
    "recovered": Rarity(when_late(WRITTEN_OFF, (85, "pays by check", "3000")), 2, LATE),
    "in collections": Rarity(when_late(GIVEN_AWAY), 3, LATE, over=False),
    "recalled": Rarity(when_late(GIVEN_AWAY, (75, "is dealt with", "recall"), (80, "pays by check")), 1, LATE),
    "fee waived": Rarity(with_deeds((4, "has a late fee waived"), (9, "pays by check"), until_late=True), 4, LATE),
    "registered twice": Rarity(registered_twice, 1),
    "dispute open": Rarity(with_deeds((4, CARD), (9, "disputes", "opened")), 1, (21, 22), over=False),
    "plan on track": Rarity(with_deeds(*BEGUN, of_much=True), 3, (26, 30), over=False),
    "plan behind": Rarity(with_deeds(*BEGUN, of_much=True), 2, (56, 60), over=False),
    "overpaid of late": Rarity(with_deeds((3, "pays by ach", "more")), 2, (12, 20), over=False),
    "bought": Rarity(with_draft_changed("product"), 4, (7, 12), over=False),
    "waiting in the queue": Rarity(left_in_the_queue, 6, (4, 9), over=False),
}  # fmt: skip
