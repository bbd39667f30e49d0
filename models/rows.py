"""New rows of a table by the hundred: gathered as plain values and written at once, without the weight of models."""

from typing import Any

from tortoise.models import Model

from models.database import insert_rows
from models.fields import Names


class NewRows:
    """What is not said of a row has its model's default. Ids are said of all of them or of none."""

    def __init__(self, model: type[Model]) -> None:
        meta = model._meta
        self._table, self._columns = meta.db_table, meta.fields_db_projection
        said_anyway = [name for name in self._columns if not (name == meta.pk_attr and meta.pk.generated)]
        self._defaults = {name: meta.fields_map[name].default for name in said_anyway}
        self._names = [name for name in said_anyway if isinstance(meta.fields_map[name], Names)]
        self._rows: list[dict[str, Any]] = []

    def add(self, said: dict[str, Any]) -> None:
        self._rows.append(self._defaults | said)

    async def write(self) -> None:
        """All that was added since the last time."""
        rows, self._rows = self._rows, []
        if not rows:
            return
        for row in rows:
            for name in self._names:
                row[name] = " ".join(row[name])
        await insert_rows(self._table, [self._columns[name] for name in rows[0]], (list(row.values()) for row in rows))
