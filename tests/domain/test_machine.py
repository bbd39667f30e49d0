"""The machines' tables, held against what FEATURES promises: every state × move fires to its target or is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import CLOCK, Actor, Grant, patient, vendor
from domain.errors import Refusal
from domain.invoice import INVOICE, OPEN
from domain.invoice_set import CHASED, INVOICE_SET, SENDING
from domain.machine import Machine, Move
from domain.machines import MACHINES

HERE = "downtown"
ADMIN = Actor("person", "U1", "Ada", "slack", (Grant("admin"),))

SETS = """
move             roles    from                                        to
pause            biller   active,will_fail,failed                     paused
resume           biller   paused                                      active
send_now         biller   active,will_fail,failed                     active
write_off        biller   active,paused,expired,will_fail,failed      written_off
write_off_part   biller   active,paused,expired,will_fail,failed      same
undo_write_off   biller   written_off                                 before
undo_part        biller   active,paused,expired,will_fail,failed      same
collections      biller   active,paused,expired,will_fail,failed      collections
recall           biller   collections                                 before
change_rule_set  biller   active,paused,expired,will_fail,failed      active
cancel           manager  active,paused,expired,will_fail,failed      cancelled
foresee_failure  house    active                                      will_fail
clear_failure    house    will_fail                                   active
fail             house    active,will_fail                            failed
expire           house    active,will_fail                            expired
settle           house    active,paused,expired,will_fail,failed,collections  paid
reopen           house    paid                                        paused
"""
"""FEATURES O3 row by row, and what happens by itself: typed out once more, so that a slip in the table shows."""

INVOICES = """
move          roles   from                    to
send          biller  draft                   sent
void          biller  sent,overdue            void
mark_overdue  house   sent                    overdue
settle        house   sent,overdue            paid
reopen        house   paid,archived,refunded  sent
reopen_late   house   paid,archived,refunded  overdue
refund        house   paid                    refunded
close         house   sent,overdue            archived
archive       biller  paid,refunded,void      archived
waive_late_fee  biller  sent,overdue          same
"""

PAYMENTS = """
move           roles   from               to
cancel         biller  received           cancelled
refund         biller  received           refunded
refund_part    biller  received,disputed  same
return_refund  house   refunded           received
return_part    house   received,disputed  same
dispute        house   received,refunded  disputed
dispute_more   house   disputed           same
win_one        house   disputed           same
lose_one       house   disputed           same
win            house   disputed           received
win_refunded   house   disputed           refunded
lose           house   disputed           lost
lose_part      house   disputed           received
"""

CLAIMS = """
move          roles   from                                         to
file          biller  open,denied,reversed                         filed
forward       biller  open,filed,forwarded,paid,denied,reversed    forwarded
pay           biller  open,filed,forwarded,paid,denied,reversed    paid
deny          biller  open,filed,forwarded,paid,denied,reversed    denied
reverse       biller  open,filed,forwarded,paid,denied,reversed    reversed
bill_patient  biller  forwarded,denied,reversed                    same
"""

CASH_DAYS = """
move     roles   from  to
pay_in   biller  open  same
pay_out  biller  open  same
close    biller  open  closed
"""

PLANS = """
move         roles   from         to
change       biller  active,late  active
cancel       biller  active,late  cancelled
fall_behind  house   active       late
catch_up     house   late         active
complete     house   active,late  completed
"""

RANKS = ("viewer", "biller", "manager", "admin")


def promised(table: str) -> dict[str, tuple[str, set[str], str]]:
    rows = [line.split() for line in table.strip().splitlines()[1:]]
    return {move: (role, set(sources.split(",")), to) for move, role, sources, to in rows}


PROMISED = {
    "invoice": promised(INVOICES),
    "set": promised(SETS),
    "payment": promised(PAYMENTS),
    "cash_day": promised(CASH_DAYS),
    "plan": promised(PLANS),
    "claim": promised(CLAIMS),
}
EVERY = [(machine, status, move) for machine in MACHINES for status in machine.states for move in machine.moves]


def person(role: str, *locations: str) -> Actor:
    return Actor("person", "U1", "Pat", "slack", (Grant(role, locations),))  # type: ignore[arg-type]


def name_of(value: object) -> str:
    return value.noun if isinstance(value, Machine) else value.name if isinstance(value, Move) else str(value)


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_the_table_has_the_moves_that_were_promised_and_no_others(machine: Machine) -> None:
    assert [move.name for move in machine.moves] == list(PROMISED[machine.noun])


@pytest.mark.parametrize(("machine", "status", "move"), EVERY, ids=name_of)
def test_every_move_from_every_state_leads_where_it_was_promised_or_is_refused(
    machine: Machine, status: str, move: Move
) -> None:
    role, sources, to = PROMISED[machine.noun][move.name]
    who = CLOCK if role == "house" else ADMIN
    if status not in sources:
        with pytest.raises(Refusal) as refused:
            machine.fire(move.name, status=status, before=None, actor=who, location=HERE)
        assert (refused.value.code, refused.value.status) == ("stale", 409)
        assert machine.states[status].lower() in refused.value.sentence
        return
    for before in machine.states:
        step = machine.fire(move.name, status=status, before=before, actor=who, location=HERE)
        assert (step.move, step.source) == (move, status)
        assert step.to == {"same": status, "before": before}.get(to, to)


@pytest.mark.parametrize(("machine", "move"), [(m, move) for m in MACHINES for move in m.moves], ids=name_of)
def test_a_move_needs_its_role_and_nobody_s_press_moves_what_happens_by_itself(machine: Machine, move: Move) -> None:
    role, sources, _ = PROMISED[machine.noun][move.name]
    for who in (*map(person, RANKS), CLOCK, vendor("stripe"), patient(7), Actor("program", "k", "K", "api")):
        allowed = who.kind in ("clock", "vendor") or (
            role in RANKS and who.kind == "person" and RANKS.index(who.grants[0].role) >= RANKS.index(role)
        )
        if allowed:
            machine.fire(move.name, status=min(sources), before=None, actor=who, location=HERE)
            continue
        with pytest.raises(Refusal) as refused:
            machine.fire(move.name, status=min(sources), before=None, actor=who, location=HERE)
        assert (refused.value.code, refused.value.status) == ("forbidden", 403)


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_who_may_not_is_told_so_before_how_the_thing_stands(machine: Machine) -> None:
    for status, move in itertools.product(machine.states, machine.moves):
        with pytest.raises(Refusal, match="needs the role"):
            machine.fire(move.name, status=status, before=None, actor=person("viewer"), location=HERE)


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_every_state_is_reached_and_none_is_named_that_does_not_exist(machine: Machine) -> None:
    reached, size = {machine.first}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {
            step.to
            for status, move in itertools.product(tuple(reached), machine.moves)
            if status in move.sources
            for step in [machine.fire(move.name, status=status, before=None, actor=CLOCK, location=HERE)]
        }
    assert reached == machine.states.keys()
    assert {source for move in machine.moves for source in move.sources} <= machine.states.keys()


class Row:
    """A record with every figure that a move may wait for."""

    def __init__(self, written_off_cents: int) -> None:
        self.written_off_cents = written_off_cents


@pytest.mark.parametrize("role", RANKS)
@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_what_is_offered_is_exactly_what_would_fire(machine: Machine, role: str) -> None:
    who = person(role)
    for status in machine.states:
        offered = machine.offered(status, who, HERE, Row(100))
        for move in machine.moves:
            try:
                machine.fire(move.name, status=status, before=None, actor=who, location=HERE)
            except Refusal:
                assert move not in offered
            else:
                assert (move in offered) == move.listed


def test_undoing_a_part_is_offered_only_where_a_part_is_written_off() -> None:
    for status in CHASED:
        for cents in (0, 1):
            offered = {move.name for move in INVOICE_SET.offered(status, ADMIN, HERE, Row(cents))}
            assert ("undo_part" in offered) == bool(cents)
            assert "write_off_part" not in offered


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_a_viewer_is_offered_nothing_and_nobody_anything_elsewhere(machine: Machine) -> None:
    for status in machine.states:
        assert machine.offered(status, person("viewer"), HERE, Row(1)) == ()
        assert machine.offered(status, person("admin", "northside"), HERE, Row(1)) == ()
        assert machine.offered(status, patient(1), HERE, Row(1)) == ()


def test_only_a_manager_stops_the_chase() -> None:
    for status in CHASED:
        names = [{m.name for m in INVOICE_SET.offered(status, person(role), HERE)} for role in RANKS]
        assert ["cancel" in offered for offered in names] == [False, False, True, True]


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_what_can_be_undone_can_be_undone_from_where_it_led(machine: Machine) -> None:
    for move in machine.moves:
        if move.undone_by is None:
            continue
        for source in move.sources:
            there = machine.fire(move.name, status=source, before=None, actor=CLOCK, location=HERE)
            back = machine.fire(move.undone_by, status=there.to, before=source, actor=CLOCK, location=HERE)
            assert back.to in (source, "active")


def test_the_groups_of_states_are_states_and_only_open_ones_send() -> None:
    assert set(OPEN) < INVOICE.states.keys()
    assert set(SENDING) < set(CHASED) < INVOICE_SET.states.keys()


def test_a_move_nobody_knows_is_not_found() -> None:
    with pytest.raises(Refusal, match="“fly” is not something that can be done with balance") as refused:
        INVOICE_SET.fire("fly", status="active", before=None, actor=ADMIN, location=HERE)
    assert refused.value.status == 404


def wrong_fields(move: str, given: dict[str, object], currency: str = "USD") -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        INVOICE_SET.answers(move, given, currency)
    assert (refused.value.code, refused.value.status) == ("invalid", 422)
    assert refused.value.by_field() == refused.value.fields
    return refused.value.fields


def test_every_wrong_answer_is_told_at_once_and_unknown_ones_too() -> None:
    assert wrong_fields("write_off", {"reason": "  ", "amount": "lots", "color": "red"}).keys() == {
        "reason",
        "amount",
        "color",
    }
    assert "Write off does not ask for “color”." in wrong_fields("write_off", {"color": 1}).values()


@pytest.mark.parametrize("reason", [None, "", " \n\t "])
def test_a_reason_that_is_asked_for_is_needed(reason: object) -> None:
    assert wrong_fields("cancel", {"reason": reason}) == {"reason": "Reason is needed."}
    assert wrong_fields("cancel", {}) == {"reason": "Reason is needed."}


def test_an_answer_may_be_as_long_as_its_field_and_no_longer() -> None:
    assert INVOICE_SET.answers("cancel", {"reason": "x" * 500}, "USD") == {"reason": "x" * 500}
    assert wrong_fields("cancel", {"reason": "x" * 501}) == {"reason": "Reason can be at most 500 characters long."}


@pytest.mark.parametrize("amount", ["lots", "12,50", "1e9", "0", "0.00", "-5", "1.005", "9" * 15, [], {"a": 1}, True])
def test_an_amount_that_is_none_is_wrong_on_its_field(amount: object) -> None:
    assert wrong_fields("write_off", {"reason": "gone", "amount": amount}).keys() == {"amount"}


@pytest.mark.parametrize("amount", [None, "", "  "])
def test_no_amount_means_all_of_it(amount: object) -> None:
    assert INVOICE_SET.answers("write_off", {"reason": " gone ", "amount": amount}, "USD") == {
        "reason": "gone",
        "amount": None,
    }


def test_an_amount_is_read_in_the_practice_s_currency() -> None:
    for currency, cents in (("USD", 4_000), ("JPY", 40), ("KWD", 40_000)):
        assert INVOICE_SET.answers("write_off", {"reason": "x", "amount": "40"}, currency)["amount"] == cents


@given(st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=600) | st.integers(), max_size=4))
def test_whatever_is_answered_it_is_read_or_refused(given_: dict[str, object]) -> None:
    for move in INVOICE_SET.moves:
        try:
            read = INVOICE_SET.answers(move.name, given_, "USD")
        except Refusal as refused:
            wrong = refused.by_field()
            assert wrong
        else:
            assert read.keys() == {ask.name for ask in move.asks}
