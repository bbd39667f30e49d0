"""The tables, what keeps their history, and the database under them."""

TABLES: tuple[str, ...] = (
    "models.people",
    "models.care",
    "models.invoices",
    "models.stock",
    "models.bulk",
    "models.money",
    "models.insurance",
    "models.cash",
    "models.chasing",
    "models.record",
    "models.noticeboard",
    "models.papers",
    "models.plans",
    "models.agency",
    "models.statements",
    "models.keys",
)
