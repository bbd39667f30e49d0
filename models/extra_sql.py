"""What the tables need and Tortoise cannot say: rows nobody changes, checks, partial indexes, first rows.

It becomes a part of the schema that `python -m models.migrate write` makes from the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.ledger import Account


@dataclass(frozen=True, slots=True)
class ExtraSql:
    append_only: Sequence[str] = ()
    """Tables that refuse every change but a new row."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """Tables whose rows stay as they are once their invoice is no draft: these columns, by table."""
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table: what is true of every row, under the constraint's name."""
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Over what is asked for all the time, be it few rows of many or the rows of one, under the index's name."""
    singles: Mapping[str, str] = field(default_factory=dict)
    """Of which rows there may be one only, under the index's name."""
    first_rows: Sequence[str] = ()
    """What is there before anything else."""


ACCOUNTS = ", ".join(f"'{account}'" for account in Account)

EXTRA = ExtraSql(
    append_only=(
        "agency_invoice",
        "cash_movement",
        "claim_posting",
        "consent",
        "credit_note",
        "due_statement",
        "event",
        "ledger_entry",
        "stock_movement",
    ),
    sealed={
        "invoice_line": "invoice_id, position, code, kind, served_on, description, quantity_thousandths,"
        " unit_price_cents, list_price_cents, rate_reason, amount_cents, taxes",
        "invoice_adjustment": "invoice_id, line, kind, period, description, basis_points, amount_cents, reason",
        "invoice_tax": "invoice_id, name, title, basis_points, included, base_cents, amount_cents",
    },
    checks={
        "invoice": {
            "invoice_never_below_zero": "balance_cents >= 0",
            "invoice_adds_up": "balance_cents = total_cents - paid_cents - forgiven_cents"
            " OR status = 'draft' OR voided_at IS NOT NULL",
            "invoice_paid_and_forgiven_never_below_zero": "paid_cents >= 0 AND forgiven_cents >= 0",
            "invoice_numbered_when_sent": "status = 'draft' OR number IS NOT NULL",
        },
        "payment": {
            "payment_is_money": "amount_cents > 0",
            "payment_unapplied_never_below_zero": "unapplied_cents >= 0",
            "payment_never_returned_beyond_itself": "returned_cents BETWEEN 0 AND amount_cents",
        },
        "payment_share": {"share_is_money": "amount_cents > 0 AND recovered_cents BETWEEN 0 AND amount_cents"},
        "write_off": {"write_off_recovered_within_itself": "recovered_cents BETWEEN 0 AND amount_cents"},
        "claim": {"claim_share_within_itself": "share_cents BETWEEN 0 AND amount_cents"},
        "credit_note": {"credit_note_is_money": "amount_cents > 0"},
        "patient": {"credit_never_below_zero": "credit_cents >= 0"},
        "ledger_entry": {
            "entry_moves_money": "amount_cents > 0",
            "entry_has_two_accounts": "debit <> credit",
            "entry_is_on_known_accounts": f"debit IN ({ACCOUNTS}) AND credit IN ({ACCOUNTS})",
            "entry_names_what_it_is_owed_for": "('receivable' IN (debit, credit)) = (invoice_id IS NOT NULL)",
        },
    },
    indexes={
        "invoice_owing": "invoice (guarantor_id, location, issued_on, balance_cents) WHERE balance_cents > 0",
        "invoice_by_status": "invoice (status, id)",
        "invoice_by_created": "invoice (created_at, id)",
        "invoice_by_amount": "invoice (total_cents)",
        "invoice_by_location": "invoice (location, id)",
        "invoice_fee_due": "invoice (location, next_fee_on) WHERE status = 'overdue'",
        "invoice_to_archive": "invoice (COALESCE(voided_at, paid_at)) WHERE status IN ('paid', 'refunded', 'void')",
        "care_session_of_patient": "care_session (patient_id)",
        "charge_of_session": "charge (session_id)",
        "charge_of_patient": "charge (patient_id)",
        "charge_of_invoice": "charge (invoice_id) WHERE invoice_id IS NOT NULL",
        "charge_unbilled": "charge (guarantor_id, patient_id, location, served_on, amount_cents)"
        " WHERE invoice_id IS NULL",
        "bulk_job_open": "bulk_job (id) WHERE done_at IS NULL",
        "bulk_item_waiting": "bulk_item (job_id, id) WHERE status = 'waiting'",
        "claim_by_number": "claim (UPPER(external_id))",
        "charge_of_claim": "charge (claim_id) WHERE claim_id IS NOT NULL",
        "discrepancy_open": "discrepancy (at) WHERE settled_at IS NULL",
        "invoice_set_due": "invoice_set (next_send_at) WHERE next_send_at IS NOT NULL",
        "invoice_set_by_status": "invoice_set (status, id)",
        "invoice_set_of_guarantor": "invoice_set (guarantor_id)",
        "ledger_entry_booked": "ledger_entry (booked_on)",
        "patient_of_guarantor": "patient (guarantor_id) WHERE guarantor_id IS NOT NULL",
        "patient_word_begins": "patient_word (word, payer_id)",
        "patient_word_of_payer": "patient_word (payer_id, word)",
        "patient_word_of_patient": "patient_word (patient_id)",
        "payment_of_guarantor": "payment (guarantor_id)",
        "payment_share_of_invoice": "payment_share (invoice_id)",
        "payment_plan_to_look_at": "payment_plan (look_on) WHERE look_on IS NOT NULL",
        "payment_with_credit": "payment (guarantor_id) WHERE unapplied_cents > 0",
        "refund_waiting": "refund (id) WHERE status = 'pending'",
        "inbox_item_due": "inbox_item (due_at) WHERE handled_at IS NULL",
        "message_due": "message (due_at) WHERE status IN ('queued', 'sending')",
        "card_due": "card (due_at) WHERE wanted > shown",
        "post_due": "post (due_at) WHERE status = 'queued'",
    },
    singles={
        "one_open_set": "invoice_set (guarantor_id)"
        " WHERE status IN ('active', 'paused', 'expired', 'failed', 'will_fail')",
        "late_fee_once_a_period": "invoice_adjustment (invoice_id, kind, period) WHERE period IS NOT NULL",
    },
    first_rows=("INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '')",),
)
