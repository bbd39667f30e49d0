"""The sample practice: who its patients are and what happened to them, made through the verbs everybody uses."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any

from billing.invoices import send_invoice
from billing.patients import PatientRecord, keep_patient
from billing.payments import MoneyIn, record_payment
from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK, Actor, Grant
from duesday.assembly import House
from duesday.demo_time import DemoTime
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.people import Patient
from outreach.moves import make_move
from sandbox import World

PEOPLE = {"biller": "Dana Whitfield", "manager": "Marcus Bell", "admin": "Elena Sokolova", "viewer": "Priya Nair"}
DANA = Actor("person", "U0BILLER1", f"{PEOPLE['biller']} (biller)", "slack", (Grant("biller"),))

PRICES = {
    "exam": ("Examination", 12_500),
    "follow-up": ("Follow-up visit", 8_500),
    "xray": ("X-ray, two views", 8_000),
    "blood": ("Blood panel", 6_400),
    "vaccine": ("Vaccination", 4_200),
    "physio": ("Physiotherapy, 30 minutes", 9_500),
    "gauze": ("Dressing material", 450),
}
LAST = 130
"""Days back from which the prices are good."""

DOWNTOWN, NORTHSIDE, LAKESIDE = range(3)


def someone(id: str, first: str, last: str, at: int, **more: Any) -> PatientRecord:
    """`at` is the clinic's place in app.yaml, so that a practice with other clinics has its sample, too."""
    zone = "America/Chicago" if at == LAKESIDE else "America/New_York"
    return PatientRecord(external_id=id, first_name=first, last_name=last, location=str(at), timezone=zone, **more)


def mail(name: str) -> str:
    return f"{name}@patients.example"


