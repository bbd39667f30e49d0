"""The service as a process: ready soon and light, ended clean with work in hand, and nothing of the sandbox in it."""

import asyncio
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import grimp
import pytest

from jobs.pump import Lane, Pump
from sandbox import World
from tests.duesday.conftest import SERVABLE, Run, answer, forked, started
from tests.support.nursery import Typed
from tests.support.ports import free_port

EVERY_DOOR = SERVABLE | {
    "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing", "SLACK_API_URL": "http://127.0.0.1:9/",
    "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "SMTP_URL": "smtp://127.0.0.1:9",
    "SENDGRID_WEBHOOK_KEY": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEj+5stSX5wy2AW/ArfK1lOfGBu7"
    "CU/c4eho4Pv0Q8EGRNaDbOpYuV4Wbt8nlueg7+KfeSQpdXJCcv8rNU87s7sQ==",
    "STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1",
}  # fmt: skip

WORKING_SECONDS, IDLE_MEGABYTES = 4, 200
"""What is promised is 2 s by the clock and 150 MB: the bench measures it. Here others work beside us, so the process's
own working time is held to a bound."""


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def resident_megabytes(process: subprocess.Popen[bytes]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def seconds_worked(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_it_is_ready_soon_with_every_door_stays_light_and_loads_nothing_of_the_sandbox(folder: Path):
    log, port = folder / "log", free_port()
    with started("serve", "--port", "0", log=log, **TELLING, **EVERY_DOOR) as first:  # and compiles what is not yet
        wait_for_line(first, log, "ready")
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0, log.read_text()
    assert_every_door_is_loaded_and_no_sandbox(log)
    with started("serve", "--port", str(port), log=log, **EVERY_DOOR) as process:
        found = json.loads(answer(f"http://127.0.0.1:{port}/readyz", process, log))
        assert found["ready"] is True
        assert seconds_worked(process) < WORKING_SECONDS
        assert resident_megabytes(process) < IDLE_MEGABYTES


TELLING = {"PYTHONPROFILEIMPORTTIME": "1"}
"""Python itself tells of each module when it loads it."""


def assert_every_door_is_loaded_and_no_sandbox(log: Path) -> None:
    rooms = set(re.findall(r"^import time:.*\| +(\w+)", log.read_text(), re.MULTILINE))
    assert {"jobs", "outreach", "gateways", "twilio", "stripe", "slack_bolt"} <= rooms
    assert "sandbox" not in rooms


def wait_for_line(process: subprocess.Popen[bytes] | Typed, log: Path, event: str) -> dict[str, Any]:
    """The log's line of that name; who waits reads the file again until it is there or the process is gone."""
    while True:
        for line in log.read_text().splitlines():
            if line.endswith("}") and json.loads(line)["event"] == event:
                return dict(json.loads(line))
        try:
            raise AssertionError(f"it ended with {process.wait(0.05)}: {log.read_text()}")
        except subprocess.TimeoutExpired:
            continue


def test_each_door_that_is_off_is_told_in_one_line(folder: Path):
    log = folder / "log"
    with forked("serve", "--port", "0", log=log, **SERVABLE) as process:
        wait_for_line(process, log, "ready")
    off = [line["why"].split()[0] for line in lines(log) if line["event"] == "door off"]
    assert off == ["SLACK_BOT_TOKEN", "TWILIO_ACCOUNT_SID", "SMTP_URL", "SENDGRID_WEBHOOK_KEY", "STRIPE_API_KEY"]


def test_told_to_stop_it_ends_what_is_in_hand_takes_nothing_new_and_ends_clean(books: Path, folder: Path):
    log, body = folder / "log", b'{"id": "evt_1", "object": "event", "type": "ping"}'
    with forked("serve", "--port", "0", log=log, **EVERY_DOOR) as process, closing(sqlite3.connect(books)) as other:
        port = int(wait_for_line(process, log, "ready")["address"].rpartition(":")[2])
        other.execute("BEGIN IMMEDIATE")  # somebody else writes, so that ours must wait
        with closing(socket.create_connection(("127.0.0.1", port))) as processor:
            processor.sendall(webhook(body))
            assert answer(f"http://127.0.0.1:{port}/healthz", process, log) == b"alive\n"  # the webhook came before
            process.send_signal(signal.SIGTERM)
            wait_for_line(process, log, "stopping")
            assert refuses_soon(port)
            other.rollback()
            assert processor.recv(1000).startswith(b"HTTP/1.1 200")
        assert process.wait(15) == 0
        assert other.execute("SELECT external_id FROM inbox_item").fetchall() == [("evt_1",)]
    assert lines(log)[-1]["event"] == "stopped"


def webhook(body: bytes) -> bytes:
    """A request as the card processor sends it, signed."""
    at = int(time.time())
    signature = hmac.new(b"whsec_1", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    head = f"POST /stripe/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Stripe-Signature: t={at},v1={signature}\r\n\r\n".encode() + body


def refuses_soon(port: int) -> bool:
    begun = time.monotonic()
    while time.monotonic() - begun < 4:  # less than the service waits for what is in hand
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return True
    return False


def test_work_runs_without_http_and_ends_clean(folder: Path):
    log = folder / "log"
    with forked("work", log=log, **EVERY_DOOR) as process:
        wait_for_line(process, log, "working")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(15) == 0


async def test_a_batch_in_hand_is_finished_before_the_pump_stops():
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def batch() -> int:
        begun.set()
        await go_on.wait()
        done.append("sent")
        return 1

    pump = Pump({"sending": Lane([batch])})
    await pump.start()
    await begun.wait()
    stopping = asyncio.create_task(pump.stop(patience=5))
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert done == ["sent"], "the batch in hand is done, and none was begun after it"


def test_a_taken_port_is_told_in_one_sentence(folder: Path, run: Run):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port, log = other.getsockname()[1], folder / "log"
        with forked("serve", "--port", str(port), log=log, **EVERY_DOOR) as process:
            assert process.wait(30) == 1
    assert log.read_text() == f"Port {port} on 127.0.0.1 is taken: stop what runs there, or name another with --port.\n"


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ((), {"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ((), {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"}, "start with --socket-mode"),
        (("--socket-mode",), {}, "SLACK_APP_TOKEN is not set"),
        ((), {"DUESDAY_CONFIG": "none.yaml"}, "none.yaml:1  found no file that can be read"),
    ],
)
def test_it_refuses_to_start_with_what_could_not_work(
    folder: Path, words: tuple[str, ...], environment: dict[str, str], sentence: str
):
    log = folder / "log"
    with forked("serve", "--port", "0", *words, log=log, **(EVERY_DOOR | environment)) as process:
        assert process.wait(30) == 1
    assert sentence in log.read_text()
    assert "Traceback" not in log.read_text()


def test_nothing_of_the_sandbox_is_in_the_service():
    graph = grimp.build_graph("duesday", "sandbox", exclude_type_checking_imports=True, cache_dir=None)
    beyond = graph.find_upstream_modules("duesday.commands.serve") | graph.find_upstream_modules(
        "duesday.commands.work"
    )
    assert "duesday.assembly" in beyond
    assert {module for module in beyond if module.startswith("sandbox")} == set()


@pytest.mark.parametrize(("word", "stands"), [("work", "working"), ("tick", "")])
def test_nothing_of_the_sandbox_is_loaded_with_every_door_open(word: str, stands: str, folder: Path):
    log = folder / "log"
    with started(word, log=log, **TELLING, **EVERY_DOOR) as process:
        if stands:
            wait_for_line(process, log, stands)
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, log.read_text()
    assert_every_door_is_loaded_and_no_sandbox(log)


async def test_slack_is_heard_over_its_socket_and_answered(folder: Path, books: Path):
    async with World() as world:
        slack, dana = world.slack, world.slack.person("U0BILLER1", "Dana Biller", "dana@riverside.example").id
        slack.add_channel("billing-downtown", [dana], private=True)
        settings = SERVABLE | world.environment() | {"SLACK_SIGNING_SECRET": ""}
        with forked("serve", "--socket-mode", "--port", "0", log=folder / "log", **settings) as process:
            await slack.until(lambda: slack.sockets.connections, seconds=30)
            assert (await slack.command(dana, "billing-downtown", "/billing", "ageing")).ok
            await slack.until(lambda: slack.ephemerals(dana), seconds=30)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 15) == 0
        assert "AR ageing" in slack.ephemerals(dana)[0].text
