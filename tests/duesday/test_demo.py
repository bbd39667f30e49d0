"""The demo: a practice moves in, what was done in it is kept, and it begins anew only when told to."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from duesday.demo import morning
from duesday.practice_file import read_practice
from tests.duesday.conftest import Run, answer, started
from tests.duesday.sample_books import figures
from tests.support.postgres import free_port
from tests.support.source import ROOT

DANA, PRIYA = "U0BILLER1", "U0VIEWER1"


@pytest.fixture
def kept(filled_demo: Path, folder: Path) -> Path:
    shutil.copytree(filled_demo / "var", folder / "var")
    return folder


class Demo:
    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        shutil.copy(ROOT / "app.yaml", folder)
        here = Path.cwd()
        os.chdir(folder)
        self._started = started("demo", "--port", str(self.port), *words, log=self.log)
        self.process = self._started.__enter__()
        os.chdir(here)

    def __enter__(self) -> "Demo":
        answer(f"http://127.0.0.1:{self.port}/", self.process, self.log)
        self._wait_until(lambda: "demo is at" in self.log.read_text())
        return self

    def __exit__(self, *error: Any) -> None:
        self._started.__exit__(*error)

    def wait_until_filled(self) -> None:
        self._wait_until((self.folder / "var" / "demo" / "filled").exists)

    def _wait_until(self, it_is_so: Callable[[], bool]) -> None:
        while not it_is_so():
            try:
                raise AssertionError(f"it ended with {self.process.wait(0.05)}: {self.log.read_text()}")
            except subprocess.TimeoutExpired:
                continue

    def end(self) -> None:
        """Ctrl-C reaches the whole process group, as in a terminal."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(20) == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text()

    def sees(self, user: str, channel: str = "") -> Any:
        url = f"http://127.0.0.1:{self.port}/console/state?user={user}&channel={channel}"
        with urllib.request.urlopen(url) as shown:
            return json.load(shown)

    def cards(self, user: str, name: str) -> list[str]:
        room = next(each for each in self.sees(user)["channels"] if each["name"] == name)
        return [message["text"] for message in self.sees(user, room["id"])["channel"]["messages"]]

    def does(self, deed: str, **given: Any) -> Any:
        address = f"http://127.0.0.1:{self.port}/console/{deed}"
        body, head = json.dumps(given).encode(), {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(address, body, head), timeout=60) as answered:
            return json.load(answered)


def test_the_first_sight_is_a_believable_morning(kept: Path):
    with Demo(kept) as demo:
        seen = demo.sees(DANA)
        cards = demo.cards(DANA, "billing-downtown")
        demo.end()
    assert seen["me"] == DANA
    assert seen["people"][0]["name"] == "Dana Whitfield (biller)"
    assert len(cards) <= 16, "a channel that can be read before the first coffee"
    assert [card.partition(" · ")[0] for card in cards[-5:]] == [
        "Paused", "Paid", "Could not be reached", "Overdue", "Overdue",
    ]  # fmt: skip
    phones = {phone["label"]: phone for phone in seen["phones"]}
    assert phones["Robert Fitzgerald"]["messages"][0]["error_code"] == 30006
    assert phones["Siobhán O’Brien"]["opted_out"] is True
    assert phones["ليلى حداد"]["messages"][-1]["direction"] == "inbound"
    mails = {box["label"]: [mail["subject"] for mail in box["messages"]] for box in seen["mailboxes"]}
    assert [re.sub(r"INV-\d+", "…", subject) for subject in mails["Maria Garcia"]] == [
        "Su factura … de Riverside Downtown"
    ]
    assert mails["Chidinma Okafor"][-1] == "Thank you for your payment to Riverside Downtown"


def test_a_viewer_of_one_clinic_is_in_its_channel_only(kept: Path):
    with Demo(kept) as demo:
        rooms = [room["name"] for room in demo.sees(PRIYA)["channels"] if room["name"].startswith("billing")]
        demo.end()
    assert rooms == ["billing-downtown"]


def test_when_the_clock_moves_each_thing_happens_at_its_moment(kept: Path):
    with Demo(kept) as demo:
        before = datetime.fromisoformat(demo.sees(DANA)["now"])
        step = datetime.fromisoformat(demo.does("clock", next=True)["now"])
        assert before < step
        demo.does("clock", days=14)
        anna = next(phone for phone in demo.sees(DANA)["phones"] if phone["label"].startswith("Anna"))
        texts = [at for text in anna["messages"] if (at := datetime.fromisoformat(text["at"])) > before]
        demo.end()
    assert [(at - before).days for at in texts] == [0, 6], "the second and the eighth day of her sequence"
    assert {at.hour for at in texts} == {14}, "at nine in the morning where she lives, not all at the end"


def test_a_second_start_on_a_taken_port_says_so_and_touches_nothing(kept: Path, run: Run):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        log = kept / "second.log"
        with started("demo", "--port", str(port), "--fresh", log=log) as second:
            assert second.wait(30) == 1
    assert log.read_text() == f"Port {port} on 127.0.0.1 is taken: stop what runs there, or name another with --port.\n"
    assert (kept / "var" / "demo" / "filled").exists()


def test_a_second_demo_over_the_same_things_is_refused(kept: Path):
    with Demo(kept) as demo:
        log = kept / "second.log"
        with started("demo", "--port", str(free_port()), "--fresh", log=log) as second:
            assert second.wait(30) == 1
        assert "Another demo is running" in log.read_text()
        demo.end()


def test_what_is_done_is_kept_until_fresh_begins_anew(kept: Path, filled_demo: Path):
    with Demo(kept) as demo:
        room = next(each for each in demo.sees(DANA)["channels"] if each["name"] == "billing-downtown")
        demo.does("say", user=DANA, channel=room["id"], text="Lunch at noon?")
        demo.end()
    with Demo(kept) as demo:
        assert demo.cards(DANA, "billing-downtown")[-1] == "Lunch at noon?"
        demo.end()
    with Demo(kept, "--fresh") as demo:
        assert not (kept / "var" / "demo" / "filled").exists()
        demo.end()  # in the middle of moving in
    with Demo(kept) as demo:
        demo.wait_until_filled()
        assert "Lunch at noon?" not in demo.cards(DANA, "billing-downtown")
        demo.end()
    assert figures(kept) == figures(filled_demo), "every sample has the same books, to the cent and the day"


def test_books_that_are_not_the_demos_are_left_alone(books: Path, folder: Path):
    with closing(sqlite3.connect(books)) as real:
        real.execute(
            "INSERT INTO patient (external_id, first_name, last_name, location, created_at, credit_cents, locale,"
            " bill_to) VALUES ('1', 'A', 'B', 'downtown', '2026-01-01 00:00:00+00:00', 0, 'en_US', 'client')"
        )
        real.commit()
    log = folder / "log"
    with started("demo", "--port", str(free_port()), "--database-url", f"sqlite://{books}", log=log) as process:
        assert process.wait(60) == 1
    assert "aren't the demo's" in log.read_text()


@pytest.mark.parametrize("days", range(7))
def test_the_morning_is_the_latest_tuesday_whenever_one_begins(days: int):
    practice = read_practice(ROOT / "app.yaml")
    now = datetime(2026, 11, 17, 15, 14, tzinfo=UTC) + timedelta(days=days)  # 10:14 on a Tuesday in New York
    at = morning(practice, now)
    assert (at.weekday(), at.hour) in {(1, 14), (1, 15)}
    assert timedelta() < now - at < timedelta(days=7)
