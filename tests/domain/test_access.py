"""Roles per location: who may do what where."""

import pytest

from domain.access import CLOCK, Actor, Grant, patient, vendor

EVERY = ("downtown", "northside")


def person(*grants: Grant) -> Actor:
    return Actor("person", "U1", "Pat", "slack", grants)


def test_the_highest_role_at_a_location_counts() -> None:
    pat = person(Grant("manager", ("northside",)), Grant("viewer"), Grant("biller", ("downtown",)))
    assert (pat.role_at("downtown"), pat.role_at("northside"), pat.role_at("lakeside")) == (
        "biller",
        "manager",
        "viewer",
    )


def test_a_role_somewhere_is_no_role_elsewhere() -> None:
    pat = person(Grant("admin", ("northside",)))
    assert pat.role_at("downtown") is None
    assert not pat.may("viewer", "downtown")
    assert pat.locations_for("viewer", EVERY) == ("northside",)


@pytest.mark.parametrize("role", ["viewer", "biller", "manager", "admin"])
def test_a_role_may_what_lesser_roles_may(role: str) -> None:
    ranks = ["viewer", "biller", "manager", "admin"]
    pat = person(Grant(role))  # type: ignore[arg-type]
    assert [pat.may(need, "downtown") for need in ranks] == [ranks.index(role) >= place for place in range(4)]  # type: ignore[arg-type]


def test_an_admin_is_not_the_house() -> None:
    assert not person(Grant("admin")).may("house", "downtown")
    assert CLOCK.may("house", "downtown")
    assert vendor("stripe").may("house", "downtown")


def test_a_patient_and_a_stranger_may_nothing_of_the_staff_s() -> None:
    for who in (patient(7), person()):
        assert not any(who.may(need, "downtown") for need in ("viewer", "biller", "manager", "admin", "house"))
        assert who.locations_for("viewer", EVERY) == ()


def test_a_patient_is_known_by_our_number_and_not_by_name() -> None:
    assert (patient(7).id, patient(7).name, vendor("stripe").name) == ("patient:7", "Patient", "Stripe")
