"""Vendors stay out of the process until their door is built, and the clock tells the time of the machine."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from gateways.registry import GATEWAYS, gateway
from gateways.system_clock import SystemClock

VENDORS = ("twilio", "stripe", "slack_sdk", "aiosmtplib", "xhtml2pdf", "reportlab", "aiohttp")

ONLY_READS = ("mail_events",)
"""What calls nobody has no connection to close."""


@pytest.mark.parametrize(
    ("door", "vendor"), [(door, vendor) for door, vendors in GATEWAYS.items() for vendor in vendors]
)
def test_every_line_of_the_registry_names_a_gateway_that_can_be_closed(door: str, vendor: str) -> None:
    named = gateway(door, vendor)
    assert isinstance(named, type)
    assert door in ONLY_READS or callable(named.close)  # type: ignore[attr-defined]


def loaded_after(program: str) -> set[str]:
    program += f"\nimport sys\nprint(*(name for name in {VENDORS} if name in sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_knowing_the_vendors_loads_none_of_them() -> None:
    assert loaded_after("import gateways.registry, gateways.system_clock") == set()


def test_a_door_loads_its_own_vendor_and_the_printer_loads_none() -> None:
    assert loaded_after("from gateways.registry import gateway; gateway('pdf', 'xhtml2pdf')") == set()
    assert "stripe" not in loaded_after("from gateways.registry import gateway; gateway('sms', 'twilio')")


def test_the_machines_clock_is_aware_and_says_now() -> None:
    clock = SystemClock()
    for moment in (clock.now(), clock.pulse()):
        assert moment.tzinfo is UTC
        assert abs(moment - datetime.now(UTC)) < timedelta(seconds=5)
