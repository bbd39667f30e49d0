"""What goes after a while, and what stays however old it is."""

from datetime import UTC, datetime, timedelta

from domain.ports import Ports
from jobs.tidying import SLICE, tidy_tonight
from models.database import insert_rows
from models.keys import GivenAnswer
from models.record import InboxItem, JobSlot
from sandbox import MovableClock
from tests.support.practice import the_practice

NIGHT = datetime(2026, 10, 11, 8, tzinfo=UTC)
"""Four in New York."""
ANSWER = ("api_key_id", "key", "request_hash", "status", "body", "at")
ITEM = ("source", "external_id", "headers", "body", "received_at", "due_at", "handled_at", "attempts", "error")


def ports() -> Ports:
    return Ports(clock=MovableClock(frozen_at=NIGHT), pdf=None)  # type: ignore[arg-type]  # prints nothing


def ago(days: float) -> datetime:
    return NIGHT - timedelta(days=days)


async def answers(many: int, at: datetime) -> None:
    first = await GivenAnswer.all().count()
    await insert_rows("given_answer", ANSWER, [(1, f"k{first + n}", "h", 201, "{}", at) for n in range(many)])


async def test_answers_to_programs_go_a_slice_at_a_time_and_only_the_old_ones(open_database: str) -> None:
    await answers(2 * SLICE + 7, ago(31))
    await answers(SLICE, ago(29))
    assert await tidy_tonight(the_practice(), ports()) == 2 * SLICE + 7
    assert await GivenAnswer.all().count() == SLICE
    await answers(1, ago(31))
    assert await tidy_tonight(the_practice(), ports()) == 0, "once a night"


async def test_what_came_in_goes_when_it_is_done_with_and_never_before(open_database: str) -> None:
    kept = {
        "waits still": (ago(400), None, None),
        "given up, a person's": (ago(400), ago(399), "It could not be worked on."),
        "done": (ago(91), ago(91), None),
        "done lately": (ago(89), ago(89), None),
    }
    await insert_rows(
        "inbox_item",
        ITEM,
        [("stripe", name, "", b"{}", at, at, done, 0, why) for name, (at, done, why) in kept.items()],
    )
    await JobSlot.create(job="steps", slot="then", taken_at=ago(31))
    assert await tidy_tonight(the_practice(), ports()) == 2
    left = await InboxItem.all().order_by("id").values_list("external_id", flat=True)
    assert left == ["waits still", "given up, a person's", "done lately"]
    assert await JobSlot.all().values_list("job", flat=True) == ["tidying of the night"]


async def test_by_day_nothing_goes(open_database: str) -> None:
    await answers(1, ago(400))
    day = Ports(clock=MovableClock(frozen_at=NIGHT - timedelta(hours=2)), pdf=None)  # type: ignore[arg-type]  # as above
    assert await tidy_tonight(the_practice(), day) == 0
