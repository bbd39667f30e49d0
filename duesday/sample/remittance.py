"""The file in which the sample's insurer explains a check: X12 835, as payers write it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

PAYER, NAME = "1352033451", "Blue Shield of Ohio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What becomes of one claim: by CLP02's code, with what the contract takes off and what is left to the patient."""

    account: str
    code: str
    number: str
    charged_cents: int
    contract_cents: int = 0
    patient_cents: int = 0

    @property
    def paid_cents(self) -> int:
        return self.charged_cents - self.contract_cents - self.patient_cents

    def segments(self) -> Iterator[str]:
        figures = (self.charged_cents, self.paid_cents, self.patient_cents)
        yield f"CLP*{self.account}*{self.code}*{'*'.join(map(_amount, figures))}*12*{self.number}*11*1"
        for group, reason, cents in (("CO", "45", self.contract_cents), ("PR", "1", self.patient_cents)):
            if cents:
                yield f"CAS*{group}*{reason}*{_amount(cents)}"


def remittance(trace: str, on: date, claims: Sequence[Explained]) -> bytes:
    """One check for these claims."""
    total, day = sum(claim.paid_cents for claim in claims), f"{on:%Y%m%d}"
    paid = "ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765" if total else "NON" + "*" * 11
    transaction = [
        "ST*835*0001",
        f"BPR*I*{_amount(total)}*C*{paid}*{day}",
        f"TRN*1*{trace}*{PAYER}",
        f"DTM*405*{day}",
        f"N1*PR*{NAME}",
        "N1*PE*THE PRACTICE*XX*1234567893",
        "LX*1",
        *(segment for claim in claims for segment in claim.segments()),
    ]
    between = f"*ZZ*{'BLUESHIELD':15}*ZZ*{'PRACTICE':15}*{on:%y%m%d}*0830"
    whole = [
        f"ISA*00*{'':10}*00*{'':10}{between}*^*00501*000000001*0*P*:",
        f"GS*HP*BLUESHIELD*PRACTICE*{day}*0830*1*X*005010X221A1",
        *transaction,
        f"SE*{len(transaction) + 1}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return "".join(f"{segment}~\n" for segment in whole).encode()


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
