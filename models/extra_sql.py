"""What the tables need and Tortoise cannot say: rows nobody changes, checks, partial indexes, first rows.

It becomes a part of the schema that `python -m models.migrate write` makes from the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ExtraSql:
    append_only: Sequence[str] = ()
    """Tables that refuse every change but a new row."""
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table: what is true of every row, under the constraint's name."""
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Over the few rows that are asked for all the time, under the index's name."""
    singles: Mapping[str, str] = field(default_factory=dict)
    """Of which rows there may be one only, under the index's name."""
    first_rows: Sequence[str] = ()
    """What is there before anything else."""


EXTRA = ExtraSql(
    append_only=("consent", "event", "ledger_entry"),
    checks={
        "invoice": {
            "invoice_never_below_zero": "balance_cents >= 0",
            "invoice_adds_up": "balance_cents = total_cents - paid_cents - forgiven_cents"
            " OR status IN ('draft', 'void')",
        },
        "patient": {"credit_never_below_zero": "credit_cents >= 0"},
        "ledger_entry": {"entry_moves_money": "amount_cents > 0", "entry_has_two_accounts": "debit <> credit"},
    },
    indexes={
        "invoice_owing": "invoice (location, due_date, balance_cents) WHERE balance_cents > 0",
        "invoice_of_guarantor_owing": "invoice (guarantor_id) WHERE balance_cents > 0",
        "invoice_waiting_to_be_late": "invoice (location, due_date) WHERE status = 'sent'",
        "charge_unbilled": "charge (guarantor_id) WHERE invoice_id IS NULL",
        "invoice_set_due": "invoice_set (next_send_at) WHERE next_send_at IS NOT NULL",
        "inbox_item_due": "inbox_item (due_at) WHERE handled_at IS NULL",
        "message_due": "message (due_at) WHERE status IN ('queued', 'sending')",
        "card_due": "card (due_at) WHERE wanted > shown",
        "post_due": "post (due_at) WHERE status = 'queued'",
    },
    singles={
        "one_open_set": "invoice_set (guarantor_id)"
        " WHERE status IN ('active', 'paused', 'expired', 'failed', 'will_fail')",
    },
    first_rows=("INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '')",),
)
