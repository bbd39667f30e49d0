"""The sandbox has no real guards: whatever runs in production never loads it, as Python itself tells."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.duesday.conftest import SERVABLE, started

EVERY_DOOR = SERVABLE | {
    "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing", "SLACK_APP_TOKEN": "xapp-1",
    "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "SMTP_URL": "smtp://127.0.0.1:9",
    "STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1",
}  # fmt: skip
LOADED = re.compile(r"^import time:.*\| +(\w+)", re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "stands"),
    [(("serve", "--port", "0"), '"event": "ready"'), (("work",), '"event": "working"'), (("tick",), "")],
    ids=["serve", "work", "tick"],
)
def test_it_is_not_loaded_with_any_door(words: tuple[str, ...], stands: str, folder: Path):
    log = folder / "log"
    with started(*words, log=log, PYTHONPROFILEIMPORTTIME="1", **EVERY_DOOR) as process:
        while stands not in log.read_text():
            try:
                raise AssertionError(f"it ended with {process.wait(0.05)}: {log.read_text()[-2000:]}")
            except subprocess.TimeoutExpired:
                continue
        if stands:
            os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 0, log.read_text()[-2000:]
    rooms = set(LOADED.findall(log.read_text()))
    assert {"jobs", "outreach", "gateways", "twilio", "stripe", "slack_bolt"} <= rooms, "it stood with every door"
    assert "sandbox" not in rooms
