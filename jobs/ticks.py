"""What falls due by the clock. A tick may run twice, late or on five machines: it does what is due and not yet done."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from billing.invoices import archive_due, mark_overdue
from billing.late_fees import charge_late_fee
from billing.plans import follow_plan
from billing.statements import make_statement, owing
from domain.access import CLOCK
from domain.errors import Refusal
from domain.ports import Ports
from domain.practice import Practice
from jobs.nightly import audit_tonight
from jobs.tidying import tidy_tonight
from models.change import change
from models.chasing import InvoiceSet
from models.claims import claim
from models.database import read
from outreach.steps import take_step

PAGE = 100
LEASE = timedelta(minutes=2)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """One kind of work the clock starts: how often, and what it does; it says how much it did."""

    name: str
    every_minutes: int
    does: str
    run: Callable[[Practice, Ports], Awaitable[int]]


async def overdue(practice: Practice, ports: Ports) -> int:
    """Sent invoices whose due date has passed where their clinic is, and that no plan is on track for."""
    done, now = 0, ports.clock.now()
    for name, location in practice.locations.items():
        today = now.astimezone(location.zone).date()
        late = "status = 'sent' AND location = $1 AND due_date < $2 AND plan_id IS NULL"
        async for page in _pages("invoice", late, name, today):
            done += await _together("overdue", page, lambda i: mark_overdue(i, practice=practice, now=now), now)
    return done


async def late_fees(practice: Practice, ports: Ports) -> int:
    """Fees that fall due some days after an invoice has become overdue, or again."""
    if practice.late_fee is None:
        return 0
    done, now = 0, ports.clock.now()
    for name in practice.locations:
        late = "status = 'overdue' AND location = $1 AND next_fee_on <= $2"
        async for number in _ids("invoice", late, name, practice.today(name, now)):
            done += await _one(
                "late_fees", number, lambda i: charge_late_fee(i, practice=practice, actor=CLOCK, now=now)
            )
    return done


async def instalments(practice: Practice, ports: Ports) -> int:
    """Plans of which a part falls due today, or is late since."""
    done, now = 0, ports.clock.now()
    for name in practice.locations:
        due = "location = $1 AND look_on <= $2"
        async for number in _ids("payment_plan", due, name, practice.today(name, now)):
            done += await _one("instalments", number, lambda i: follow_plan(i, practice=practice, now=now))
    return done


async def statements(practice: Practice, ports: Ports) -> int:
    """Statements of the periods that are over, for whoever owes something."""
    done, now = 0, ports.clock.now()
    for name in practice.locations:
        async for guarantor, last in owing(name, practice=practice, now=now):
            make = partial(make_statement, last=last, practice=practice, now=now)
            done += await _one("statements", guarantor, make)
    return done


async def archive(practice: Practice, ports: Ports) -> int:
    """Invoices that have been settled or void for as long as the practice's terms say."""
    return await archive_due(practice, ports.clock.now())


async def steps(practice: Practice, ports: Ports) -> int:
    """Sets whose next step has come."""
    due, done = "status IN ('active', 'will_fail') AND next_send_at <= $1", 0
    while ids := await claim(
        InvoiceSet,
        due=due,
        args=[ports.clock.now()],
        at=ports.clock.pulse(),
        lease=LEASE,
        limit=PAGE,
        order_by="next_send_at, id",
    ):
        for number in ids:
            if await _one("steps", number, lambda i: take_step(i, practice=practice, ports=ports)):
                done += 1
                await InvoiceSet.filter(id=number).update(claimed_until=None)
    return done


async def _ids(table: str, due: str, *args: object) -> AsyncIterator[int]:
    async for page in _pages(table, due, *args):
        for number in page:
            yield number


async def _pages(table: str, due: str, *args: object) -> AsyncIterator[list[int]]:
    """The ids of the rows that are `due` (SQL over `args`), a page at a time, past those that stay as they are."""
    last, free = 0, len(args) + 1
    of = f"SELECT id FROM {table} WHERE {due} AND id > ${free} ORDER BY id LIMIT {PAGE}"  # noqa: S608  # our own words
    while page := [row["id"] for row in await read(of, [*args, last])]:
        yield page
        last = page[-1]


async def _together(job: str, numbers: Sequence[int], work: Callable[[int], Awaitable[object]], now: datetime) -> int:
    """A page of rows in one transaction, which costs half of one for each; if any goes wrong, each by itself."""
    try:
        async with change(now):
            for number in numbers:
                await work(number)
    except Exception:  # noqa: BLE001 -- whose fault it was is told when they are tried one by one
        return sum([await _one(job, number, work) for number in numbers])
    return len(numbers)


async def _one(job: str, number: int, work: Callable[[int], Awaitable[object]]) -> int:
    """One row; what somebody else has just done, or what goes wrong with it, stops none of the others."""
    try:
        await work(number)
    except Refusal as refusal:
        log.info("job.not_now", job=job, row=number, code=refusal.code)
        return 0
    except Exception:
        log.exception("job.row_failed", job=job, row=number)
        return 0
    return 1


TICKS = (
    Tick("overdue", 15, "marks invoices overdue, with the late fee that asks for", overdue),
    Tick("late_fees", 60, "charges late fees that fall due later", late_fees),
    Tick(
        "instalments",
        15,
        "tells of the parts of instalment plans that fall due, and of plans that fall behind",
        instalments,
    ),
    Tick("statements", 360, "makes the statements that fall due", statements),
    Tick("archive", 720, "takes what is settled or void out of the lists after a while", archive),
    Tick("audit", 60, "audits the books once a night and tells staff of what is off", audit_tonight),
    Tick("tidy", 60, "deletes old answers to programs and webhooks that are done with, once a night", tidy_tonight),
    Tick("steps", 1, "takes the steps of sequences that have come", steps),
)
