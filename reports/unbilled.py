"""What was done and stands on no invoice yet, by guarantor and patient."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT TRIM(g.first_name || ' ' || g.last_name) AS name, TRIM(p.first_name || ' ' || p.last_name) AS patient,
               waiting.location AS location, waiting.charges AS charges, waiting.oldest AS oldest,
               waiting.amount AS amount
          FROM (SELECT guarantor_id, patient_id, location, CAST(COUNT(*) AS BIGINT) AS charges,
                       CAST(MIN(served_on) AS TEXT) AS oldest, CAST(SUM(amount_cents) AS BIGINT) AS amount
                  FROM charge WHERE invoice_id IS NULL AND location IN ({asked.places(before=0)})
                 GROUP BY guarantor_id, patient_id, location) AS waiting
          JOIN patient g ON g.id = waiting.guarantor_id JOIN patient p ON p.id = waiting.patient_id
         ORDER BY waiting.oldest, waiting.guarantor_id, waiting.patient_id
    """  # noqa: S608 -- only placeholders are put into it
    return sql, list(asked.locations)


UNBILLED = Report(
    name="unbilled",
    title="Unbilled",
    says="what was done and is on no invoice yet",
    columns=(
        Column("name", "Guarantor", "name"),
        Column("patient", "Patient", "name"),
        Column("location", "Location"),
        Column("charges", "Charges", "count"),
        Column("oldest", "Oldest", "date"),
        Column("amount", "Amount", "money"),
    ),
    query=query,
    covers="now",
)
