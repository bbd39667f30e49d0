"""Refunds of a period: how much went back, and what it did to the balance."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT CAST(l.booked_on AS TEXT) AS booked_on,
               CASE l.act WHEN 'refund' THEN 'Refund' ELSE 'Came back' END AS what,
               TRIM(g.first_name || ' ' || g.last_name) AS name, l.location AS location, p.method AS method,
               CAST(CASE WHEN l.credit = 'cash' THEN l.amount_cents ELSE -l.amount_cents END AS BIGINT) AS amount
          FROM ledger_entry l JOIN payment p ON p.id = l.payment_id JOIN patient g ON g.id = l.guarantor_id
         WHERE l.booked_on BETWEEN $1 AND $2 AND l.act IN ('refund', 'refund_returned')
           AND l.location IN ({asked.places(before=2)})
         ORDER BY l.booked_on, l.id
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


REFUNDS = Report(
    name="refunds",
    title="Refunds",
    says="what went back to patients",
    columns=(
        Column("booked_on", "Booked", "date"),
        Column("what", "What"),
        Column("name", "To", "name"),
        Column("location", "Location"),
        Column("method", "Method"),
        Column("amount", "Amount", "money"),
    ),
    query=query,
)
