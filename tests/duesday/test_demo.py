"""The demo: a practice moves in, what was done in it is kept, and it begins anew only when told to."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from duesday.demo import morning
from duesday.practice_file import read_practice
from tests.duesday.conftest import Run, answer, forked, started
from tests.duesday.sample_books import asked, figures
from tests.support.ports import free_port
from tests.support.processes import listening, megabytes
from tests.support.source import ROOT

DANA, PRIYA = "U0BILLER1", "U0VIEWER1"
NEW_YORK = ZoneInfo("America/New_York")
IDLE_MEGABYTES = 250


@pytest.fixture
def kept(filled_demo: Path, folder: Path) -> Path:
    shutil.copytree(filled_demo / "var", folder / "var")
    return folder


class Demo:
    def __init__(self, folder: Path, *words: str, choices: str = "", start: Any = forked) -> None:
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        shutil.copy(ROOT / "app.yaml", folder)
        if choices:
            name = choices.partition(":")[0]
            changed = re.sub(rf"^{name}:.*$", choices, (folder / "app.yaml").read_text(), flags=re.MULTILINE)
            (folder / "app.yaml").write_text(changed)
        here = Path.cwd()
        os.chdir(folder)
        self._started = start("demo", "--port", str(self.port), *words, log=self.log)
        self.process = self._started.__enter__()
        os.chdir(here)

    def __enter__(self) -> "Demo":
        answer(f"http://127.0.0.1:{self.port}/", self.process, self.log)
        self.wait_until(lambda: "demo is at" in self.log.read_text())
        return self

    def __exit__(self, *error: Any) -> None:
        self._started.__exit__(*error)

    @property
    def is_filled(self) -> bool:
        return (self.folder / "var" / "demo" / "filled").exists()

    def wait_until_patients_move_in(self) -> None:
        self.wait_until(lambda: asked(self.folder, "SELECT 1 FROM patient LIMIT 1"))

    def wait_until(self, it_is_so: Callable[[], bool]) -> None:
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

    def is_killed(self) -> None:
        self.process.kill()
        self.process.wait()

    def sees(self, user: str, channel: str = "", contact: str = "") -> Any:
        return self._gets("state", user=user, channel=channel, contact=contact)

    def patient(self, name: str) -> Any:
        """Their phone and their mailbox."""
        found, *_ = self._gets("contacts", typed=name)
        return self.sees(DANA, contact=found["key"])["contact"]

    def _gets(self, what: str, **asked: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/console/{what}?{urllib.parse.urlencode(asked)}"
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
        robert, siobhan, layla = map(demo.patient, ("Robert Fitzgerald", "Siobhán O’Brien", "ليلى حداد"))
        maria, chidinma = map(demo.patient, ("Maria Garcia", "Chidinma Okafor"))
        demo.end()
    assert seen["me"] == DANA
    assert seen["people"][0]["name"] == "Dana Whitfield"
    assert len(cards) <= 17, "a channel that can be read before the first coffee"
    assert [card.partition(" · ")[0] for card in cards[-5:]] == [
        "Paused", "Paid", "Could not be reached", "Overdue", "Overdue",
    ]  # fmt: skip
    assert robert["phone"]["messages"][0]["error_code"] == 30006
    assert siobhan["phone"]["opted_out"] is True
    assert layla["phone"]["messages"][-1]["direction"] == "inbound"
    bills, mails = ([mail["subject"] for mail in each["mailbox"]["messages"]] for each in (maria, chidinma))
    assert [re.sub(r"INV-\d+", "…", subject) for subject in bills] == ["Su factura … de Riverside Downtown"]
    assert mails[-1] == "Thank you for your payment to Riverside Downtown"


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
        anna = demo.patient("Anna Kowalczyk")["phone"]
        texts = [at for text in anna["messages"] if (at := datetime.fromisoformat(text["at"])) > before]
        demo.end()
    assert [(at - before).days for at in texts] == [0, 6], "the second and the eighth day of her sequence"
    assert {at.hour for at in texts} == {14}, "at nine in the morning where she lives, not all at the end"


def test_a_second_start_on_a_taken_port_says_so_and_touches_nothing(kept: Path, run: Run):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        log = kept / "second.log"
        with forked("demo", "--port", str(port), "--fresh", log=log) as second:
            assert second.wait(30) == 1
    assert log.read_text() == f"Port {port} on 127.0.0.1 is taken: stop what runs there, or name another with --port.\n"
    assert (kept / "var" / "demo" / "filled").exists()


def test_a_second_demo_over_the_same_things_is_refused(kept: Path):
    with Demo(kept) as demo:
        log = kept / "second.log"
        with forked("demo", "--port", str(free_port()), "--fresh", log=log) as second:
            assert second.wait(30) == 1
        assert "Another demo is running" in log.read_text()
        demo.end()


def say(demo: Demo, words: str) -> None:
    room = next(each for each in demo.sees(DANA)["channels"] if each["name"] == "billing-downtown")
    demo.does("say", user=DANA, channel=room["id"], text=words)


def test_what_is_done_is_kept_until_fresh_begins_anew_at_the_same_morning(kept: Path, filled_demo: Path):
    with Demo(kept) as demo:
        before = demo.cards(DANA, "billing-downtown")
        say(demo, "Lunch at noon?")
        demo.does("clock", days=1)
        demo.end()
    with Demo(kept) as demo:
        assert demo.cards(DANA, "billing-downtown")[len(before)] == "Lunch at noon?"
        demo.end()
    with Demo(kept, "--fresh") as demo:
        assert demo.is_filled, "the same year was lived through before"
        assert demo.cards(DANA, "billing-downtown") == before
        assert (datetime.fromisoformat(demo.sees(DANA)["now"]).astimezone(NEW_YORK).strftime("%A %H")) == "Tuesday 10"
        demo.end()
    assert figures(kept) == figures(filled_demo)


def test_a_year_of_another_practice_is_lived_through(kept: Path):
    with Demo(kept, "--fresh", choices="links_last: 119 days") as demo:
        demo.wait_until_patients_move_in()
        assert not demo.is_filled
        demo.end()


def test_one_that_was_killed_while_it_moved_in_begins_anew_and_two_ctrl_c_end_it_at_once(folder: Path):
    with Demo(folder) as demo:
        demo.wait_until_patients_move_in()
        demo.is_killed()
    with Demo(folder) as demo:
        demo.wait_until_patients_move_in()
        os.killpg(demo.process.pid, signal.SIGINT)
        os.killpg(demo.process.pid, signal.SIGINT)
        assert demo.process.wait(20) in (0, 130)
        assert "Traceback" not in demo.log.read_text()
        assert not demo.is_filled


def test_one_that_was_killed_goes_on_where_it_had_come_to_rest(kept: Path):
    with Demo(kept) as demo:
        demo.does("clock", days=3)
        say(demo, "Lunch at noon?")
        before, now = demo.cards(DANA, "billing-downtown"), demo.sees(DANA)["now"]
        demo.wait_until(lambda: b"Lunch at noon?" in (kept / "var" / "demo" / "world.json").read_bytes())
        demo.is_killed()
    with Demo(kept) as demo:
        assert demo.cards(DANA, "billing-downtown") == before
        assert demo.sees(DANA)["now"] > now
        demo.does("clock", next=True)
        demo.end()


def test_nobody_else_can_reach_it_and_it_is_light(kept: Path):
    with Demo(kept, start=started) as demo:
        assert len(listening(demo.process.pid)) == 3, "the console, the mailboxes and the service"
        assert all(address.is_loopback for address, _ in listening(demo.process.pid))
        demo.does("clock", days=1)
        assert megabytes(demo.process.pid) < IDLE_MEGABYTES
        demo.end()


def test_after_the_year_it_is_light(filled_demo: Path):
    """As it was weighed when the year had passed, with all that this had taken."""
    assert float((filled_demo / "megabytes").read_text()) < IDLE_MEGABYTES


def test_books_that_are_not_the_demos_are_left_alone(books: Path, folder: Path):
    with closing(sqlite3.connect(books)) as real:
        real.execute(
            "INSERT INTO patient (external_id, first_name, last_name, location, created_at, credit_cents, locale,"
            " bill_to) VALUES ('1', 'A', 'B', 'downtown', '2026-01-01 00:00:00+00:00', 0, 'en_US', 'client')"
        )
        real.commit()
    log = folder / "log"
    with forked("demo", "--port", str(free_port()), "--database-url", f"sqlite://{books}", log=log) as process:
        assert process.wait(60) == 1
    assert "aren't the demo's" in log.read_text()


@pytest.mark.parametrize("days", range(7))
def test_the_morning_is_the_latest_tuesday_whenever_one_begins(days: int):
    practice = read_practice(ROOT / "app.yaml")
    now = datetime(2026, 11, 17, 15, 14, tzinfo=UTC) + timedelta(days=days)  # 10:14 on a Tuesday in New York
    at = morning(practice, now)
    assert (at.weekday(), at.hour) in {(1, 14), (1, 15)}
    assert timedelta() < now - at < timedelta(days=7)
