"""One PostgreSQL database for test after test, swept in between: a new one for each would cost more than most tests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from models.extra_sql import EXTRA
from tests.support import warm

USES = 40
"""What is deleted stays as dead rows: after so many tests a new database is quicker."""

# Whoever is still in the database goes; rows go without their triggers, which let none be deleted; counters begin anew.
SWEEP = """
    SET session_replication_role = replica;
    DO $$
    DECLARE each record; filled boolean;
    BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend'
            AND pid <> pg_backend_pid() AND pid <> ALL('{waiting}'::int[]);
        FOR each IN SELECT oid::regclass AS name FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration'
                       AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', each.name) INTO filled;
            IF filled THEN EXECUTE format('DELETE FROM %s', each.name); END IF;
        END LOOP;
        PERFORM setval(oid::regclass, 1, false) FROM pg_class
          WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
    END $$;
    SET session_replication_role = DEFAULT;
"""

# A test may have taken a trigger away, or a table: then the database is not what the next one asks for.
SHAPE = """
    SELECT md5(string_agg(thing, ' ' ORDER BY thing)) FROM (
        SELECT relname || relkind::text || relnatts FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT conname || contype::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS things (thing)
"""


def sweep_text() -> str:
    """Everything that makes a used database a new one, in one trip."""
    waiting = str(warm.waiting_sessions() or "{}")
    return SWEEP.replace("{waiting}", waiting) + "".join(f"{row};" for row in EXTRA.first_rows)


@dataclass(slots=True)
class Swept:
    """`make` makes a database and says its address; `drop` takes it away."""

    make: Callable[[], str]
    drop: Callable[[str], None]
    runner: asyncio.Runner
    url: str = ""
    shape: str = ""
    uses: int = 0
    connection: asyncpg.Connection | None = None

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    def fresh(self) -> str:
        if self.connection is None:
            self.url = self.make()
            warm.WarmPool.databases.add(self.name)
            self.connection = self.runner.run(asyncpg.connect(self.url))
            self.shape = self.runner.run(self.connection.fetchval(SHAPE))
            self.uses = 0
        self.uses += 1
        return self.url

    def sweep(self) -> None:
        """After a test. One that has changed more than rows, or closed us out, leaves a database to be dropped."""
        assert self.connection is not None
        try:
            good = self.uses < USES and self.runner.run(self.connection.fetchval(SHAPE)) == self.shape
            if good:
                self.runner.run(self.connection.execute(sweep_text()))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            good = False
        if not good:
            self.leave()

    def leave(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
            self.connection = None
            warm.leave(self.name)
            self.drop(self.url)
