"""What the sample practice does and sells, and at which prices."""

from dataclasses import dataclass

YEAR = 365
"""Days back to the first of the sample's days."""


@dataclass(frozen=True, slots=True)
class Ware:
    code: str
    name: str
    cents: int
    kind: str = "procedure"
    before_cents: int | None = None
    """What it cost in the first months, where it was raised since."""


PRICES = (
    Ware("exam", "Examination", 12_500, before_cents=11_800),
    Ware("follow-up", "Follow-up visit", 8_500),
    Ware("xray", "X-ray, two views", 8_000),
    Ware("blood", "Blood panel", 6_400, before_cents=6_000),
    Ware("vaccine", "Vaccination", 4_200),
    Ware("physio", "Physiotherapy, 30 minutes", 9_500),
    Ware("ecg", "Electrocardiogram", 9_800),
    Ware("checkup", "Annual check-up", 18_500),
    Ware("suture", "Wound closure", 21_000),
    Ware("hearing", "Hearing test", 7_200),
    Ware("gauze", "Dressing material", 450, "material"),
    Ware("splint", "Splint", 3_850, "material"),
    Ware("serum", "Serum, per millilitre", 1_260, "material"),
)
STAFF_LIST = "staff-families"
REDUCED = (Ware("exam", "Examination", 6_250), Ware("follow-up", "Follow-up visit", 4_250))
"""On a list of their own, for the families of those who work here."""

PRODUCTS = (
    Ware("brace", "Knee brace", 4_900, "product"),
    Ware("crutches", "Crutches, pair", 3_900, "product"),
    Ware("thermometer", "Thermometer", 1_850, "product"),
    Ware("vitamins", "Vitamin D, 90 tablets", 1_495, "product"),
)
TAXED = ("thermometer", "vitamins")
"""Sold with the first tax of app.yaml, where there is one."""
MATERIALS = ("gauze", "splint", "serum")

VISITS = (
    ("exam",), ("exam",), ("exam", "blood"), ("exam", "xray"), ("exam", "ecg"), ("follow-up",), ("follow-up",),
    ("follow-up", "blood"), ("vaccine",), ("physio",), ("physio",), ("checkup", "blood"), ("hearing",),
    ("exam", "xray", "splint"), ("suture", "gauze*3"), ("vaccine", "serum*0.5"), ("exam", "gauze*1.5"),
)  # fmt: skip
"""What visits consist of; a quantity stands behind the `*`."""
LARGE = (
    ("suture", "gauze*4", "xray"), ("checkup", "ecg", "blood", "xray"), ("suture", "gauze*6", "exam", "splint"),
    ("checkup", "hearing", "blood"), ("exam", "ecg", "xray", "blood", "splint"),
)  # fmt: skip
"""Those that take some time to pay."""
