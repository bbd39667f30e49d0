"""A clinic that has sent its bills, made once for each kind of database; a day in it that nothing disturbed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ports import PdfPrinter
from tests.crash.trials import Billed, Ending, bill_everybody, end_of_a_day
from tests.support.databases import KINDS, WORKER, beside, new_postgres, numbers


@pytest.fixture(scope="session")
def billed_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, pdf: PdfPrinter) -> Billed:
    path = shutil.copy(migrated_file, tmp_path_factory.mktemp("billed"))
    billed = Billed("sqlite", str(path), {})
    beside(bill_everybody(f"sqlite://{path}", billed, pdf))
    return billed


@pytest.fixture(scope="session")
def billed_postgres(migrated_postgres: str, pdf: PdfPrinter) -> Iterator[Billed]:
    billed = Billed("postgres", f"{WORKER}_billed", {})
    for url in new_postgres(billed.template, template=migrated_postgres):
        beside(bill_everybody(url, billed, pdf))
        yield billed


@pytest.fixture(scope="session", params=KINDS)
def billed(request: pytest.FixtureRequest) -> Billed:
    found: Billed = request.getfixturevalue(f"billed_{request.param}")
    return found


def copies(billed: Billed, folder: Path) -> Iterator[str]:
    if billed.kind == "postgres":
        yield from new_postgres(f"{WORKER}_{next(numbers)}", template=billed.template)
    else:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(billed.template, path)
        yield f"sqlite://{path}"


@pytest.fixture
def billed_url(billed: Billed, tmp_path: Path) -> Iterator[str]:
    yield from copies(billed, tmp_path)


@pytest.fixture(scope="session")
def undisturbed(billed: Billed, tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """How the day ends when nobody dies, and every line that was executed in it."""
    folder, ending = tmp_path_factory.mktemp("undisturbed"), Ending()
    for url in copies(billed, folder):
        beside(end_of_a_day(url, billed, folder, ending, counts=True))
    return ending
