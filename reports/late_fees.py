"""Late fees charged and taken back in a period, by location, as the ledger has it."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT location, CAST(SUM(CASE WHEN credit = 'late_fees' THEN amount_cents ELSE 0 END) AS BIGINT) AS charged,
               CAST(SUM(CASE WHEN debit = 'late_fees' THEN amount_cents ELSE 0 END) AS BIGINT) AS taken_back,
               CAST(SUM(CASE WHEN credit = 'late_fees' THEN amount_cents ELSE -amount_cents END) AS BIGINT) AS amount
          FROM ledger_entry
         WHERE booked_on BETWEEN $1 AND $2 AND (debit = 'late_fees' OR credit = 'late_fees')
           AND location IN ({asked.places(before=2)})
         GROUP BY location ORDER BY location
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


LATE_FEES = Report(
    name="late-fees",
    title="Late fees",
    says="late fees charged and taken back",
    columns=(
        Column("location", "Location"),
        Column("charged", "Charged", "money"),
        Column("taken_back", "Taken back", "money"),
        Column("amount", "Total", "money"),
    ),
    query=query,
)
