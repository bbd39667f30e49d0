"""The life of a claim (what an insurer was asked to pay for a session), as one table."""

from domain.invoice import REASON
from domain.machine import SAME, Ask, Machine, Move

SHARE = Ask("amount", "The patient's share", "money")
DECISIONS = ("forwarded", "paid", "denied", "reversed")
"""What a payer's word can make of a claim, in whatever order it comes."""

_ALWAYS = ("open", "filed", *DECISIONS)

CLAIM = Machine(
    noun="claim",
    title="claim",
    first="open",
    states={
        "open": "Open",
        "filed": "Filed",
        "forwarded": "With the next payer",
        "paid": "Paid",
        "denied": "Denied",
        "reversed": "Reversed",
    },
    moves=(
        Move("file", "Mark as filed", "filed", ("open", "denied", "reversed"), "filed", "biller", bulk=True),
        Move("forward", "Pass on to the next payer", "forwarded", _ALWAYS, "forwarded", "biller", listed=False),
        Move("pay", "Book as paid", "paid", _ALWAYS, "paid", "biller", listed=False),
        Move("deny", "Book as denied", "denied", _ALWAYS, "denied", "biller", listed=False),
        Move("reverse", "Book as reversed", "reversed", _ALWAYS, "reversed", "biller", listed=False),
        Move("bill_patient", "Bill the patient", "billed to the patient", ("forwarded", "denied", "reversed"), SAME,
             "biller", (SHARE, REASON)),
    ),
)  # fmt: skip

MOVE_TO = {move.to: move.name for move in CLAIM.moves if move.to != SAME}
"""Which move leads to a state: the table says it once."""
