"""The house in a workspace that is as strict as Slack: by socket alone, under its limits, with no scope too many."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.socket import listening_by_socket
from domain.ports import PdfPrinter
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.support.practice import the_practice
from tests.support.source import ROOT


@pytest.fixture
async def clinic(database_url: str, pdf: PdfPrinter) -> AsyncIterator[Clinic]:
    async with frozen_world() as world, clinic_in(database_url, the_practice(), world, pdf) as clinic:
        yield clinic


@asynccontextmanager
async def by_socket(clinic: Clinic) -> AsyncIterator[None]:
    settings = clinic.world.environment()
    token, api_url = settings["SLACK_APP_TOKEN"], settings["SLACK_API_URL"]
    async with listening_by_socket(clinic.house.slack, app_token=token, api_url=api_url, ping_seconds=0.1):
        yield


def refusals(clinic: Clinic, code: str) -> list[str]:
    return [each.method for each in clinic.world.slack.calls if each.answer.get("error") == code]


async def test_a_day_goes_over_the_socket_even_when_it_is_cut(clinic: Clinic) -> None:
    slack, dana = clinic.world.slack, clinic.slack("biller")
    number = await (await clinic.patient()).is_late()
    slack.aim("http://127.0.0.1:9")  # nobody listens there
    async with by_socket(clinic):
        await dana.types("/billing ageing").is_told("$140.00")
        await dana.card(number).press("Pause").sees("Paused").press("Resume").press("Write off")
        await dana.submits({"Reason": "Hardship", "Amount": "999.00"}).is_refused("Amount", "$140.00")
        slack.sockets.drop()
        await slack.until(lambda: not slack.sockets.connections, seconds=30)
        await slack.until(lambda: slack.sockets.connections, seconds=30)
        await dana.submits({"Reason": "Hardship", "Amount": "140.00"}).has_no_form()
    assert all(each.url == "socket" for each in slack.requests_sent[-6:])


async def test_cards_that_slack_takes_one_a_second_all_arrive(clinic: Clinic) -> None:
    slack = clinic.world.slack
    slack.rate_limits = True
    names = [f"{first} Garcia" for first in ("Ana", "Ben", "Cora", "Dina", "Emil", "Fay")]
    numbers = [await (await clinic.patient(name, phone=None)).is_billed() for name in names]
    await clinic.clock.forward(days=31)
    refused = refusals(clinic, "ratelimited")
    assert refused
    while refused:
        slack.calls.clear()
        await clinic.clock.forward(seconds=2)
        refused = refusals(clinic, "ratelimited")
    for number in numbers:
        await clinic.slack("viewer").card(number).sees("Overdue")


async def test_the_scopes_that_the_set_up_page_asks_for_are_enough(clinic: Clinic) -> None:
    page = (ROOT / "docs/slack.md").read_text()
    clinic.world.slack.scopes = frozenset(re.findall(r"`([a-z.]+:[a-z.]+)`", page.partition("**Over HTTP**")[0]))
    number = await (await clinic.patient()).is_late()
    await clinic.slack("manager").card(number).press("Pause").sees("Paused").sees_in_the_thread("Mia Manager")
    await clinic.slack("manager").types("/billing ageing")
    assert refusals(clinic, "missing_scope") == []
