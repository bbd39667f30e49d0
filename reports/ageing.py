"""AR ageing as of any day, from the ledger: who owes how much, by how old it is."""

from datetime import timedelta

from domain.ageing import BUCKETS, UPPER_DAYS
from models.database import read
from reports.report import Asked, Column, Report, Row

_OLD = (*(f"days_{upper}" for upper in UPPER_DAYS), "older")

_SIGNED = "CASE WHEN l.debit = 'receivable' THEN l.amount_cents ELSE -l.amount_cents END"


async def rows(asked: Asked) -> list[Row]:
    """One row per guarantor and location; the ledger's rows up to the day say what was owed on that day."""
    cutoffs = [asked.as_of - timedelta(days=upper) for upper in UPPER_DAYS]
    places = ", ".join(f"${number}" for number in range(5, 5 + len(asked.locations))) or "NULL"
    sql = f"""
        SELECT i.guarantor_id AS guarantor, i.location AS location, p.first_name, p.last_name,
               SUM(CASE WHEN i.issued_on >= $2 THEN {_SIGNED} ELSE 0 END) AS {_OLD[0]},
               SUM(CASE WHEN i.issued_on < $2 AND i.issued_on >= $3 THEN {_SIGNED} ELSE 0 END) AS {_OLD[1]},
               SUM(CASE WHEN i.issued_on < $3 AND i.issued_on >= $4 THEN {_SIGNED} ELSE 0 END) AS {_OLD[2]},
               SUM(CASE WHEN i.issued_on < $4 THEN {_SIGNED} ELSE 0 END) AS {_OLD[3]},
               SUM({_SIGNED}) AS total
          FROM ledger_entry l
          JOIN invoice i ON i.id = l.invoice_id
          JOIN patient p ON p.id = i.guarantor_id
         WHERE l.booked_on <= $1 AND i.location IN ({places})
         GROUP BY i.guarantor_id, i.location, p.first_name, p.last_name
        HAVING SUM({_SIGNED}) <> 0
         ORDER BY total DESC, i.guarantor_id
    """  # noqa: S608 -- only our own column names and placeholders are put into it
    found = await read(sql, [asked.as_of, *cutoffs, *asked.locations])
    return [
        {
            "name": f"{row['first_name']} {row['last_name']}".strip(),
            "location": row["location"],
            **{column: int(row[column]) for column in (*_OLD, "total")},
        }
        for row in found
    ]


AGEING = Report(
    name="ageing",
    title="AR ageing",
    columns=(
        Column("name", "Guarantor", "name"),
        Column("location", "Location"),
        *(Column(name, label, "money") for name, label in zip(_OLD, BUCKETS, strict=True)),
        Column("total", "Total", "money"),
    ),
    rows=rows,
)
