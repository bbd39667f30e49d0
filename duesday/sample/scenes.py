"""The scenes that the demo's tour, the README's pictures and its tests show: what happened to the named patients."""

from datetime import time

from duesday.sample.deeds import NOON, Deed, billed, visit

SCENES = (
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
    Deed(7, time(11), "is dealt with", "jackson", ("pause",)),
    *billed(5, "garcia", "exam"),
    Deed(2, NOON, "texts", "obrien", ("STOP",)),
    visit(1, "garcia", "follow-up"),
    visit(1, "baker", "exam", "xray"),
    visit(1, "mbeki", "exam", "blood"),
    Deed(0, time(9, 30), "pays by check", "okafor", ("all", "Check 1182")),
    Deed(
        0,
        time(9, 40),
        "texts",
        "haddad",
        ("I can pay half of it on Friday and the rest next month. Is that all right?",),
    ),
)
