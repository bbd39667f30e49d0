"""What the house says no with, and what a door outside can answer; the edges translate both."""

from dataclasses import dataclass
from dataclasses import field as part


@dataclass(eq=False)
class Refusal(Exception):
    """The business says no: a code for programs, a sentence a person can act on, and the field it belongs to."""

    code: str
    sentence: str
    status: int = 409
    field: str | None = None
    fields: dict[str, str] = part(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence

    def by_field(self) -> dict[str, str]:
        """Every field that is wrong, with its sentence."""
        return self.fields or ({self.field: self.sentence} if self.field else {})


def not_found(what: str, name: object, field_name: str | None = None) -> Refusal:
    return Refusal("not_found", f"There is no {what} {name}.", status=404, field=field_name)


def forbidden(sentence: str) -> Refusal:
    return Refusal("forbidden", sentence, status=403)


def invalid(sentence: str, field_name: str | None = None) -> Refusal:
    return Refusal("invalid", sentence, status=422, field=field_name)


@dataclass(eq=False)
class DoorFault(Exception):
    """A door outside did not do what was asked. `passing` faults are tried again, final ones are told to staff.

    `unknown` says that it may nevertheless have happened (the answer was lost): look before trying again.
    """

    door: str
    code: str
    sentence: str
    passing: bool = False
    unknown: bool = False
    retry_after: float | None = None

    def __str__(self) -> str:
        return f"{self.door}: {self.sentence} ({self.code})"
