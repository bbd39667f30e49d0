"""Who works in the sample practice, and the patients whom its scenes are about."""

from typing import Any

from billing.patients import PatientRecord
from domain.access import Actor, Grant

PEOPLE = {"biller": "Dana Whitfield", "manager": "Marcus Bell", "admin": "Elena Sokolova", "viewer": "Priya Nair"}
DANA = Actor("person", "U0BILLER1", PEOPLE["biller"], "slack", (Grant("biller"),))
MARCUS = Actor("person", "U0MANAGER1", PEOPLE["manager"], "slack", (Grant("manager"),))

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
