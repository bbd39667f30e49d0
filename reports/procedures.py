"""What was done in a period, procedure by procedure, and how much of it is billed."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT c.code AS code, MIN(c.description) AS description, c.location AS location,
               CAST(COUNT(*) AS BIGINT) AS times, CAST(SUM(c.amount_cents) AS BIGINT) AS amount,
               CAST(SUM(CASE WHEN i.status IS NULL OR i.status = 'draft' THEN 0 ELSE c.amount_cents END) AS BIGINT)
                   AS billed
          FROM charge c LEFT JOIN invoice i ON i.id = c.invoice_id
         WHERE c.served_on BETWEEN $1 AND $2 AND c.location IN ({asked.places(before=2)})
         GROUP BY c.code, c.location ORDER BY amount DESC, c.code, c.location
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


PROCEDURES = Report(
    name="procedures",
    title="Procedures",
    says="what was done and how much of it is billed: `procedures this month`",
    columns=(
        Column("code", "Code"),
        Column("description", "Procedure"),
        Column("location", "Location"),
        Column("times", "Times", "count"),
        Column("amount", "Amount", "money"),
        Column("billed", "Billed", "money"),
    ),
    query=query,
)
