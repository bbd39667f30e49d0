"""What commands open before they work: the environment, the practice that was checked, the books."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from domain.practice import Practice
from duesday.checks import checked
from duesday.environment import Environment
from duesday.practice_file import read_practice
from models import database
from models.database_url import DatabaseFault
from models.migrate import pending

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def checked_practice(environment: Environment) -> Practice:
    """The practice, with everything held against it that `duesday check` knows."""
    return checked(environment.duesday_config, TEMPLATES)


def practice_itself(environment: Environment) -> Practice:
    """The practice without the texts it names: a command that writes to nobody needn't wait for fifty of them."""
    return read_practice(environment.duesday_config)


@asynccontextmanager
async def open_books(environment: Environment) -> AsyncIterator[None]:
    """The database as it is: a command that only looks changes no schema."""
    await database.connect(environment.database_url.get_secret_value())
    try:
        if missing := await pending():
            raise DatabaseFault(f"the database lacks {', '.join(missing)}; run `duesday migrate` first")
        yield
    finally:
        await database.close()
