"""The cash register's days: what should lie in the drawer, what was counted, and the difference."""

from reports.report import Asked, Column, Query, Report


def query(asked: Asked) -> Query:
    sql = f"""
        SELECT CAST(day AS TEXT) AS day, location, status, float_cents AS opened_with, payments_cents AS payments,
               refunds_cents AS refunds, paid_in_cents - paid_out_cents AS other, expected_cents AS expected,
               counted_cents AS counted, counted_cents - expected_cents AS difference, note
          FROM cash_day
         WHERE day BETWEEN $1 AND $2 AND location IN ({asked.places(before=2)})
         ORDER BY day, location
    """  # noqa: S608 -- only placeholders are put into it
    return sql, asked.over_period()


CASH = Report(
    name="cash",
    title="Cash register",
    says="each day's drawer, expected and counted: `cash this week`",
    columns=(
        Column("day", "Day", "date"),
        Column("location", "Location"),
        Column("status", "Status"),
        Column("opened_with", "Float", "money"),
        Column("payments", "Payments", "money"),
        Column("refunds", "Refunds", "money"),
        Column("other", "In and out", "money"),
        Column("expected", "Expected", "money"),
        Column("counted", "Counted", "money"),
        Column("difference", "Difference", "money"),
        Column("note", "Note"),
    ),
    query=query,
)
