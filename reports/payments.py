"""Money that came in and went out over a period, as the ledger has it."""

from reports.report import Asked, Column, Query, Report

WHAT = {
    "payment": "Payment",
    "cancel_payment": "Cancelled",
    "refund": "Refund",
    "refund_returned": "Refund came back",
    "dispute_opened": "Disputed",
    "dispute_won": "Dispute won",
}
"""What moves cash, by the act it is booked as. A dispute that is lost took its money when it was opened."""


def query(asked: Asked) -> Query:
    said = " ".join(f"WHEN '{act}' THEN '{words}'" for act, words in WHAT.items())
    sql = f"""
        SELECT CAST(l.booked_on AS TEXT) AS booked_on, CASE l.act {said} ELSE l.act END AS what,
               TRIM(g.first_name || ' ' || g.last_name) AS name, l.location AS location, p.method AS method,
               p.reference AS reference, p."group" AS deposit,
               CAST(CASE WHEN l.debit = 'cash' THEN l.amount_cents ELSE -l.amount_cents END AS BIGINT) AS amount
          FROM ledger_entry l JOIN payment p ON p.id = l.payment_id JOIN patient g ON g.id = l.guarantor_id
         WHERE l.booked_on BETWEEN $1 AND $2 AND (l.debit = 'cash' OR l.credit = 'cash')
           AND l.location IN ({asked.places(before=2)})
         ORDER BY l.booked_on, l.id
    """  # noqa: S608 -- only our own words and placeholders are put into it
    return sql, asked.over_period()


PAYMENTS = Report(
    name="payments",
    title="Payments",
    says="what came in and went out: `payments last month`",
    columns=(
        Column("booked_on", "Booked", "date"),
        Column("what", "What"),
        Column("name", "From", "name"),
        Column("location", "Location"),
        Column("method", "Method"),
        Column("reference", "Reference"),
        Column("deposit", "Group"),
        Column("amount", "Amount", "money"),
    ),
    query=query,
)
