"""Every verb of the books: what it does, how the copybook says it, and how often it comes. To add one is a row."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.billing.histories import care, chasing, families, money
from tests.billing.histories.town import Town

Do = Callable[[Town], Awaitable[str | None]]
"""Does it, restates it, and says what that was; None where there is nothing to do it with."""


class Verb(NamedTuple):
    do: Do
    weight: int


VERBS = (
    Verb(care.visit, 8),
    Verb(care.draft, 4),
    Verb(care.edit, 3),
    Verb(care.discard, 1),
    Verb(care.send, 10),
    Verb(care.take_back, 2),
    Verb(care.put_away, 1),
    Verb(care.restock, 1),
    Verb(care.insurer_says, 5),
    Verb(care.staff_decide, 1),
    Verb(money.pay, 10),
    Verb(money.slip, 2),
    Verb(money.use_credit, 4),
    Verb(money.cancel, 4),
    Verb(money.refund, 6),
    Verb(money.refund_ends, 5),
    Verb(money.dispute, 5),
    Verb(money.drawer, 3),
    Verb(chasing.days_pass, 8),
    Verb(chasing.waive, 2),
    Verb(chasing.forgive, 7),
    Verb(chasing.bring_back, 6),
    Verb(chasing.forgive_and_regret, 2),
    Verb(chasing.agree, 4),
    Verb(chasing.hand_over, 3),
    Verb(families.change_payer, 2),
    Verb(families.merge, 1),
)
