"""835 files as payers send them, and as they arrive when something went wrong: read whole, or refused in a sentence."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.remittances import Adjustment, Check, ServiceLine, doubts_about_check, doubts_about_claim
from gateways.pyx12_remittance import read_835
from tests.support.era import BLUE, BLUE_NAME, Claim, cas, check, era, line, paid, reversal

FILES = Path(__file__).parent / "835"
MARIA = paid("S-1", 20_000, 4_000, written_down=1_000)
TWO = era(check(MARIA, paid("S-2", 10_000, 0), provider=[("L6", -50)]), check(trace="EFT00018"))


def read(content: bytes) -> tuple[Check, ...]:
    return read_835(content, currency="USD")


def refused(content: bytes) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        read(content)
    assert (refusal.value.code, refusal.value.status) == ("unreadable_835", 422)
    assert refusal.value.fields
    return refusal.value.fields


def test_several_checks_with_their_claims_are_read() -> None:
    first, second = read(TWO)
    assert (first.payer, first.payer_name, first.trace, first.on) == (BLUE, BLUE_NAME, "EFT00017", date(2026, 3, 10))
    assert (first.amount_cents, first.provider_cents, first.currency) == (25_050, -50, None)
    assert [(c.account, c.code, c.charged_cents, c.paid_cents, c.patient_cents) for c in first.claims] == [
        ("S-1", "1", 20_000, 15_000, 4_000),
        ("S-2", "1", 10_000, 10_000, 0),
    ]
    assert (second.trace, second.amount_cents, second.claims) == ("EFT00018", 0, ())


def test_every_triplet_is_read_at_claim_and_line() -> None:
    told = Claim(
        "S-1", "1", 50_000, 31_000, 9_000,
        [cas("PR", ("1", 1_000), ("2", 2_000), ("3", 3_000)), cas("CO", ("45", 4_000))],
        [
            line("D1110", 30_000, 20_500, cas("PR", *((str(n), 500) for n in range(1, 7))), cas("OA", ("23", 6_500))),
            line("D0150", 20_000, 20_500, cas("PI", ("94", -500))),
        ],
    )  # fmt: skip
    [claim] = read(era(check(told)))[0].claims
    assert claim.adjustments == (
        *(Adjustment("PR", str(n), n * 1_000) for n in (1, 2, 3)),
        Adjustment("CO", "45", 4_000),
    )
    assert claim.lines == (
        ServiceLine(
            "D1110", 30_000, 20_500,
            (*(Adjustment("PR", str(n), 500) for n in range(1, 7)), Adjustment("OA", "23", 6_500)),
        ),
        ServiceLine("D0150", 20_000, 20_500, (Adjustment("PI", "94", -500),)),
    )  # fmt: skip
    assert claim.share_cents == 9_000


def test_what_stands_after_the_claims_is_no_claim_s() -> None:
    [only] = read(era(check(MARIA, provider=[("FB", 100), ("WO", 250), ("L6", -75)])))
    assert only.provider_cents == 275
    assert only.claims[0].share_cents == 4_000


def test_a_reversal_s_figures_are_below_zero() -> None:
    [claim] = read(era(check(reversal(MARIA), amount=0)))[0].claims
    assert (claim.code, claim.charged_cents, claim.paid_cents, claim.patient_cents) == ("22", -20_000, -15_000, 0)
    assert claim.share_cents == -4_000


@pytest.mark.parametrize(
    "written", [{"end": "~"}, {"end": "~\r\n"}, {"end": "\n"}, {"sep": "|"}, {"sub": ">"}, {"version": "00401"}]
)
def test_payers_write_with_separators_of_their_own(written: dict[str, str]) -> None:
    lines = Claim("S-1", "1", 100, 90, 10, (), [line("D1110", 100, 90, cas("PR", ("1", 10)))])
    [only] = read(era(check(lines), **written))
    assert only.claims[0].lines == (ServiceLine("D1110", 100, 90, (Adjustment("PR", "1", 10),)),)


@pytest.mark.parametrize("around", [b"\xef\xbb\xbf%b", b"\r\n%b\r\n\r\n", b"%b\x1a", b"%b\x00\x00"])
def test_padding_around_a_file_is_no_part_of_it(around: bytes) -> None:
    assert read(around % TWO) == read(TWO)


def test_names_in_any_letters_do_not_keep_a_file_from_being_read() -> None:
    assert read(TWO.replace(b"GARCIA", "GARCÍA".encode("latin-1"))) == read(TWO)
    assert read(TWO.replace(BLUE_NAME.encode(), "SÃO PAULO".encode()))[0].payer_name == "SÃO PAULO"


def test_the_same_numbers_twice_and_loose_separators_do_no_harm() -> None:
    assert read(TWO + TWO) == read(TWO) * 2
    assert read(TWO.replace(b"*11*1~", b"*11*1**~")) == read(TWO)


@pytest.mark.parametrize("kept", range(1, len(TWO.rstrip()), 37))
def test_a_file_that_ends_early_is_refused_wherever_it_ends(kept: int) -> None:
    assert refused(TWO[:kept])


@pytest.mark.parametrize("gone", [n for n, segment in enumerate(TWO.split(b"~\n")) if segment])
def test_a_file_that_lacks_any_segment_is_refused_by_its_counts(gone: int) -> None:
    segments = TWO.split(b"~\n")
    assert refused(b"~\n".join(segments[:gone] + segments[gone + 1 :]))


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (b"SE*23*", b"SE*24*", "SE count of 24 for SE02=0001 is wrong. I count 23"),
        (b"GE*2*", b"GE*3*", "GE count of 3 for GE02=1 is wrong. I count 2"),
        (b"IEA*1*000000905", b"IEA*1*000000906", "IEA id=000000906 does not match ISA id=000000905"),
        (b"ST*835*0001", b"ST*837*0001", "ST01 is not 835: this is something else than a remittance"),
        (b"CAS*PR*1*40", b"CAS*PR*1*4O", "CAS03 is no amount of USD: “4O”"),
        (b"CAS*PR*1*40", b"CAS*PR*1*40.005", "CAS03 is no amount of USD: “40.005”"),
        (b"CAS*PR*1*40", b"CAS*PR*1*1E3", "CAS03 is no amount of USD: “1E3”"),
        (b"CAS*PR*1*40", b"CAS*XX*1*40", "CAS01 is none of PR, CO, OA, PI"),
        (b"CAS*PR*1*40", b"CAS*PR**40", "CAS02 is missing: nothing says why this was not paid"),
        (b"CLP*S-1*1*", b"CLP**1*", "CLP01 is missing"),
        (b"CLP*S-1*1*", b"CLP*S\x07*1*", "CLP01 is not a text of at most 60 letters"),
        (b"CLP*S-1*1*", b"CLP*%b*1*" % (b"S" * 61), "CLP01 is not a text of at most 60 letters"),
        (b"*20260310~\nTRN", b"*20261310~\nTRN", "BPR16 is no day: “20261310”"),
        (b"TRN*1*EFT00017", b"TRN*1*", "TRN02 is missing"),
        (b"BPR*I*250.5", b"BPX*I*250.5", "A transaction begins here and has no BPR"),
        (b"REF*EV", b"RE F*EV", 'Segment identifier "RE F" is invalid'),
        (b"*00501*", b"*00601*", "ISA Interchange Control Version Number is unknown"),
        (b"IEA*1", b"GE*1*1~\nIEA*1", "It ends what it has not begun"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(was: bytes, becomes: bytes, says: str) -> None:
    assert TWO.count(was) >= 1
    assert f"{says}." in refused(TWO.replace(was, becomes, 1)).values()


def test_all_mistakes_are_told_at_once_each_with_its_segment() -> None:
    broken = TWO.replace(b"CLP*S-1*1*200", b"CLP*S-1*1*x").replace(b"CLP*S-2", b"CLP*")
    assert refused(broken) == {
        "segment 14": "CLP03 is no amount of USD: “x”.",
        "segment 20": "CLP01 is missing.",
    }


@pytest.mark.parametrize("content", [b"", b"ISA", b"%PDF-1.7", b"\xff\xfe\x00", b"external_id;name\r\n", era()])
def test_what_is_no_835_is_refused(content: bytes) -> None:
    assert refused(content)


@given(st.binary(max_size=300), st.integers(0, len(TWO)), st.integers(0, 60))
def test_whatever_is_sent_is_read_or_refused(noise: bytes, at: int, over: int) -> None:
    with suppress(Refusal):
        read(TWO[:at] + noise + TWO[at + over :])


def test_amounts_are_read_in_the_practice_s_currency() -> None:
    yen = read_835(era(check(paid("S-1", 20_000, 4_000))), currency="JPY")
    assert (yen[0].amount_cents, yen[0].claims[0].share_cents) == (160, 40)
    with pytest.raises(Refusal, match="is no amount of JPY"):
        read_835(TWO, currency="JPY")


def test_a_file_as_a_clearing_house_hands_it_on_is_read() -> None:
    """One long line, its own separators, outpatient segments (MOA, AMT, LQ), a split payment and a recoupment."""
    first, second = read((FILES / "clearing_house.835").read_bytes())
    assert (first.trace, first.amount_cents, first.provider_cents) == ("0060551242", 0, 15_327)
    shares = [[(c.account, c.code, c.share_cents) for c in each.claims] for each in (first, second)]
    assert shares == [
        [("S-1001", "2", 2_000), ("S-1002", "22", -3_500)],
        [("S-1002", "1", 1_250), ("S-1003", "4", 8_000)],
    ]
    assert [d for each in (first, second) for d in doubts_about_check(each, "USD")] == []
    assert [d for each in (first, second) for claim in each.claims for d in doubts_about_claim(claim)] == []
