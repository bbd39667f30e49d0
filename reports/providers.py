"""What each provider's work of a period comes to."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT c.provider AS provider, c.location AS location, CAST(COUNT(DISTINCT c.session_id) AS BIGINT) AS sessions,
               CAST(SUM(c.amount_cents) AS BIGINT) AS amount,
               CAST(SUM(CASE WHEN i.status IS NULL OR i.status = 'draft' THEN 0 ELSE c.amount_cents END) AS BIGINT)
                   AS billed
          FROM charge c LEFT JOIN invoice i ON i.id = c.invoice_id
         WHERE c.served_on BETWEEN $1 AND $2 AND c.location IN ({asked.places(before=2)})
         GROUP BY c.provider, c.location ORDER BY amount DESC, c.provider, c.location
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


PROVIDERS = Report(
    name="providers",
    title="Providers",
    says="what each provider's work comes to: `providers last month`",
    columns=(
        Column("provider", "Provider"),
        Column("location", "Location"),
        Column("sessions", "Sessions", "count"),
        Column("amount", "Amount", "money"),
        Column("billed", "Billed", "money"),
    ),
    query=query,
)
