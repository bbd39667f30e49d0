"""What was written off in a period and what came of it: brought back, or paid after all."""

from reports.report import Asked, Column, Query, Report

WHAT = {
    "write_off": "Written off",
    "undo_write_off": "Brought back",
    "recovery": "Recovered",
    "undo_recovery": "Recovery taken back",
}


def query(asked: Asked) -> Query:
    said = " ".join(f"WHEN '{act}' THEN '{words}'" for act, words in WHAT.items())
    sql = f"""
        SELECT CAST(l.booked_on AS TEXT) AS booked_on, CASE l.act {said} ELSE l.act END AS what, i.number AS number,
               TRIM(g.first_name || ' ' || g.last_name) AS name, l.location AS location,
               CAST(CASE WHEN l.debit = 'bad_debt' THEN l.amount_cents ELSE -l.amount_cents END AS BIGINT) AS amount
          FROM ledger_entry l JOIN invoice i ON i.id = l.invoice_id JOIN patient g ON g.id = l.guarantor_id
         WHERE l.booked_on BETWEEN $1 AND $2 AND (l.debit = 'bad_debt' OR l.credit = 'bad_debt')
           AND l.location IN ({asked.places(before=2)})
         ORDER BY l.booked_on, l.id
    """  # noqa: S608 -- only our own words and placeholders are put into it
    return sql, asked.over_period()


WRITE_OFFS = Report(
    name="write-offs",
    title="Write-offs",
    says="what was written off, and what of it came after all",
    columns=(
        Column("booked_on", "Booked", "date"),
        Column("what", "What"),
        Column("number", "Invoice"),
        Column("name", "Guarantor", "name"),
        Column("location", "Location"),
        Column("amount", "Amount", "money"),
    ),
    query=query,
)
