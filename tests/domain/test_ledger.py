"""The ledger's arithmetic over random histories: always balanced, and the receivable is what is owed."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import ledger
from domain.allocation import oldest_first
from domain.ledger import Account, Entry, balances, receivable_of, reverse

cents = st.integers(1, 10**9)
invoices = st.integers(1, 4)
A = Account

BOOKED: dict[Callable[..., list[Entry]], list[tuple[Account, Account]]] = {
    lambda c: ledger.issue(1, c): [(A.RECEIVABLE, A.REVENUE)],
    lambda c: ledger.issue(1, 0, c): [(A.RECEIVABLE, A.TAX)],
    lambda c: ledger.issue(1, c, c): [(A.RECEIVABLE, A.REVENUE), (A.RECEIVABLE, A.TAX)],
    lambda c: ledger.late_fee(1, c): [(A.RECEIVABLE, A.LATE_FEES)],
    ledger.receive: [(A.CASH, A.CREDIT)],
    lambda c: ledger.apply(1, c): [(A.CREDIT, A.RECEIVABLE)],
    lambda c: ledger.unapply(1, c): [(A.RECEIVABLE, A.CREDIT)],
    ledger.give_back: [(A.CREDIT, A.CASH)],
    lambda c: ledger.adjust(1, c): [(A.ADJUSTMENTS, A.RECEIVABLE)],
    lambda c: ledger.write_off(1, c): [(A.BAD_DEBT, A.RECEIVABLE)],
    ledger.dispute_opened: [(A.DISPUTED, A.CASH)],
    ledger.dispute_won: [(A.CASH, A.DISPUTED)],
    ledger.dispute_lost: [(A.CREDIT, A.DISPUTED)],
}
"""What each act books, debit first: facts/messaging.md §6 typed out once more."""


@pytest.mark.parametrize(("act", "expected"), BOOKED.items())
@given(cents)
def test_each_act_books_what_the_table_says(
    act: Callable[[int], list[Entry]], expected: list[tuple[Account, Account]], amount: int
) -> None:
    booked = act(amount)
    assert [(entry.debit, entry.credit) for entry in booked] == expected
    assert {entry.amount_cents for entry in booked} == {amount}
    assert sum(balances(booked).values()) == 0


def test_issuing_nothing_books_nothing() -> None:
    assert ledger.issue(1, 0) == []


@pytest.mark.parametrize(
    "wrong",
    [
        (A.CASH, A.CREDIT, 0, None),
        (A.CASH, A.CREDIT, -1, None),
        (A.CASH, A.CASH, 1, None),
        (A.RECEIVABLE, A.REVENUE, 1, None),
        (A.CREDIT, A.RECEIVABLE, 1, None),
        (A.CASH, A.CREDIT, 1, 7),
    ],
)
def test_what_is_no_entry_cannot_be_made(wrong: tuple[Account, Account, int, int | None]) -> None:
    with pytest.raises(ValueError, match="entry"):
        Entry(*wrong)


class Books(RuleBasedStateMachine):
    """A guarantor's history by acts, beside a plain restatement of what is owed and held."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.owed: Counter[int] = Counter()
        self.applied: Counter[int] = Counter()
        self.credit = self.cash = self.disputed = 0

    @rule(invoice=invoices, net=cents, tax=st.integers(0, 10**6))
    def issue(self, invoice: int, net: int, tax: int) -> None:
        self.entries += ledger.issue(invoice, net, tax)
        self.owed[invoice] += net + tax

    @rule(invoice=invoices, fee=cents)
    def late(self, invoice: int, fee: int) -> None:
        self.entries += ledger.late_fee(invoice, fee)
        self.owed[invoice] += fee

    @rule(amount=cents)
    def receive_and_apply(self, amount: int) -> None:
        self.entries += ledger.receive(amount)
        self.cash += amount
        shares = oldest_first(amount, sorted(self.owed.items()))
        for invoice, share in shares:
            self.entries += ledger.apply(invoice, share)
            self.owed[invoice] -= share
            self.applied[invoice] += share
        self.credit += amount - sum(share for _, share in shares)

    @precondition(lambda self: self.applied.total())
    @rule(data=st.data())
    def cancel_a_part(self, data: st.DataObject) -> None:
        """Unapplied and given back: the balance rises."""
        invoice = data.draw(st.sampled_from([i for i, held in self.applied.items() if held]))
        amount = data.draw(st.integers(1, self.applied[invoice]))
        self.entries += ledger.unapply(invoice, amount) + ledger.give_back(amount)
        self.applied[invoice] -= amount
        self.owed[invoice] += amount
        self.cash -= amount

    @precondition(lambda self: self.applied.total())
    @rule(data=st.data())
    def refund_settled(self, data: st.DataObject) -> None:
        """Money goes out and the balance stays."""
        invoice = data.draw(st.sampled_from([i for i, held in self.applied.items() if held]))
        amount = data.draw(st.integers(1, self.applied[invoice]))
        self.entries += ledger.unapply(invoice, amount) + ledger.give_back(amount) + ledger.adjust(invoice, amount)
        self.applied[invoice] -= amount
        self.cash -= amount

    @precondition(lambda self: self.owed.total())
    @rule(data=st.data(), undone=st.booleans())
    def write_off(self, data: st.DataObject, undone: bool) -> None:
        invoice = data.draw(st.sampled_from([i for i, owed in self.owed.items() if owed]))
        amount = data.draw(st.integers(1, self.owed[invoice]))
        self.entries += ledger.write_off(invoice, amount)
        if undone:
            self.entries += reverse(ledger.write_off(invoice, amount))
        else:
            self.owed[invoice] -= amount

    @precondition(lambda self: self.applied.total())
    @rule(data=st.data(), won=st.booleans())
    def dispute(self, data: st.DataObject, won: bool) -> None:
        invoice = data.draw(st.sampled_from([i for i, held in self.applied.items() if held]))
        amount = data.draw(st.integers(1, self.applied[invoice]))
        self.entries += ledger.dispute_opened(amount)
        if won:
            self.entries += ledger.dispute_won(amount)
            return
        self.entries += ledger.unapply(invoice, amount) + ledger.dispute_lost(amount)
        self.applied[invoice] -= amount
        self.owed[invoice] += amount
        self.cash -= amount

    @invariant()
    def everything_balances(self) -> None:
        found = balances(self.entries)
        assert sum(found.values()) == 0
        assert found.get(A.RECEIVABLE, 0) == self.owed.total()
        assert found.get(A.CREDIT, 0) == -self.credit
        assert found.get(A.CASH, 0) == self.cash
        assert found.get(A.DISPUTED, 0) == 0

    @invariant()
    def each_invoice_owes_what_is_restated(self) -> None:
        for invoice in range(1, 5):
            assert receivable_of(invoice, self.entries) == self.owed[invoice] >= 0


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=50, stateful_step_count=30)


@given(st.lists(st.sampled_from(list(BOOKED)), max_size=5), cents)
def test_a_reversal_takes_everything_back_and_its_own_reversal_restores_it(
    acts: list[Callable[[int], list[Entry]]], amount: int
) -> None:
    entries = [entry for act in acts for entry in act(amount)]
    assert not any(balances(entries + reverse(entries)).values())
    assert reverse(reverse(entries)) == entries


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), max_size=8))
def test_a_payment_falls_on_the_oldest_first_and_never_above_a_balance_or_itself(
    amount: int, open_balances: list[int]
) -> None:
    owed = list(enumerate(open_balances))
    shares = dict(oldest_first(amount, owed))
    assert sum(shares.values()) == min(amount, sum(open_balances))
    assert all(0 < share <= open_balances[invoice] for invoice, share in shares.items())
    for invoice in shares:
        assert all(shares.get(older, 0) == balance for older, balance in owed[:invoice])
