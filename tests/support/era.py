"""Writing 835 files as payers do, for tests: segments as they stand in them, wrapped and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

BLUE, BLUE_NAME = "1352033451", "BLUE SHIELD OF NOWHERE"


def money(cents: int) -> str:
    """As payers write amounts: 120, 37.5, -0.05."""
    return f"{'-' * (cents < 0)}{abs(cents) // 100}.{abs(cents) % 100:02}".rstrip("0").rstrip(".")


def cas(group: str, *triplets: tuple[str, int]) -> str:
    """One segment: up to six reasons with their amounts; quantities stay empty, as they mostly do."""
    return f"CAS*{group}*" + "**".join(f"{reason}*{money(cents)}" for reason, cents in triplets)


@dataclass(frozen=True)
class Claim:
    account: str
    code: str
    charged: int
    paid: int
    share: int | None = None
    """CLP05: left empty when there is nothing to say, as in reversals."""
    adjustments: Sequence[str] = ()
    lines: Sequence[Sequence[str]] = ()
    number: str = "2026060512345"

    def segments(self) -> list[str]:
        said = "" if self.share is None else money(self.share)
        return [
            f"CLP*{self.account}*{self.code}*{money(self.charged)}*{money(self.paid)}*{said}*12*{self.number}*11*1",
            *self.adjustments,
            "NM1*QC*1*GARCIA*MARIA****MI*W123456789",
            "NM1*82*1*OSEI*KWAME****XX*1234567893",
            "DTM*050*20260303",
            *(segment for line in self.lines for segment in line),
        ]


def line(code: str, charged: int, paid: int, *adjustments: str) -> list[str]:
    return [f"SVC*HC:{code}*{money(charged)}*{money(paid)}**1", "DTM*472*20260302", *adjustments, "REF*6R*1"]


def paid(account: str, charged: int, share: int, *, written_down: int = 0, code: str = "1", **more: str) -> Claim:
    """A claim as most are: the contract's part and the patient's part off, the rest paid."""
    adjustments = [cas("CO", ("45", written_down))] if written_down else []
    adjustments += [cas("PR", ("1", share))] if share else []
    return Claim(account, code, charged, charged - share - written_down, share or None, adjustments, **more)


def reversal(of: Claim) -> Claim:
    """What a payer sends before it decides anew: the same figures with their signs turned, and no CLP05."""
    turned = [_turned(segment) for segment in of.adjustments]
    return Claim(of.account, "22", -of.charged, -of.paid, None, turned, number=of.number)


def _turned(segment: str) -> str:
    cas, group, *rest = segment.split("*")
    rest[1::3] = [amount[1:] if amount.startswith("-") else f"-{amount}" for amount in rest[1::3]]
    return "*".join([cas, group, *rest])


def check(
    *claims: Claim,
    trace: str = "EFT00017",
    on: date = date(2026, 3, 10),
    provider: Sequence[tuple[str, int]] = (),
    amount: int | None = None,
    payer: str = BLUE,
    name: str = BLUE_NAME,
    extra: Sequence[str] = (),
) -> list[str]:
    """One transaction without its ends. The amount is what adds up, unless it is said."""
    if amount is None:
        amount = sum(claim.paid for claim in claims) - sum(cents for _, cents in provider)
    how = "ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765" if amount else "NON" + "*" * 11
    kept_back = "*".join(f"{reason}:{trace}*{money(cents)}" for reason, cents in provider)
    return [
        f"BPR*I*{money(amount)}*C*{how}*{on:%Y%m%d}",
        f"TRN*1*{trace}*{payer}",
        *extra,
        "REF*EV*030240928",
        f"DTM*405*{on:%Y%m%d}",
        f"N1*PR*{name}",
        "N3*PO BOX 1", "N4*NOWHERE*NY*10001", "PER*BL*PROVIDER SERVICES*TE*8005550100",
        "N1*PE*HARBOR DENTAL*XX*1234567893",
        "LX*1",
        *(segment for claim in claims for segment in claim.segments()),
        *([f"PLB*1234567893*20261231*{kept_back}"] if provider else []),
    ]  # fmt: skip


def era(
    *checks: Sequence[str], end: str = "~\n", sep: str = "*", sub: str = ":", version: str = "00501", kind: str = "835"
) -> bytes:
    """A whole file: one interchange, one group, a transaction for each check."""
    wrapped = [
        f"ISA*00*          *00*          *ZZ*{'BLUESHIELD':15}*ZZ*{'HARBORDENTAL':15}*260310*0830*^*{version}"
        "*000000905*0*P*:",
        "GS*HP*BLUESHIELD*HARBORDENTAL*20260310*0830*1*X*005010X221A1",
    ]
    for number, segments in enumerate(checks, 1):
        wrapped += [f"ST*{kind}*{number:04}", *segments, f"SE*{len(segments) + 2}*{number:04}"]
    wrapped += [f"GE*{len(checks)}*1", "IEA*1*000000905"]
    return "".join(segment.replace(":", sub).replace("*", sep) + end for segment in wrapped).encode()
