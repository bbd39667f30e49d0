"""AR ageing as of any day: who owes how much, by how old it is.

It begins with what is owed now and takes back what has been booked since that day. Entries are booked on the day they
are written down, so that is exactly what was owed at its end, and costs no more than what is open and what has changed.
"""

from datetime import timedelta

from domain.ageing import BUCKETS, UPPER_DAYS
from reports.report import Asked, Column, Query, Report

_OLD = (*(f"days_{upper}" for upper in UPPER_DAYS), "older")


def query(asked: Asked) -> Query:
    """One row per guarantor and location who owed something."""
    cutoffs = [asked.as_of - timedelta(days=upper) for upper in UPPER_DAYS]
    places = asked.places(before=4)
    sql = f"""
        SELECT TRIM(p.first_name || ' ' || p.last_name) AS name, owed.location, {", ".join(_OLD)}, total
          FROM (SELECT location, guarantor_id,
                       {_sum("issued_on >= $2")} AS {_OLD[0]},
                       {_sum("issued_on < $2 AND issued_on >= $3")} AS {_OLD[1]},
                       {_sum("issued_on < $3 AND issued_on >= $4")} AS {_OLD[2]},
                       {_sum("issued_on < $4")} AS {_OLD[3]},
                       CAST(SUM(cents) AS BIGINT) AS total
                  FROM (SELECT guarantor_id, location, issued_on, balance_cents AS cents
                          FROM invoice WHERE balance_cents > 0 AND location IN ({places})
                         UNION ALL
                        SELECT i.guarantor_id, i.location, i.issued_on,
                               CASE WHEN l.debit = 'receivable' THEN -l.amount_cents ELSE l.amount_cents END
                          FROM ledger_entry l JOIN invoice i ON i.id = l.invoice_id
                         WHERE l.booked_on > $1 AND i.location IN ({places})
                       ) AS moved
                 GROUP BY guarantor_id, location
                HAVING SUM(cents) <> 0
               ) AS owed
          JOIN patient p ON p.id = owed.guarantor_id
         ORDER BY total DESC, owed.guarantor_id
    """  # noqa: S608 -- only our own column names and placeholders are put into it
    return sql, [asked.as_of, *cutoffs, *asked.locations]


def _sum(these: str) -> str:
    """PostgreSQL would add whole numbers up to a Decimal."""
    return f"CAST(SUM(CASE WHEN {these} THEN cents ELSE 0 END) AS BIGINT)"


AGEING = Report(
    name="ageing",
    title="AR ageing",
    says="who owes how much, and for how long; `ageing 2026-09-30` as of a day",
    columns=(
        Column("name", "Guarantor", "name"),
        Column("location", "Location"),
        *(Column(name, label, "money") for name, label in zip(_OLD, BUCKETS, strict=True)),
        Column("total", "Total", "money"),
    ),
    query=query,
    covers="day",
)
