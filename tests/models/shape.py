"""What a database looks like, told alike for two that should be the same, whatever road they came by."""

from typing import Any

from models import database

Shape = dict[str, Any]

POSTGRES = {
    "columns": """
        SELECT c.relname AS tab, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull,
               pg_get_expr(d.adbin, d.adrelid) AS preset, a.attidentity::text AS identity
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "indexes": "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """
        SELECT conrelid::regclass::text AS tab, conname AS name, pg_get_constraintdef(oid) AS sql FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "triggers": "SELECT pg_get_triggerdef(oid) AS sql FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(oid) AS sql FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


async def shape() -> Shape:
    """Everything about the open database's tables but the order of their columns and migrate's own record."""
    if database.dialect() == "postgres":
        found = {what: [dict(row) for row in await database.read(sql)] for what, sql in POSTGRES.items()}
    else:
        found = await _sqlite_shape()
    return {what: sorted((r for r in rows if not _of_migrate(r)), key=repr) for what, rows in found.items()}


def _of_migrate(row: dict[str, Any]) -> bool:
    return row.get("tab") == "migration" or "migration" in str(row.get("name"))


async def _sqlite_shape() -> Shape:
    found: Shape = {"columns": [], "indexes": [], "constraints": [], "triggers": []}
    for made in await database.read("SELECT type, name, tbl_name AS tab, sql FROM sqlite_master"):
        if made["type"] == "trigger":
            found["triggers"].append({"name": made["name"], "sql": made["sql"]})
        if made["type"] != "table":
            continue
        tab = made["tab"]
        checks = [line.strip(" ,") for line in made["sql"].splitlines() if " CHECK " in line]
        found["constraints"] += [{"tab": tab, "check": check} for check in checks]
        for column in await database.read(f"PRAGMA table_xinfo({tab})"):
            found["columns"].append({"tab": tab} | {k: v for k, v in dict(column).items() if k != "cid"})
        for key in await database.read(f"PRAGMA foreign_key_list({tab})"):
            found["constraints"].append({"tab": tab} | {k: v for k, v in dict(key).items() if k not in ("id", "seq")})
        for index in await database.read(f"PRAGMA index_list({tab})"):
            columns = [dict(row) for row in await database.read(f"PRAGMA index_xinfo({index['name']})") if row["key"]]
            sql = await database.read("SELECT sql FROM sqlite_master WHERE name = $1", [index["name"]])
            where = str(sql[0]["sql"]).partition(" WHERE ")[2]
            named = [column["name"] for column in columns]
            found["indexes"].append({"tab": tab, "unique": index["unique"], "columns": named, "where": where})
    return found
