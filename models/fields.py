"""Kinds of columns the tables share beside Tortoise's own."""

from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, overload

import tortoise.models
from tortoise import fields
from tortoise.models import Model

# It would read and parse each table's source for comments of a kind (#:) that is not used here: a tenth of every start.
tortoise.models._get_comments = lambda cls: {}

T = TypeVar("T", datetime, datetime | None)


class Moment(fields.DatetimeField[T]):
    """A point in time. Tortoise takes a naive datetime for UTC and says nothing; this refuses it."""

    @overload
    def __init__(self: "Moment[datetime]", *, null: Literal[False] = False, **more: Any) -> None: ...

    @overload
    def __init__(self: "Moment[datetime | None]", *, null: Literal[True], **more: Any) -> None: ...

    def __init__(self, *, null: bool = False, **more: Any) -> None:
        super().__init__(null=null, **more)  # type: ignore[call-overload, misc]  # the overloads above say which it is

    def to_python_value(self, value: Any) -> datetime | None:
        # SQLite gives text; Tortoise would read it by iso8601, at fifty times the cost.
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return super().to_python_value(self._aware(moment))

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        moment = self._aware(value)
        # SQLite compares times as text: they are all written, and asked for, in one zone.
        return super().to_db_value(moment.astimezone(UTC) if isinstance(moment, datetime) else moment, instance)

    def _aware(self, value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{self.model_field_name}: {value} says no time zone")
        return value


class Names(fields.Field[tuple[str, ...]]):
    """A few short names without spaces, kept as words of one text: `vat city`."""

    field_type = tuple
    SQL_TYPE = "TEXT"

    def __init__(self, **more: Any) -> None:
        super().__init__(**({"default": ()} | more))

    def to_python_value(self, value: Any) -> tuple[str, ...]:
        return tuple(value.split() if isinstance(value, str) else value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str:
        return " ".join(value)
