"""Itemizing a balance for an agency: from what the ledger says of it, adding up to it, whatever has happened."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import ledger
from domain.agency import PACKET_COLUMNS, Itemized, PacketRow, itemized, packet_csv
from domain.ledger import Account, Entry, receivable_of, sides

CENTS = st.integers(1, 10_000)
ACTS = st.sampled_from((ledger.late_fee, ledger.apply, ledger.unapply, ledger.adjust, ledger.write_off, ledger.recover))


def standing(entries: list[Entry]) -> dict[Account, int]:
    found: dict[Account, int] = {}
    for account, _, cents in sides(entries):
        if account is not Account.RECEIVABLE:
            found[account] = found.get(account, 0) - cents
    return found


@given(st.lists(st.tuples(ACTS, CENTS)), CENTS, st.integers(0, 500))
def test_the_items_add_up_to_the_balance(acts: list[tuple[object, int]], net: int, tax: int) -> None:
    entries = ledger.issue(7, net, tax)
    for act, cents in acts:
        entries += act(7, cents)  # type: ignore[operator]
    found = itemized(standing(entries))
    assert found.balance_cents == receivable_of(7, entries)
    assert found.principal_cents == net + tax


def test_each_act_stands_where_the_law_asks_for_it() -> None:
    entries = [
        *ledger.issue(7, 10_000, 800),
        *ledger.late_fee(7, 1_500),
        *ledger.apply(7, 4_000),
        *ledger.adjust(7, 100),
    ]
    entries += [*ledger.write_off(7, 200), *ledger.reverse(ledger.late_fee(7, 500))]
    assert itemized(standing(entries)) == Itemized(10_800, 1_000, 4_000, 300)


@pytest.mark.parametrize(("name", "cell"), [("=1+1", "'=1+1"), ("O'Hara", "O'Hara"), ("-", "'-")])
def test_the_file_is_read_as_it_was_meant(name: str, cell: str) -> None:
    row = PacketRow(
        case=1, creditor="Riverside", clinic="Downtown", account="P-1", first_name=name, last_name="García, José",
        birth_date=None, phone="+12125550123", email=None, language="es_US", invoice="INV-1001",
        first_service_on=date(2026, 3, 2), last_service_on=date(2026, 3, 2), due_on=date(2026, 4, 1),
        last_payment_on=None, currency="USD", itemized_on=date(2026, 3, 2), itemized_by="last_statement",
        principal_cents=12_500, fees_cents=1_500, payments_cents=0, credits_cents=0, balance_cents=14_000,
        balance_now_cents=14_000, note="Two letters",
    )  # fmt: skip
    [read] = csv.DictReader(io.StringIO(packet_csv([row])))
    assert tuple(read) == PACKET_COLUMNS
    assert (read["first_name"], read["last_name"], read["phone"]) == (cell, "García, José", "+12125550123")
    assert (read["balance_cents"], read["itemized_on"], read["birth_date"]) == ("14000", "2026-03-02", "")
    assert (read["disputed"], read["attorney"], read["bankruptcy"], read["deceased"]) == ("", "", "", "")
