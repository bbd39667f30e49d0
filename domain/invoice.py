"""The life of an invoice, as one table."""

from domain.machine import BEFORE, Ask, Machine, Move

REASON = Ask("reason", "Reason", hint="It is kept on the audit trail.")
OPEN = ("sent", "overdue")

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
        Move("reopen", "Reopen", "reopened", ("paid", "archived", "refunded"), BEFORE),
        Move("refund", "Close as refunded", "refunded", ("paid",), "refunded"),
        Move("close", "Close as written off", "closed", OPEN, "archived", undone_by="reopen"),
        Move("archive", "Archive", "archived", ("paid", "refunded", "void"), "archived"),
    ),
)  # fmt: skip
