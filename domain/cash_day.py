"""The life of a day of the cash register, as one table, and the arithmetic of its drawer."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import invalid
from domain.machine import SAME, Ask, Machine, Move
from domain.money import MOST_CENTS, plain

AMOUNT = Ask("amount", "Amount", "money")
WHAT_FOR = Ask("reason", "What for")
NOTE = Ask("note", "Note on a difference", required=False)

CASH_DAY = Machine(
    noun="cash_day",
    title="day of the cash register",
    first="open",
    states={"open": "Open", "closed": "Closed"},
    moves=(
        Move("pay_in", "Pay in", "paid into", ("open",), SAME, "biller", (AMOUNT, WHAT_FOR), button=True),
        Move("pay_out", "Pay out", "paid out of", ("open",), SAME, "biller", (AMOUNT, WHAT_FOR), button=True),
        Move("close", "Close the day", "closed", ("open",), "closed", "biller", (NOTE,), style="primary", button=True,
             confirm="A closed day doesn't change any more."),
    ),
)  # fmt: skip

DENOMINATIONS: Mapping[str, tuple[int, ...]] = {
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1),
    "CAD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 25, 10, 5),
    "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "GBP": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
}
"""What lies in a drawer, largest first. Where a currency is not listed, any amounts may be counted."""
MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class Drawer:
    """What went through a drawer in a day."""

    float_cents: int
    payments_cents: int
    refunds_cents: int
    paid_in_cents: int
    paid_out_cents: int

    @property
    def expected_cents(self) -> int:
        return self.float_cents + self.payments_cents - self.refunds_cents + self.paid_in_cents - self.paid_out_cents


def counted_cents(pieces: Mapping[int, int], currency: str) -> int:
    """What was counted, piece by piece: how many of which value."""
    known = DENOMINATIONS.get(currency)
    for value, number in pieces.items():
        if value <= 0 or value > MOST_CENTS or (known and value not in known):
            raise invalid(f"There is no coin or note of {plain(value, currency)}.", "counted")
        if not 0 <= number <= MOST_PIECES:
            raise invalid(f"{number} pieces of {plain(value, currency)} cannot be.", "counted")
    return sum(value * number for value, number in pieces.items())
