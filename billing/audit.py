"""The audit: whether the books, their copies and the chain of events still say one and the same thing."""

from dataclasses import dataclass

from models.by_hand import rows_by
from models.change import link
from models.database import read
from models.record import Event

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    row: str
    sentence: str


CHECKS: dict[str, tuple[str, str]] = {
    "invoice balance": (
        """
        SELECT i.id AS row_id, i.number AS name, i.balance_cents AS copy_cents, COALESCE(SUM(
                   CASE WHEN l.debit = 'receivable' THEN l.amount_cents ELSE -l.amount_cents END), 0) AS ledger_cents
          FROM invoice i LEFT JOIN ledger_entry l ON l.invoice_id = i.id
         GROUP BY i.id, i.number, i.balance_cents
        HAVING i.balance_cents <> COALESCE(SUM(
                   CASE WHEN l.debit = 'receivable' THEN l.amount_cents ELSE -l.amount_cents END), 0)
        """,
        "Invoice {name} says {copy_cents} cents, the ledger {ledger_cents}.",
    ),
    "credit on account": (
        """
        SELECT p.id AS row_id, p.external_id AS name, p.credit_cents AS copy_cents, COALESCE(l.cents, 0) AS ledger_cents
          FROM patient p LEFT JOIN (
               SELECT guarantor_id, SUM(CASE WHEN credit = 'credit' THEN amount_cents ELSE -amount_cents END) AS cents
                 FROM ledger_entry WHERE debit = 'credit' OR credit = 'credit' GROUP BY guarantor_id
               ) l ON l.guarantor_id = p.id
         WHERE p.credit_cents <> COALESCE(l.cents, 0)
        """,
        "Guarantor {name} has a credit of {copy_cents} cents, the ledger says {ledger_cents}.",
    ),
    "invoice arithmetic": (
        """
        SELECT i.id AS row_id, i.number AS name, i.total_cents AS copy_cents,
               COALESCE(SUM(f.amount_cents), 0) AS ledger_cents
          FROM invoice i LEFT JOIN (
               SELECT invoice_id, amount_cents FROM invoice_line
               UNION ALL SELECT invoice_id, amount_cents FROM invoice_adjustment
               UNION ALL SELECT invoice_id, amount_cents FROM invoice_tax WHERE NOT included
               ) f ON f.invoice_id = i.id
         GROUP BY i.id, i.number, i.total_cents HAVING i.total_cents <> COALESCE(SUM(f.amount_cents), 0)
        """,
        "Invoice {name} says its total is {copy_cents} cents; its lines, adjustments and taxes come to {ledger_cents}.",
    ),
    "invoice lines": (
        """
        SELECT id AS row_id, position AS name, invoice_id AS copy_cents, amount_cents AS ledger_cents FROM invoice_line
         WHERE ABS(unit_price_cents * quantity_thousandths - amount_cents * 1000) > 500
        """,
        "Line {name} of invoice {copy_cents} says {ledger_cents} cents; its price times its quantity does not.",
    ),
    "tax": (
        """
        SELECT i.id AS row_id, i.number AS name, COALESCE(t.cents, 0) AS copy_cents,
               COALESCE(l.cents, 0) AS ledger_cents
          FROM invoice i
          LEFT JOIN (SELECT invoice_id, SUM(amount_cents) AS cents FROM invoice_tax GROUP BY invoice_id) t
            ON t.invoice_id = i.id AND i.status <> 'draft' AND i.voided_at IS NULL
          LEFT JOIN (SELECT invoice_id, SUM(CASE WHEN credit = 'tax' THEN amount_cents ELSE -amount_cents END) AS cents
                       FROM ledger_entry WHERE debit = 'tax' OR credit = 'tax' GROUP BY invoice_id) l
            ON l.invoice_id = i.id
         WHERE COALESCE(t.cents, 0) <> COALESCE(l.cents, 0)
        """,
        "Invoice {name} bears {copy_cents} cents of tax, the ledger says {ledger_cents}.",
    ),
    "stock": (
        """
        SELECT p.id AS row_id, p.code AS name, p.stock_thousandths AS copy_cents, COALESCE(m.moved, 0) AS ledger_cents
          FROM product p LEFT JOIN (
               SELECT product_id, SUM(thousandths) AS moved FROM stock_movement GROUP BY product_id
               ) m ON m.product_id = p.id
         WHERE p.stock_thousandths <> COALESCE(m.moved, 0)
        """,
        "Product {name} says {copy_cents} thousandths are in stock, its movements {ledger_cents}.",
    ),
    "invoice status": (
        """
        SELECT id AS row_id, number AS name, balance_cents AS copy_cents, status AS status FROM invoice
         WHERE status <> 'draft' AND (balance_cents > 0) <> (status IN ('sent', 'overdue'))
        """,
        "Invoice {name} is {status} with a balance of {copy_cents} cents.",
    ),
    "payments": (
        """
        SELECT p.id AS row_id, p.id AS name, p.amount_cents AS copy_cents,
               p.unapplied_cents + p.returned_cents + p.applied_cents AS ledger_cents
          FROM (SELECT q.id, q.amount_cents, q.unapplied_cents, q.returned_cents, COALESCE(
                       (SELECT SUM(amount_cents) FROM payment_share WHERE payment_id = q.id), 0) AS applied_cents
                  FROM payment q) p
         WHERE p.amount_cents <> p.unapplied_cents + p.returned_cents + p.applied_cents
        """,
        "Payment {name} of {copy_cents} cents has {ledger_cents} cents applied, returned or left as credit.",
    ),
    "payments and ledger": (
        """
        SELECT p.id AS row_id, p.id AS name, p.unapplied_cents AS copy_cents, COALESCE(l.cents, 0) AS ledger_cents
          FROM payment p LEFT JOIN (
               SELECT payment_id, SUM(CASE WHEN credit = 'credit' THEN amount_cents ELSE -amount_cents END) AS cents
                 FROM ledger_entry WHERE payment_id IS NOT NULL AND (debit = 'credit' OR credit = 'credit')
                GROUP BY payment_id
               ) l ON l.payment_id = p.id
         WHERE p.unapplied_cents <> COALESCE(l.cents, 0)
        """,
        "Payment {name} has {copy_cents} cents of credit left, the ledger says {ledger_cents}.",
    ),
    "shares and ledger": (
        """
        SELECT s.id AS row_id, s.invoice_id AS name, s.amount_cents AS copy_cents, COALESCE(l.cents, 0) AS ledger_cents
          FROM payment_share s LEFT JOIN (
               SELECT payment_id, invoice_id, SUM(CASE WHEN debit = 'credit' THEN amount_cents
                                                       ELSE -amount_cents END) AS cents
                 FROM ledger_entry WHERE payment_id IS NOT NULL AND invoice_id IS NOT NULL
                                     AND (debit = 'credit' OR credit = 'credit')
                GROUP BY payment_id, invoice_id
               ) l ON l.payment_id = s.payment_id AND l.invoice_id = s.invoice_id
         WHERE s.amount_cents <> COALESCE(l.cents, 0)
        """,
        "A payment's share of invoice {name} says {copy_cents} cents, the ledger {ledger_cents}.",
    ),
    "invoice payments": (
        """
        SELECT i.id AS row_id, i.number AS name, i.paid_cents AS copy_cents, COALESCE(
                   (SELECT SUM(amount_cents) FROM payment_share WHERE invoice_id = i.id), 0) AS ledger_cents
          FROM invoice i
         WHERE i.paid_cents <> COALESCE((SELECT SUM(amount_cents) FROM payment_share WHERE invoice_id = i.id), 0)
        """,
        "Invoice {name} says {copy_cents} cents are paid, its payments {ledger_cents}.",
    ),
    "statements": (
        """
        SELECT s.id AS row_id, s.guarantor_id AS name, s.owed_cents - s.credit_cents AS copy_cents,
               COALESCE(SUM(CASE WHEN l.debit = 'receivable' OR l.debit = 'credit' THEN l.amount_cents ELSE 0 END
                          - CASE WHEN l.credit = 'receivable' OR l.credit = 'credit' THEN l.amount_cents ELSE 0 END), 0)
               AS ledger_cents
          FROM due_statement s LEFT JOIN ledger_entry l ON l.guarantor_id = s.guarantor_id AND l.booked_on <= s.last_on
         GROUP BY s.id, s.guarantor_id, s.owed_cents, s.credit_cents
        HAVING s.owed_cents - s.credit_cents <> COALESCE(SUM(
                           CASE WHEN l.debit = 'receivable' OR l.debit = 'credit' THEN l.amount_cents ELSE 0 END
                         - CASE WHEN l.credit = 'receivable' OR l.credit = 'credit' THEN l.amount_cents ELSE 0 END), 0)
        """,
        "Statement {row_id} of guarantor {name} closes with {copy_cents} cents; the ledger says {ledger_cents}.",
    ),
    "plans": (
        """
        SELECT i.id AS row_id, i.number AS name, i.plan_id AS copy_cents, 0 AS ledger_cents FROM invoice i
         WHERE i.plan_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM payment_plan p JOIN plan_invoice pi ON pi.plan_id = p.id
                WHERE p.id = i.plan_id AND p.status = 'active' AND pi.invoice_id = i.id)
        """,
        "Invoice {name} says that plan {copy_cents} is on track for it, and that is not so.",
    ),
    "charges": (
        """
        SELECT c.id AS row_id, c.id AS name, c.invoice_id AS copy_cents, 0 AS ledger_cents
          FROM charge c LEFT JOIN invoice_line l ON l.charge_id = c.id
         WHERE (c.invoice_id IS NULL) <> (l.id IS NULL) OR (l.id IS NOT NULL AND l.invoice_id <> c.invoice_id)
        """,
        "Charge {name} and its invoice line disagree about which invoice it is on.",
    ),
    "claim shares": (
        """
        SELECT k.id AS row_id, k.external_id AS name, k.share_cents AS copy_cents,
               COALESCE(b.cents, 0) - COALESCE(n.cents, 0) AS ledger_cents
          FROM claim k
          LEFT JOIN (SELECT claim_id, SUM(amount_cents) AS cents FROM charge WHERE claim_id IS NOT NULL
                      GROUP BY claim_id) b ON b.claim_id = k.id
          LEFT JOIN (SELECT c.claim_id, SUM(n.amount_cents) AS cents FROM credit_note n
                       JOIN charge c ON c.id = n.charge_id GROUP BY c.claim_id) n ON n.claim_id = k.id
         WHERE k.share_cents <> COALESCE(b.cents, 0) - COALESCE(n.cents, 0)
        """,
        "Claim {name} says a patient's share of {copy_cents} cents; its charges less credit notes are {ledger_cents}.",
    ),
}


