"""What a log line says, and what it never does."""

import json
import subprocess
import sys

from tests.support.source import ROOT

PROGRAM = """
import asyncio, logging, structlog
from duesday.logs import keep_logs
from models.change import correlation
keep_logs()
correlation.set("abc123")
def look_up():
    raise KeyError("Maria Garcia, born 1980")
def fail():
    try:
        look_up()
    except KeyError as error:
        raise ValueError("+12125550123 is nobody's") from error
try:
    fail()
except ValueError:
    structlog.get_logger().exception("inbox.failed", item=7)
    logging.getLogger("aiohttp.server").exception("Error handling request")
logging.getLogger("twilio.http_client").info("POST Body=You owe us")
async def forgotten():
    async def crash(): raise ValueError("Maria again")
    task = asyncio.create_task(crash())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
asyncio.run(forgotten())
"""


def test_a_crash_is_told_by_kind_and_place_under_its_correlation_and_never_in_the_exceptions_words():
    told = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    ours, vendors, forgotten = (json.loads(line) for line in told.splitlines())
    assert (ours["event"], ours["item"], ours["correlation"]) == ("inbox.failed", 7, "abc123")
    assert ours["error"] == vendors["error"] == "ValueError from KeyError"
    assert [place.rpartition(":")[2] for place in ours["where"]] == ["15", "13"]
    assert forgotten["event"] == "Task exception was never retrieved"
    for private in ("Maria", "Garcia", "+1212", "You owe"):
        assert private not in told
