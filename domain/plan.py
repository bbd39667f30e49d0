"""The life of an instalment plan, as one table."""

from domain.invoice import REASON
from domain.machine import Machine, Move

GOING = ("active", "late")
ON_TRACK = "An instalment plan is on track."
"""What a sequence waits for meanwhile."""

PLAN = Machine(
    noun="plan",
    title="instalment plan",
    first="active",
    states={"active": "On track", "late": "Behind", "completed": "Completed", "cancelled": "Cancelled"},
    moves=(
        Move("change", "Change plan", "changed", GOING, "active", "biller"),
        Move("cancel", "Cancel plan", "cancelled", GOING, "cancelled", "biller", (REASON,), style="danger"),
        Move("fall_behind", "Fall behind", "fell behind", ("active",), "late"),
        Move("catch_up", "Catch up", "caught up", ("late",), "active"),
        Move("complete", "Complete", "completed", GOING, "completed"),
    ),
)