async def audit(*, full: bool = False) -> list[Finding]:
    """Everything that is off. `full` follows the chain of events from its first link, too."""
    found: list[Finding] = []
    for check, (sql, sentence) in CHECKS.items():
        found += [Finding(check, str(row["row_id"]), sentence.format(**row)) for row in await read(sql)]
    return found + (await _chain() if full else [])


AS_IT_STANDS = "SELECT seq, hash, (SELECT COALESCE(MAX(seq), 0) FROM event) AS last FROM chain_head WHERE id = 1"
"""The head and the last event in one statement: others go on writing while the chain is followed."""
LINKS = "SELECT * FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3"


async def _chain() -> list[Finding]:
    """From the first link to the head as it stood at the beginning; what is written meanwhile is tomorrow's."""
    [head] = await read(AS_IT_STANDS)
    if head["seq"] != head["last"]:
        return [_off(head["seq"], f"The chain's head says {head['seq']} events; the last is {head['last']}.")]
    seq, previous = 0, ""
    while events := await rows_by(Event, LINKS, [seq, head["seq"], PAGE]):
        for event in events:
            if event.seq != seq + 1:
                return [_off(seq + 1, f"Event {seq + 1} is missing.")]
            if event.previous_hash != previous or link(event) != event.hash:
                return [_off(event.seq, f"Event {event.seq} is not as it was written.")]
            seq, previous = event.seq, event.hash
    if head["hash"] != previous:
        return [_off(seq, f"The chain's head does not fit event {seq}, the last.")]
    return []


def _off(seq: int, sentence: str) -> Finding:
    return Finding("chain", str(seq), sentence)