PATIENTS = (
    someone("thompson", "Walter", "Thompson", DOWNTOWN, email=mail("walter")),
    someone("hernandez", "José Luis", "Hernández Ortega", NORTHSIDE, email=mail("joseluis"), locale="es_US"),
    someone("kim", "Ji-woo", "Kim", LAKESIDE, phone="+13125550161", email=mail("jiwoo")),
    someone("jackson", "Denise", "Jackson", DOWNTOWN, phone="+19375550142", email=mail("denise")),
    someone("obrien", "Siobhán", "O’Brien", NORTHSIDE, phone="+19375550143", email=mail("siobhan")),
    someone("okafor", "Chidinma", "Okafor", DOWNTOWN, phone="+19375550144", email=mail("chidinma")),
    someone("fitzgerald", "Robert", "Fitzgerald", DOWNTOWN, phone="+19375550136"),  # a landline
    someone("haddad", "ليلى", "حداد", DOWNTOWN, phone="+19375550146"),
    someone("kowalczyk", "Anna", "Kowalczyk-Wiśniewska", DOWNTOWN, phone="+19375550147", email=mail("anna")),
    someone("nguyen", "Minh Châu", "Nguyễn", NORTHSIDE, phone="+19375550148", email=mail("minhchau")),
    someone("nguyen-2", "Gia Bảo", "Nguyễn", NORTHSIDE, guarantor="nguyen"),
    someone("nguyen-3", "An Nhiên", "Nguyễn", NORTHSIDE, guarantor="nguyen"),
    someone("patel", "Anjali", "Patel", NORTHSIDE, phone="+19375550149", email=mail("anjali")),
    someone("patel-2", "Rohan", "Patel", NORTHSIDE, guarantor="patel"),
    someone("hohenstein", "Maximiliana-Josephine", "von Hohenstein-Wittelsbach", LAKESIDE, email=mail("maximiliana")),
    someone("garcia", "Maria", "Garcia", DOWNTOWN, phone="+19375550151", email=mail("maria"), locale="es_US"),
    someone("baker", "Tom", "Baker", NORTHSIDE, phone="+19375550152", email=mail("tom")),
    someone("mbeki", "Grace", "Mbeki", DOWNTOWN, phone="+19375550153", bill_to="insurance"),
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What happened so many days ago, at that time of the clinic's day."""

    days_ago: int
    at: time
    what: str
    who: str
    said: tuple[str, ...] = ()


EVENING = time(17)


def visit(days_ago: int, who: str, *codes: str) -> Deed:
    return Deed(days_ago, EVENING, "visits", who, codes)


def billed(days_ago: int, who: str, *codes: str) -> Iterable[Deed]:
    """Seen, and the bill sent that evening."""
    return visit(days_ago, who, *codes), Deed(days_ago, EVENING, "is billed", who)


DEEDS = (
    *billed(68, "thompson", "exam", "xray", "blood"),
    *billed(47, "hernandez", "exam", "xray"),
    *billed(47, "kim", "physio"),
    *billed(41, "jackson", "exam", "blood"),
    *billed(36, "obrien", "follow-up"),
    *billed(36, "okafor", "exam", "gauze"),
    *billed(34, "fitzgerald", "exam"),
    *billed(33, "haddad", "exam", "vaccine"),
    *billed(32, "kowalczyk", "exam", "xray"),
    visit(31, "nguyen-2", "vaccine"),
    *billed(31, "nguyen-3", "vaccine"),
    *billed(20, "patel-2", "follow-up", "blood"),
    *billed(12, "hohenstein", "physio"),
    Deed(8, time(11), "pays by card", "patel"),
    Deed(7, time(11), "is paused", "jackson"),
    *billed(5, "garcia", "exam"),
    Deed(2, time(12), "texts", "obrien", ("STOP",)),
    visit(1, "garcia", "follow-up"),
    visit(1, "baker", "exam", "xray"),
    visit(1, "mbeki", "exam", "blood"),
    Deed(0, time(9, 30), "pays by check", "okafor"),
    Deed(
        0,
        time(9, 40),
        "texts",
        "haddad",
        ("I can pay half of it on Friday and the rest next month. Is that all right?",),
    ),
)


async def live_through(morning: datetime, *, house: House, world: World, clock: DemoTime) -> None:
    """From the first visit to that morning, with whatever the clock brings in between."""
    places = tuple(house.practice.locations)
    first = datetime.combine(morning.date() - timedelta(days=max(d.days_ago for d in DEEDS)), time(12), UTC)
    clock.begin_at(first)
    await _open_practice(house, places, first)
    told = _Telling(house, world)
    zone = house.practice.locations[places[0]].zone
    today = morning.astimezone(zone).date()
    for (days_ago, at), deeds in groupby(DEEDS, lambda deed: (deed.days_ago, deed.at)):
        await clock.live_to(datetime.combine(today - timedelta(days=days_ago), at, zone))
        for deed in deeds:
            await told.deeds[deed.what](deed)
        await clock.settle()
    await clock.live_to(morning)


async def _open_practice(house: House, places: tuple[str, ...], now: datetime) -> None:
    for code, (description, cents) in PRICES.items():
        await keep_price(
            PriceRecord(
                price_list=house.practice.price_list,
                code=code,
                description=description,
                unit_price_cents=cents,
                valid_from=now.date() - timedelta(days=LAST),
            ),
            practice=house.practice,
            actor=CLOCK,
            now=now,
        )
    for someone in PATIENTS:
        place = places[int(someone.location) % len(places)]
        await keep_patient(replace(someone, location=place), practice=house.practice, actor=CLOCK, now=now)


class _Telling:
    """The verbs behind the words of the deeds."""

    def __init__(self, house: House, world: World) -> None:
        self._house, self._world = house, world
        self.deeds: dict[str, Callable[[Deed], Coroutine[Any, Any, object]]] = {
            "visits": self._visits,
            "is billed": self._is_billed,
            "pays by card": self._pays,
            "pays by check": self._pays,
            "is paused": self._is_paused,
            "texts": self._texts,
        }

    @property
    def _now(self) -> datetime:
        return self._world.clock.now()

    async def _visits(self, deed: Deed) -> None:
        patient = await Patient.get(external_id=deed.who)
        record = SessionRecord(
            external_id=f"{deed.who}-{deed.days_ago}",
            patient=deed.who,
            location=patient.location,
            provider="Dr. Osei",
            date=self._now.astimezone(self._house.practice.locations[patient.location].zone).date(),
            items=tuple(Item(code) for code in deed.said),
        )
        await complete_session(record, practice=self._house.practice, actor=CLOCK, now=self._now)

    async def _is_billed(self, deed: Deed) -> None:
        patient = await Patient.get(external_id=deed.who)
        for draft in await Invoice.filter(guarantor_id=patient.payer_id, status="draft").order_by("id"):
            await send_invoice(draft, practice=self._house.practice, actor=DANA, now=self._now)

    async def _pays(self, deed: Deed) -> None:
        payer = await Patient.get(external_id=deed.who)
        owed = await Invoice.filter(guarantor_id=payer.id).values_list("balance_cents", flat=True)
        money = MoneyIn(
            guarantor=payer.id,
            amount_cents=sum(int(str(cents)) for cents in owed),
            method=deed.what.removeprefix("pays by "),
            on=self._now.astimezone(self._house.practice.locations[payer.location].zone).date(),
            currency=self._house.practice.currency,
            reference="Check 1182" if deed.what == "pays by check" else "",
        )
        await record_payment(money, practice=self._house.practice, actor=DANA, now=self._now)

    async def _is_paused(self, deed: Deed) -> None:
        payer = await Patient.get(external_id=deed.who)
        chased = await InvoiceSet.get(guarantor_id=payer.id)
        await make_move(chased.id, "pause", {}, actor=DANA, practice=self._house.practice, ports=self._house.ports)

    async def _texts(self, deed: Deed) -> None:
        payer = await Patient.get(external_id=deed.who)
        await self._world.phones[payer.phone or ""].reply(*deed.said)
