"""Reading an X12 835 file with pyx12: into checks, or into sentences that say where it is not one.

pyx12 knows the delimiters, the envelopes and their counts. It is not asked to hold a file against the implementation
guide: payers leave out what that demands, and its walker then ends in an EngineError.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import TypeVar

from pyx12.errors import EngineError, X12Error
from pyx12.segment import Segment
from pyx12.x12file import X12Reader

from domain.errors import Refusal
from domain.money import MOST_CENTS, minor_digits
from domain.remittances import GROUPS, Adjustment, Check, ClaimPaid, ServiceLine

T = TypeVar("T")

HARMLESS = {("isa", "025"), ("gs", "6"), ("st", "23"), ("seg", "SEG1")}
"""What pyx12 remarks and payers do: a number used twice in one file, separators at a segment's end."""
PADDING = "\ufeff\x00\x1a \r\n\t"
AMOUNT = re.compile(r"-?(\d{1,15}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)


def read_835(content: bytes, *, currency: str) -> tuple[Check, ...]:
    """Every check in the file. A file that ends early or doesn't add up to its own counts is refused whole."""
    segments, mistakes = _segments(_text(content))
    reading = _Reading(currency, mistakes)
    checks = [reading.attempt(reading.check, group) for group in _transactions(segments)]
    if not checks and not mistakes:
        mistakes["file"] = "There is no remittance (835) in it."
    if mistakes:
        some = "; ".join(f"{where}: {what}" for where, what in list(mistakes.items())[:3])
        raise Refusal("unreadable_835", f"This is no whole 835 file. {some}", status=422, fields=mistakes)
    return tuple(check for check in checks if check)


async def read_beside(content: bytes, *, currency: str) -> tuple[Check, ...]:
    """In a thread, so that others are answered meanwhile: a megabyte takes seconds."""
    return await asyncio.to_thread(read_835, content, currency=currency)


def _text(content: bytes) -> str:
    """Names in it may be written in anything; what is read out of it are letters and figures."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.strip(PADDING) + "\n"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A segment and its place in the file; what is read out of it is checked as it is read."""

    place: int
    segment: Segment

    @property
    def id(self) -> str:
        return self.segment.get_seg_id() or ""

    def text(self, number: int, most: int = 60, *, part: int | None = None) -> str:
        """An element, or a part of a composite one; what is left out is empty."""
        value = ""
        if number <= len(self.segment):
            element = self.segment.elements[number - 1]
            parts = [each.get_value() for each in element.elements]
            value = (element.format() if part is None else "".join(parts[part - 1 : part])).strip()
        if len(value) > most or not value.isprintable():
            raise self.wrong(number, f"is not a text of at most {most} letters")
        return value

    def needed(self, number: int, most: int = 60) -> str:
        if not (value := self.text(number, most)):
            raise self.wrong(number, "is missing")
        return value

    def cents(self, number: int, currency: str) -> int:
        """An amount; what is left out is nothing."""
        written = self.text(number) or "0"
        scaled = Decimal(written).scaleb(minor_digits(currency)) if AMOUNT.fullmatch(written) else None
        if scaled is None or scaled != scaled.to_integral_value() or abs(scaled) > MOST_CENTS:
            raise self.wrong(number, f"is no amount of {currency}: “{written}”")
        return int(scaled)

    def day(self, number: int) -> date:
        written = self.needed(number)
        try:
            return datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            raise self.wrong(number, f"is no day: “{written}”") from None

    def wrong(self, number: int, what: str) -> "_Mistake":
        return _Mistake(f"segment {self.place}", f"{self.id}{number:02} {what}")


class _Mistake(Exception):
    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(sentence)
        self.where = where


def _segments(text: str) -> tuple[list[_Placed], dict[str, str]]:
    """The file's segments, and what is wrong with how it is wrapped: counts, control numbers, ends that are missing."""
    found: list[_Placed] = []
    try:
        reader = X12Reader(StringIO(text))
        for place, segment in enumerate(reader, 1):
            found.append(_Placed(place, segment))
        remarks = reader.pop_errors()
        reader.cleanup()
    except (X12Error, EngineError, IndexError) as error:
        # An IndexError is pyx12's answer to an end (SE, GE, IEA) of what never began.
        said = str(error).partition(":")[0] if isinstance(error, X12Error) else "It ends what it has not begun"
        return [], {f"segment {len(found) + 1}": f"{said}."}
    remarks += reader.pop_errors()
    mistakes = {
        f"envelope {number}": f"{said}."
        for number, (kind, code, said, _, _) in enumerate(remarks, 1)
        if (kind, code) not in HARMLESS
    }
    if reader.raw.buffer.strip(PADDING):
        mistakes[f"segment {len(found) + 1}"] = "It is not whole: its end is missing."
    return found, mistakes


def _transactions(segments: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """From each ST to its SE."""
    for group in _cut(segments, "ST")[1]:
        end = next((n for n, each in enumerate(group) if each.id == "SE"), len(group))
        yield group[:end]


def _cut(segments: Sequence[_Placed], at: str) -> tuple[list[_Placed], list[list[_Placed]]]:
    """What comes before the first such segment, and a part for each."""
    head: list[_Placed] = []
    parts: list[list[_Placed]] = []
    for segment in segments:
        if segment.id == at:
            parts.append([])
        (parts[-1] if parts else head).append(segment)
    return head, parts


@dataclass(frozen=True, slots=True)
class _Reading:
    """Going through transactions; mistakes are gathered, so that all of them are told at once."""

    currency: str
    mistakes: dict[str, str]

    def attempt(self, read: Callable[[list[_Placed]], T], part: list[_Placed]) -> T | None:
        try:
            return read(part)
        except _Mistake as mistake:
            self.mistakes[mistake.where] = f"{mistake}."
            return None

    def check(self, part: list[_Placed]) -> Check:
        provider = [segment for segment in part if segment.id == "PLB"]
        head, claims = _cut([segment for segment in part if segment.id != "PLB"], "CLP")
        start = _Head(head)
        if start.st.text(1) != "835":
            raise start.st.wrong(1, "is not 835: this is something else than a remittance")
        payment, trace = start.only("BPR"), start.only("TRN")
        name = start.payer_name()
        amount = payment.cents(2, self.currency)
        currency = start.first("CUR")
        read = [self.attempt(self.claim, each) for each in claims]
        return Check(
            payer=trace.text(3) or name or trace.needed(3),
            payer_name=name,
            trace=trace.needed(2),
            amount_cents=-amount if payment.text(3) == "D" else amount,
            currency=currency.needed(2, 3) if currency else None,
            on=payment.day(16),
            claims=tuple(claim for claim in read if claim),
            provider_cents=sum(plb.cents(place, self.currency) for plb in provider for place in range(4, 15, 2)),
        )

    def claim(self, part: list[_Placed]) -> ClaimPaid:
        head, lines = _cut(part, "SVC")
        clp = head[0]
        return ClaimPaid(
            account=clp.needed(1),
            code=clp.needed(2, 2),
            payer_number=clp.text(7),
            charged_cents=clp.cents(3, self.currency),
            paid_cents=clp.cents(4, self.currency),
            patient_cents=clp.cents(5, self.currency),
            adjustments=self._adjustments(head),
            lines=tuple(self._line(line) for line in lines),
        )

    def _line(self, part: list[_Placed]) -> ServiceLine:
        svc = part[0]
        return ServiceLine(
            code=svc.text(1, part=2),
            charged_cents=svc.cents(2, self.currency),
            paid_cents=svc.cents(3, self.currency),
            adjustments=self._adjustments(part),
        )

    def _adjustments(self, part: list[_Placed]) -> tuple[Adjustment, ...]:
        return tuple(each for segment in part if segment.id == "CAS" for each in self._triplets(segment))

    def _triplets(self, cas: _Placed) -> Iterator[Adjustment]:
        """Up to six of reason, amount and quantity stand in one segment."""
        group = cas.needed(1)
        if group not in GROUPS:
            raise cas.wrong(1, f"is none of {', '.join(GROUPS)}")
        for place in range(2, 18, 3):
            if reason := cas.text(place):
                yield Adjustment(group, reason, cas.cents(place + 1, self.currency))
            elif cas.text(place + 1):
                raise cas.wrong(place, "is missing: nothing says why this was not paid")


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before a transaction's first claim."""

    segments: list[_Placed]

    @property
    def st(self) -> _Placed:
        return self.segments[0]

    def first(self, id: str) -> _Placed | None:
        return next((segment for segment in self.segments if segment.id == id), None)

    def only(self, id: str) -> _Placed:
        found = self.first(id)
        if found is None:
            raise _Mistake(f"segment {self.st.place}", f"A transaction begins here and has no {id}")
        return found

    def payer_name(self) -> str:
        named = (each.text(2) for each in self.segments if each.id == "N1" and each.text(1) == "PR")
        return next(named, "")
