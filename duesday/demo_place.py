"""Where the demo keeps its things between two starts: its books and what the world outside remembers."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from domain.errors import Refusal
from duesday.demo_copy import DemoCopy

VAR = Path("var")


class DemoPlace:
    """var/demo and var/demo.db; with a database of the user's own, a folder for that one."""

    def __init__(self, database_url: str | None) -> None:
        own = f"-{hashlib.sha256(database_url.encode()).hexdigest()[:8]}" if database_url else ""
        self.state = VAR / f"demo{own}"
        self.database_url = database_url or f"sqlite://{VAR / 'demo.db'}"
        self._file = None if database_url else VAR / "demo.db"
        self._copy = DemoCopy(VAR / "demo-as-filled", books=self._file, state=self.state) if self._file else None

    @property
    def is_filled(self) -> bool:
        return self._filled.exists()

    @property
    def _filled(self) -> Path:
        return self.state / "filled"

    def note_filled(self, at: datetime, made_of: str) -> None:
        """The year has passed; the world has been written down."""
        if self._copy:
            self._copy.keep(at, made_of)
        self._filled.touch()

    def begin_anew(self, made_of: str) -> datetime | None:
        """Nothing is left of an earlier demo. The moment it goes on at, if such a year was lived through before."""
        self._clear()
        at = self._copy.take_up(made_of) if self._copy else None
        if at:
            self._filled.touch()
        return at

    @property
    def service_port(self) -> tuple[int, ...]:
        """Where the service answered last time, if there was one."""
        file = self.state / "service-port"
        return (int(file.read_text()),) if file.exists() else ()

    def note_service_port(self, port: int) -> None:
        (self.state / "service-port").write_text(str(port))

    def _clear(self) -> None:
        """What a start that was cut short, or an earlier demo, has left. A database of the user's own is not ours to
        empty."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        if self._file:
            for ending in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + ending).unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """One demo at a time over the same things."""
        VAR.mkdir(parents=True, exist_ok=True)
        with self.state.with_suffix(".lock").open("w") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except OSError as error:
                raise Refusal("running", f"Another demo is running over {self.state} already: end it first.") from error
            yield
