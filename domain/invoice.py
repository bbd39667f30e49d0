"""The life of an invoice, as one table."""

from domain.machine import SAME, Ask, Machine, Move

REASON = Ask("reason", "Reason", hint="It is kept on the audit trail.")
PERIOD = Ask("period", "Which late fee", hint="1 is the first.")
OPEN = ("sent", "overdue")
CLOSED = ("paid", "archived", "refunded")
"""Nothing is owed on it; a void one is neither open nor closed, but gone."""

INVOICE = Machine(
    noun="invoice",
    title="invoice",
    first="draft",
    states={
        "draft": "Draft",
        "sent": "Sent",
        "overdue": "Overdue",
        "paid": "Paid",
        "refunded": "Refunded",
        "void": "Void",
        "archived": "Archived",
    },
    moves=(
        Move("send", "Send", "sent", ("draft",), "sent", "biller", style="primary", button=True, bulk=True),
        Move("void", "Void", "voided", OPEN, "void", "biller", (REASON,), style="danger", bulk=True,
             confirm="Its charges go back to the unbilled queue. The number stays listed as void."),
        Move("mark_overdue", "Mark overdue", "overdue", ("sent",), "overdue"),
        Move("settle", "Settle", "paid", OPEN, "paid"),
        Move("reopen", "Reopen", "reopened", CLOSED, "sent"),
        Move("reopen_late", "Reopen as overdue", "reopened as overdue", CLOSED, "overdue"),
        Move("refund", "Close as refunded", "refunded", ("paid",), "refunded"),
        Move("close", "Close as written off", "closed", OPEN, "archived"),
        Move("archive", "Archive", "archived", ("paid", "refunded", "void"), "archived", "biller", bulk=True),
        Move("waive_late_fee", "Waive a late fee", "late fee waived", OPEN, SAME, "biller", (PERIOD, REASON)),
    ),
)  # fmt: skip
