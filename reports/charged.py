"""What was charged beside the work itself in a period, and taken back, by location, as the ledger has it: fees, tax."""

from domain.ledger import Account
from reports.report import Asked, Column, Query, Report


def _charged(account: Account, *, name: str, title: str) -> Report:
    """The report over one account's entries."""

    def query(asked: Asked) -> Query:
        sql = f"""
            SELECT location,
                   CAST(SUM(CASE WHEN credit = '{account}' THEN amount_cents ELSE 0 END) AS BIGINT) AS charged,
                   CAST(SUM(CASE WHEN debit = '{account}' THEN amount_cents ELSE 0 END) AS BIGINT) AS taken_back,
                   CAST(SUM(CASE WHEN credit = '{account}' THEN amount_cents ELSE -amount_cents END) AS BIGINT)
                       AS amount
              FROM ledger_entry
             WHERE booked_on BETWEEN $1 AND $2 AND (debit = '{account}' OR credit = '{account}')
               AND location IN ({asked.places(before=2)})
             GROUP BY location ORDER BY location
        """  # noqa: S608 -- only our own account's name and placeholders are put into it
        return sql, asked.over_period()

    columns = (
        Column("location", "Location"),
        Column("charged", "Charged", "money"),
        Column("taken_back", "Taken back", "money"),
        Column("amount", "Total", "money"),
    )
    says = f"{title.lower()} charged and taken back"
    return Report(name=name, title=title, says=says, columns=columns, query=query)


LATE_FEES = _charged(Account.LATE_FEES, name="late-fees", title="Late fees")
TAX = _charged(Account.TAX, name="tax", title="Tax")
