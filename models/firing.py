"""The one door for a change of state: permission, table, conditional update, event."""

from typing import Any, Protocol

from tortoise.models import Model

from domain.access import Actor
from domain.errors import Refusal
from domain.machine import Machine, Transition
from models.by_hand import change_row
from models.change import Change, Facts


class Stateful(Protocol):
    """A row that lives by a machine."""

    id: int
    status: str
    status_before: str | None
    version: int
    location: str

    @property
    def guarantor_id(self) -> int | None:
        """Whose balance it is about, if it is about one."""


async def fire(
    row: Stateful,
    move: str,
    *,
    machine: Machine,
    actor: Actor,
    told: Change,
    seen_version: int | None = None,
    facts: Facts | None = None,
    **columns: Any,
) -> Transition:
    """Make a move, or refuse it and change nothing. `seen_version` is what the person had before their eyes."""
    step = machine.fire(move, status=row.status, before=row.status_before, actor=actor, location=row.location)
    if seen_version is not None and seen_version != row.version:
        raise Refusal("stale", f"This {machine.title} has changed since the card was drawn. Look again, then decide.")
    before = row.status if step.to != row.status else row.status_before
    changes = {"status": step.to, "status_before": before, "version": row.version + 1, **columns}
    await _update(row, changes, machine)
    told.tell(
        f"{machine.noun}.{step.move.event}",
        f"{machine.noun}:{row.id}",
        actor=actor,
        location=row.location,
        guarantor=row.guarantor_id,
        invoice_set=row.id if machine.noun == "set" else getattr(row, "invoice_set_id", None),
        before={"status": step.source},
        after={"status": step.to, **(facts or {})},
    )
    return step


async def _update(row: Stateful, changes: dict[str, Any], machine: Machine) -> None:
    model: Model = row  # type: ignore[assignment]  # every Stateful row is one
    if not await change_row(model, changes, status=row.status, version=row.version):
        raise Refusal("stale", f"Someone else has just changed this {machine.title}. Look again, then decide.")
    for name, value in changes.items():
        setattr(row, name, value)
