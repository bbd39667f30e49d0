"""Invoices sent in a period, as they stand now."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT i.number AS number, TRIM(g.first_name || ' ' || g.last_name) AS name, i.location AS location,
               CAST(i.issued_on AS TEXT) AS issued_on, CAST(i.due_date AS TEXT) AS due_on, i.status AS status,
               i.total_cents AS total, i.paid_cents AS paid, i.forgiven_cents AS forgiven, i.balance_cents AS balance
          FROM invoice i JOIN patient g ON g.id = i.guarantor_id
         WHERE i.issued_on BETWEEN $1 AND $2 AND i.location IN ({asked.places(before=2)})
         ORDER BY i.issued_on, i.id
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


INVOICES = Report(
    name="invoices",
    title="Invoices",
    says="what was billed, and how it stands: `invoices september`",
    columns=(
        Column("number", "Invoice"),
        Column("name", "Guarantor", "name"),
        Column("location", "Location"),
        Column("issued_on", "Sent", "date"),
        Column("due_on", "Due", "date"),
        Column("status", "Status"),
        Column("total", "Total", "money"),
        Column("paid", "Paid", "money"),
        Column("forgiven", "Forgiven", "money"),
        Column("balance", "Balance", "money"),
    ),
    query=query,
)
