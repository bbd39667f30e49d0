"""What every door's contract needs: the sandbox, a passage that counts connections, an eye on what is left behind."""

import gc
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox import World
from tests.contracts.passage import Passage


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A door that was closed has closed everything: a forgotten socket, session or process fails its test."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        gc.freeze()  # what is older is no matter of this test, and looking through it takes longer than most tests
        yield
        gc.collect()
        gc.unfreeze()
    assert [str(each.message) for each in warned if issubclass(each.category, ResourceWarning)] == []


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def passage(world: World) -> AsyncIterator[Passage]:
    """The world's HTTP address through a passage that counts."""
    async with Passage(int(world.url.rsplit(":", 1)[1])) as passage:
        yield passage


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything any library says, down to DEBUG."""
    caplog.set_level(0)
    return caplog
