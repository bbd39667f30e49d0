"""The life of a payment, as one table."""

from domain.invoice import REASON
from domain.machine import SAME, Ask, Machine, Move

AMOUNT = Ask("amount", "Amount", "money")
DISPOSITION = Ask(
    "disposition",
    "What becomes of the balance",
    "choice",
    required=False,
    hint="from_credit: an overpayment goes back. settled: the balance stays. reopen: the balance rises.",
)

PAYMENT = Machine(
    noun="payment",
    title="payment",
    first="received",
    states={
        "received": "Received",
        "cancelled": "Cancelled",
        "refunded": "Refunded",
        "disputed": "Disputed",
        "lost": "Lost to a dispute",
    },
    moves=(
        Move("cancel", "Cancel payment", "cancelled", ("received",), "cancelled", "biller", (REASON,), style="danger",
             confirm="Only for what was recorded by mistake: the balance goes up again."),
        Move("refund", "Refund", "refunded", ("received",), "refunded", "biller", (AMOUNT, REASON, DISPOSITION)),
        Move("refund_part", "Refund a part", "refunded in part", ("received", "disputed"), SAME, "biller",
             (AMOUNT, REASON, DISPOSITION), listed=False),
        Move("return_refund", "Refund came back", "got a refund back", ("refunded",), "received"),
        Move("return_part", "Part refund came back", "got a refund back", ("received", "disputed"), SAME),
        Move("dispute", "Dispute", "disputed", ("received", "refunded"), "disputed"),
        Move("dispute_more", "Another dispute", "disputed", ("disputed",), SAME),
        Move("win_one", "One of the disputes won", "won back", ("disputed",), SAME),
        Move("lose_one", "One of the disputes lost", "lost in part to a dispute", ("disputed",), SAME),
        Move("win", "Dispute won", "won back", ("disputed",), "received"),
        Move("win_refunded", "Dispute won after a refund", "won back", ("disputed",), "refunded"),
        Move("lose", "Dispute lost", "lost to a dispute", ("disputed",), "lost"),
        Move("lose_part", "Dispute lost in part", "lost in part to a dispute", ("disputed",), "received"),
    ),
)  # fmt: skip
