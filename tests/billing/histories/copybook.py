"""What a history should come to, restated in plain words: no database, no machine, none of the house's own rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Then = Literal["settled", "reopen"]
Fall = tuple[int, int]
"""A bill and the cents that fall on it."""


@dataclass
class Bill:
    payer: int
    due: date
    balance: int
    from_shelf: Counter[str] = field(default_factory=Counter)


@dataclass
class Part:
    """Of a payment, on a bill."""

    bill: int
    cents: int = 0
    recovered: int = 0


@dataclass
class Money:
    payer: int
    cents: int
    drawer: tuple[str, date] | None = None
    """Where it lies, if it is cash."""
    loose: int = 0
    gone: int = 0
    disputed: int = 0
    parts: list[Part] = field(default_factory=list)


@dataclass
class Forgiven:
    chase: int
    bill: int
    cents: int
    left: int
    """What has not come after all."""


@dataclass
class Copybook:
    bills: dict[int, Bill] = field(default_factory=dict)
    moneys: dict[int, Money] = field(default_factory=dict)
    forgiven: list[Forgiven] = field(default_factory=list)
    drawers: Counter[tuple[str, date]] = field(default_factory=Counter)
    shelf: Counter[str] = field(default_factory=Counter)
    seen_cents: int = 0
    """What was done at clients' own expense."""

    # -- bills ---------------------------------------------------------------------------------------------------------

    def open_bills(self, payer: int) -> list[int]:
        """Oldest first."""
        mine = [number for number, bill in self.bills.items() if bill.payer == payer and bill.balance]
        return sorted(mine, key=lambda number: (self.bills[number].due, number))

    def owed(self, bills: Iterable[int]) -> int:
        return sum(self.bills[number].balance for number in bills)

    def credit(self, payer: int) -> int:
        return sum(money.loose for money in self.moneys.values() if money.payer == payer)

    def shared(self, cents: int, bills: Iterable[int]) -> Iterator[Fall]:
        for number in bills:
            if part := min(cents, self.bills[number].balance):
                yield number, part
                cents -= part

    def sent(self, number: int, bill: Bill) -> None:
        self.bills[number] = bill
        self.shelf.subtract(bill.from_shelf)

    def void(self, number: int) -> None:
        bill = self.bills[number]
        bill.balance = 0
        self.shelf.update(bill.from_shelf)

    # -- money in ------------------------------------------------------------------------------------------------------

    def received(self, number: int, money: Money, falls: Sequence[Fall]) -> None:
        self.moneys[number] = money
        money.loose = money.cents
        if money.drawer:
            self.drawers[money.drawer] += money.cents
        for bill, cents in falls:
            self.put_on(money, bill, cents)

    def put_on(self, money: Money, bill: int, cents: int, *, recovered: int = 0) -> None:
        part = next((part for part in money.parts if part.bill == bill), None)
        if part is None:
            money.parts.append(part := Part(bill))
        money.loose -= cents
        part.cents += cents
        part.recovered += recovered
        self.bills[bill].balance -= cents - recovered

    def recover(self, money: Money, chases: Iterable[int]) -> None:
        """What is left of it goes to what was written off whole."""
        whole = [each for each in self.forgiven if each.chase in set(chases)]
        for each in sorted(whole, key=lambda each: self.bills[each.bill].due):
            if cents := min(money.loose, each.left):
                each.left -= cents
                self.put_on(money, each.bill, cents, recovered=cents)

    def use_credit(self, payer: int, cents: int, bills: Sequence[int]) -> None:
        for _, money in sorted(self.moneys.items()):
            if money.payer == payer:
                for bill, part in list(self.shared(min(cents, money.loose), bills)):
                    self.put_on(money, bill, part)
                    cents -= part

    # -- money out -----------------------------------------------------------------------------------------------------

    def taken_off(self, money: Money, cents: int, then: Then) -> list[Fall]:
        """So much comes off the bills it stands on, what was put on last first; into the payer's credit."""
        off = []
        for part in reversed(money.parts):
            if cut := min(cents, part.cents):
                self.take_off(money, part, cut, then)
                off.append((part.bill, cut))
                cents -= cut
        money.parts = [part for part in money.parts if part.cents]
        return off

    def take_off(self, money: Money, part: Part, cents: int, then: Then) -> None:
        recovered = min(cents, part.recovered)
        part.cents -= cents
        part.recovered -= recovered
        money.loose += cents
        if then == "reopen":
            self.bills[part.bill].balance += cents - recovered
        for each in reversed(self.forgiven):
            if each.bill == part.bill:
                again = min(recovered, each.cents - each.left)
                each.left += again
                recovered -= again

    def gone(self, money: Money, cents: int) -> None:
        money.loose -= cents
        money.gone += cents

    def refunded(self, money: Money, cents: int, then: Then, *, overpaid_first: bool) -> list[Fall]:
        on_bills = sum(part.cents for part in money.parts)
        overpaid = min(cents, money.loose) if overpaid_first else max(0, cents - on_bills)
        off = self.taken_off(money, cents - overpaid, then)
        self.gone(money, cents)
        return off

    def came_back(self, money: Money, cents: int, again: Sequence[Fall]) -> None:
        self.gone(money, -cents)
        for bill, part in again:
            if part := min(part, self.bills[bill].balance):
                self.put_on(money, bill, part)

    # -- forgiving -----------------------------------------------------------------------------------------------------

    def forgive(self, chase: int, bills: Sequence[int], cents: int) -> None:
        for bill, part in list(self.shared(cents, bills)):
            self.bills[bill].balance -= part
            self.forgiven.append(Forgiven(chase, bill, part, part))

    def bring_back(self, chase: int) -> None:
        """What has come meanwhile was a payment like any other."""
        back = [each for each in self.forgiven if each.chase == chase]
        for each in back:
            self.bills[each.bill].balance += each.left
            self.forgiven.remove(each)
        for money in self.moneys.values():
            for part in money.parts:
                part.recovered *= part.bill not in {each.bill for each in back}

    def credit_note(self, bill: int, cents: int) -> None:
        """First off what is open, then off what was paid last."""
        opened = min(cents, self.bills[bill].balance)
        self.bills[bill].balance -= opened
        cents -= opened
        for _, money in sorted(self.moneys.items(), reverse=True):
            for part in money.parts:
                if part.bill == bill and (cut := min(cents, part.cents)):
                    self.take_off(money, part, cut, "settled")
                    cents -= cut
            money.parts = [part for part in money.parts if part.cents]
