"""The life of an invoice set (everything one guarantor owes, chased together), as one table."""

from domain.invoice import REASON
from domain.machine import BEFORE, SAME, Ask, Machine, Move

CHASED = ("active", "paused", "expired", "will_fail", "failed")
"""The statuses in which a set still stands open and staff may act on it."""
RUNNING = ("active", "will_fail", "failed")
SENDING = ("active", "will_fail")
"""The statuses in which a planned step may leave."""

AMOUNT = Ask("amount", "Amount", "money", required=False, hint="All of it unless you change it.")
AGENCY_NOTE = Ask("reason", "Note for the agency", hint="It is kept on the audit trail.")
RULE_SET = Ask("rule_set", "Rule set", "choice")

INVOICE_SET = Machine(
    noun="set",
    title="balance",
    named="invoice set",
    first="active",
    states={
        "active": "Active",
        "paused": "Paused",
        "expired": "Expired",
        "failed": "Failed",
        "will_fail": "Will Fail",
        "paid": "Paid",
        "cancelled": "Cancelled",
        "written_off": "Written Off",
        "collections": "Collections",
    },
    moves=(
        Move("pause", "Pause", "paused", RUNNING, "paused", "biller", button=True, bulk=True, undone_by="resume"),
        Move("resume", "Resume", "resumed", ("paused",), "active", "biller", style="primary", button=True, bulk=True),
        Move("send_now", "Send now", "released", RUNNING, "active", "biller", bulk=True),
        Move("write_off", "Write off", "written off", CHASED, "written_off", "biller", (REASON, AMOUNT),
             style="danger", button=True, bulk=True, undone_by="undo_write_off"),
        Move("write_off_part", "Write off a part", "written off in part", CHASED, SAME, "biller", (REASON, AMOUNT),
             undone_by="undo_part", listed=False),
        Move("undo_write_off", "Undo write-off", "brought back", ("written_off",), BEFORE, "biller", button=True),
        Move("undo_part", "Undo part write-off", "brought back in part", CHASED, SAME, "biller",
             button=True, when="written_off_cents"),
        Move("collections", "Collections", "handed to collections", CHASED, "collections", "biller", (AGENCY_NOTE,),
             button=True, bulk=True, undone_by="recall"),
        Move("recall", "Recall from collections", "recalled from collections", ("collections",), BEFORE, "biller",
             button=True),
        Move("change_rule_set", "Change rule set", "moved to a rule set", CHASED, "active", "biller",
             (RULE_SET,), bulk=True),
        Move("cancel", "Stop chasing", "stopped", CHASED, "cancelled", "manager", (REASON,), bulk=True),
        Move("foresee_failure", "Foresee failure", "foreseen to fail", ("active",), "will_fail"),
        Move("clear_failure", "Clear failure", "sendable again", ("will_fail",), "active"),
        Move("fail", "Fail", "failed", SENDING, "failed"),
        Move("expire", "Expire", "expired", SENDING, "expired"),
        Move("settle", "Settle", "paid", (*CHASED, "collections"), "paid"),
        Move("reopen", "Reopen", "reopened", ("paid",), "paused"),
    ),
)  # fmt: skip
