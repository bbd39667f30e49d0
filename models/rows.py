"""New rows of a table by the hundred: gathered as plain values and written at once, without the weight of models."""

from typing import Any

from tortoise.models import Model

from models.database import insert_rows
from models.fields import Names


class NewRows:
    """Of each row the same is said; what isn't has its model's default."""

    def __init__(self, model: type[Model]) -> None:
        meta = model._meta
        self._table, self._columns = meta.db_table, meta.fields_db_projection
        said_anyway = [name for name in self._columns if not (name == meta.pk_attr and meta.pk.generated)]
        defaults = {name: meta.fields_map[name].default for name in said_anyway}
        self._defaults = {name: default for name, default in defaults.items() if default is not None}
        """An empty column is left out: sqlite3 asks a long time how a None is written."""
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
        await insert_rows(self._table, [self._columns[name] for name in rows[0]], map(dict.values, rows))
