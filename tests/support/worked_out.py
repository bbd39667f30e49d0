"""What Tortoise works out from the tables each time a database is opened, kept from one test to the next: 27 of 29 ms.

A service opens one database in its life; the tests open thousands, of two kinds.
"""

from collections.abc import Hashable
from typing import Any

from tortoise.apps import Apps

BY_DIALECT = (
    "filters", "db_native_fields", "db_default_fields", "db_complex_fields", "basetable", "basequery",
    "basequery_all_fields",
)  # fmt: skip
"""Of all that `finalise_model` finds, this depends on the kind of database."""

_work_out = Apps._build_initial_querysets
_known: dict[Hashable, list[dict[str, Any]]] = {}


def _remember(apps: Apps) -> None:
    models = [model for app in apps.apps.values() for model in app.values()]
    # Which tables, and which engine: a test may open others, or the same in another process of SQL.
    key = (*models, *(model._meta.db.query_class for model in models[:1]))
    if key not in _known:
        for model in models:  # the other kind's are filled in place
            model._meta.filters = {}
            model._meta.db_native_fields, model._meta.db_default_fields, model._meta.db_complex_fields = [], [], []
        _work_out(apps)
        _known[key] = [{name: getattr(model._meta, name) for name in BY_DIALECT} for model in models]
    for model, found in zip(models, _known[key], strict=True):
        for name, value in found.items():
            setattr(model._meta, name, value)


def pytest_configure() -> None:
    Apps._build_initial_querysets = _remember  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    Apps._build_initial_querysets = _work_out  # type: ignore[method-assign]
