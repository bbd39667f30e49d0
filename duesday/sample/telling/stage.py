"""Where the deeds are done: the house, the world around it, and how days and clinics of the sample lie in them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain.invoice import OPEN
from domain.practice import Practice
from duesday.assembly import House
from duesday.sample.deeds import Deed
from models.by_hand import rows_of
from models.invoices import Invoice
from models.people import Patient
from sandbox import World

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Stage:
    house: House
    world: World
    morning: datetime
    """Up to when it all happens."""

    @property
    def practice(self) -> Practice:
        return self.house.practice

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def place(self, number: str) -> str:
        """The clinic at that place in app.yaml."""
        places = tuple(self.practice.locations)
        return places[int(number) % len(places)]

    def at(self, days_ago: int, at: time) -> datetime:
        """That time of that day, where the first clinic is."""
        zone = self.practice.locations[self.place("0")].zone
        day = self.morning.astimezone(zone).date() - timedelta(days=days_ago)
        return datetime.combine(day, at, zone)

    def day(self, location: str, now: datetime) -> date:
        return self.practice.today(location, now)


Tell = Callable[[Stage, Deed, datetime], Awaitable[object]]


async def payer_of(deed: Deed) -> Patient:
    [patient] = await rows_of(Patient, external_id=deed.who)
    [payer] = await rows_of(Patient, id=patient.payer_id) if patient.guarantor_id else [patient]
    return payer


async def owed_by(payer: Patient) -> int:
    return sum(each.balance_cents for each in await rows_of(Invoice, guarantor_id=payer.id, status__in=OPEN))


async def newest(rows: QuerySet[Row]) -> Row:
    [row] = await rows.order_by("-id").limit(1)
    return row
