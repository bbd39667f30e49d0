"""The demo as it was when its year had passed, kept beside it: `--fresh` takes that up again in a second.

It holds for the same morning and the same practice, and while nothing of ours has been changed: else the year is lived
through anew.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
BOOKS, MADE_OF, AT = "demo.db", "made-of", "at"
BESIDE = ("world.json", "service-port")
"""What goes with the books: the world as it was then, and the port to which the links in its texts lead."""


class DemoCopy:
    """In `folder`, of the books in `books` and of the world in `state`. What a year is `made_of` says `ingredients`."""

    def __init__(self, folder: Path, *, books: Path, state: Path) -> None:
        self._folder, self._books, self._state = folder, books, state

    def keep(self, at: datetime, made_of: str) -> None:
        making = self._folder.with_suffix(".new")
        for left in (making, self._folder):
            shutil.rmtree(left, ignore_errors=True)
        making.mkdir(parents=True)
        with closing(sqlite3.connect(self._books)) as books, closing(sqlite3.connect(making / BOOKS)) as copy:
            books.backup(copy)
        for name in BESIDE:
            shutil.copy(self._state / name, making)
        (making / AT).write_text(at.isoformat())
        (making / MADE_OF).write_text(made_of)
        making.rename(self._folder)

    def take_up(self, made_of: str) -> datetime | None:
        """Put it where the demo looks for it; the moment at which it goes on, or None where it doesn't hold."""
        kept = self._folder / MADE_OF
        if not kept.exists() or kept.read_text() != made_of:
            return None
        shutil.copy(self._folder / BOOKS, self._books)
        for name in BESIDE:
            shutil.copy(self._folder / name, self._state)
        return datetime.fromisoformat((self._folder / AT).read_text())


def ingredients(morning: datetime, config: Path) -> str:
    """All that a year depends on, as one word: the morning it leads to, the practice's choices, the house itself."""
    known = hashlib.sha256(f"{morning.isoformat()} {version('duesday')} {config.read_text()}".encode())
    for path in sorted(_sources()):
        seen = path.stat()
        known.update(f"{path} {seen.st_size} {seen.st_mtime_ns}".encode())
    return known.hexdigest()


def _sources() -> Iterator[Path]:
    """In a clone whatever may be worked on; what was installed changes with its version only."""
    if (HOUSE / "pyproject.toml").exists():
        for room in HOUSE.iterdir():
            if (room / "__init__.py").exists() or room.name in ("templates", "migrations"):
                yield from (path for path in room.rglob("*.*") if path.suffix != ".pyc")
