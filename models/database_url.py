"""From a DATABASE_URL to what Tortoise wants to be told, and the sentence for one that does not open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.exceptions import ConfigurationError

Dialect = Literal["sqlite", "postgres"]

APP = "books"
MEMORY = ":memory:"
ENGINES: dict[Dialect, str] = {"sqlite": "models.sqlite_engine", "postgres": "models.postgres_engine"}

STATEMENTS = 500
"""So many a session keeps prepared. The house has some 700; with asyncpg's 100 each fourth was prepared again."""


@dataclass(eq=False)
class DatabaseFault(Exception):
    """What somebody must mend before Duesday can run, in one sentence."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


def connections_at(url: str) -> tuple[Dialect, dict[str, dict[str, Any]]]:
    """Tortoise's connections for an address: `default`, and on SQLite `reports`, which only reads."""
    scheme = url.partition("://")[0]
    try:
        if scheme == "sqlite":
            return "sqlite", _sqlite(url.removeprefix("sqlite://"))
        if scheme in ("postgres", "postgresql"):
            return "postgres", {"default": _postgres(url)}
        raise ValueError("it begins with neither sqlite:// nor postgres://")
    except (OSError, ValueError, ConfigurationError) as error:
        raise DatabaseFault(why_not(url, error)) from None  # the cause may quote the password


def _sqlite(path: str) -> dict[str, dict[str, Any]]:
    if not path:
        raise ValueError("no file is named")
    writer = {"engine": ENGINES["sqlite"], "credentials": {"file_path": path}}
    if path == MEMORY:
        return {"default": writer}  # a second connection would see another, empty one
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    reader = {"engine": ENGINES["sqlite"], "credentials": {"file_path": path, "query_only": True}}
    return {"default": writer, "reports": reader}


def _postgres(url: str) -> dict[str, Any]:
    credentials: dict[str, Any] = expand_db_url(url)["credentials"]
    if "sslmode" in credentials:  # hosts hand out libpq's word for it
        credentials["ssl"] = credentials.pop("sslmode")
    ours = {"minsize": 1, "maxsize": 10, "statement_cache_size": STATEMENTS, "application_name": "duesday"}
    return {"engine": ENGINES["postgres"], "credentials": ours | credentials}


def why_not(url: str, error: Exception) -> str:
    """Why it did not open; a password is in neither the address nor the reason, however the address is mistyped."""
    scheme, _, rest = url.partition("://")
    login, _, place = rest.rpartition("@")
    address = f" at {scheme}://{place.partition('?')[0]}" if rest else ""
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if secret := login.partition(":")[2]:
        reason = reason.replace(login, "…").replace(unquote(secret), "…")
    return f"cannot open the database{address}: {reason}; check DATABASE_URL"


def config(connections: Mapping[str, Mapping[str, Any]], tables: Sequence[str]) -> dict[str, Any]:
    """What Tortoise wants to be told."""
    return {
        "connections": dict(connections),
        "apps": {APP: {"models": list(tables), "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }
