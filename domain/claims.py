"""What payers' decisions on one claim come to. Whatever order they came in, the answer is the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Word = Literal["forwarded", "paid", "denied", "reversed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One posting: what a payer, or the practice itself, decided on a claim. A reversal's figures are negative."""

    word: Word
    payer: str
    share_cents: int
    """What the patient is to be billed: nothing by itself where the claim was denied or passed on."""
    charged_cents: int = 0
    allowed_cents: int | None = None
    """What the payer holds the claim to be worth, where that is said."""
    paid_cents: int = 0
    patient_cents: int = 0
    """What the payer calls the patient's, whether or not it is billed."""
    rank: int = 1
    """Which payer in the patient's line of insurers it is; 0 when the decision does not say."""
    on: date
    trace: str = ""
    place: int = 0
    ours: bool = False
    """Decided in the practice (by a person, or by its own system): it prevails over what stood before."""

    @property
    def order(self) -> tuple[date, bool, int, str, int]:
        """The payers' own order: files come late and twice, dates and check numbers (9 before 10) don't change."""
        return self.on, self.ours, len(self.trace), self.trace, self.place

    def takes_back(self, other: "Decision") -> bool:
        """A reversal repeats a decision's figures with their signs turned."""
        return (self.payer, self.charged_cents, self.paid_cents, self.patient_cents) == (
            other.payer,
            -other.charged_cents,
            -other.paid_cents,
            -other.patient_cents,
        )

    def overrules(self, other: "Decision") -> bool:
        """A payer may change its own mind; over another payer's payment only one further down the line prevails."""
        return self.ours or self.payer == other.payer or other.word != "paid" or self.rank >= other.rank


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of all decisions, and those that a person must look at."""

    decision: Decision | None = None
    taken_back: bool = False
    """Something was decided before, and the payer took it back."""
    loose: tuple[Decision, ...] = ()
    """Reversals of what is not here, and decisions that cannot prevail over the one that stands."""

    @property
    def word(self) -> Word | None:
        if self.decision:
            return self.decision.word
        return "reversed" if self.taken_back else None

    @property
    def share_cents(self) -> int:
        return self.decision.share_cents if self.decision else 0


def standing(decisions: Iterable[Decision]) -> Standing:
    """The latest decision that was not taken back."""
    given = sorted(decisions, key=lambda each: each.order)
    left, loose = _without_reversed(given)
    any_taken_back = len(left) + len(loose) < len(given)
    last: Decision | None = None
    for decision in left:
        if last is None or decision.overrules(last):
            last = decision
        elif decision.on > last.on or decision.word == "denied":  # of one day's payments the one further down the line
            loose.append(decision)
    return Standing(last, any_taken_back, tuple(loose))


def _without_reversed(given: Iterable[Decision]) -> tuple[list[Decision], list[Decision]]:
    """What is left when each reversal has taken back the latest decision of its figures, and what found none."""
    left: list[Decision] = []
    loose: list[Decision] = []
    for decision in given:
        if decision.word != "reversed" or decision.ours:
            left.append(decision)
            continue
        taken_back = next((each for each in reversed(left) if decision.takes_back(each)), None)
        if taken_back is None:
            loose.append(decision)
        else:
            left.remove(taken_back)
    return left, loose
