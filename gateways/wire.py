"""What every vendor reached over HTTP or SMTP has in common: how a call can be lost, and where calls may go."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from yarl import URL

from domain.errors import DoorFault


def unreachable(door: str, vendor: str) -> DoorFault:
    """The call never left: nothing happened."""
    return DoorFault(door, "unreachable", f"{vendor} cannot be reached from here at the moment.", passing=True)


def answer_lost(door: str, vendor: str) -> DoorFault:
    """The call left and no whole answer came back: it may have happened."""
    sentence = f"{vendor} gave no clear answer, so it is not known whether it did what was asked."
    return DoorFault(door, "answer_lost", sentence, passing=True, unknown=True)


def ratelimited(door: str, vendor: str, retry_after: str | None) -> DoorFault:
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else None
    return DoorFault(door, "ratelimited", f"{vendor} asks us to slow down.", passing=True, retry_after=seconds)


@contextmanager
def told_as_faults(door: str, vendor: str) -> Iterator[None]:
    """Says what a broken connection means. Whatever broke after connecting may have happened."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise unreachable(door, vendor) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise answer_lost(door, vendor) from error


def must_go_to(url: str, *origins: URL, door: str) -> URL:
    """An address that came from outside, if it leads where this door may go; `DoorFault` otherwise."""
    try:
        target = URL(url)
        allowed = target.origin() in origins and target.user is None
    except ValueError:
        allowed = False
    if not allowed:
        raise DoorFault(door, "foreign_address", "The address given is not the vendor's, so nothing was sent there.")
    return target
