"""A throw-away PostgreSQL server for one run of the tests; xdist's workers share it. No database is made here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.needs import postgres_programs
from tests.support.ports import free_port

ADDRESS = "DUESDAY_TEST_POSTGRES"

# Nothing in it outlives the run, so nothing waits for a disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


@contextmanager
def server(programs: Path, beneath: str | None = None) -> Iterator[str]:
    """Make a cluster in some folder, run it on a free loopback port, yield its address, and leave nothing behind."""
    # PostgreSQL refuses to run as root; Debian's package brings the user it should be.
    user = "postgres" if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="duesday-postgres-", dir=beneath))
    if user:
        shutil.chown(home, user, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(home / "data"), *arguments]
        # Its output goes to a file: a pipe would be held open by the server that pg_ctl leaves running.
        with (home / "output").open("ab") as output:
            done = subprocess.run(
                command,
                check=False,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=home,
                stdout=output,
                stderr=output,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(home / 'output').read_text()}")

    port = free_port()
    try:
        run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")
        run(
            "pg_ctl",
            "-w",
            "start",
            "-o",
            " ".join([f"-p {port}", *(f"-c {name}='{value}'" for name, value in SETTINGS.items())]),
        )
        try:
            yield f"postgres://postgres@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


running = ExitStack()


def address() -> str:
    """The server's address; the first to ask starts it."""
    if ADDRESS not in os.environ:
        programs = postgres_programs()
        assert programs, "ask tests.support.needs before asking for PostgreSQL"
        beneath = os.environ.get("PYTEST_DEBUG_TEMPROOT")  # where all files of tests are
        os.environ[ADDRESS] = running.enter_context(server(Path(programs), beneath))
        os.environ["PGSSLMODE"] = "disable"  # it speaks no TLS, and to be refused costs a third of a connection
        running.callback(os.environ.pop, ADDRESS)
    return os.environ[ADDRESS]


def pytest_configure(config: pytest.Config) -> None:
    """With workers to come the controller starts it, for them all; without, the first test that needs it does."""
    if config.getoption("tx", None) and not hasattr(config, "workerinput") and postgres_programs():
        address()


def pytest_unconfigure() -> None:
    running.close()
