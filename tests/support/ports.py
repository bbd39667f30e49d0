"""Ports for what a test starts now and again later, at the same address."""

import os
import re
import socket
from itertools import cycle
from random import SystemRandom

FIRST, LAST = 20_000, 32_000
"""Below those the kernel lends to whoever calls out: nobody is given one between two starts."""
APART = 8
"""The demo's service takes the next free one after its own."""

_slice = (LAST - FIRST) // 16
_worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 15) % 16
_mine = range(FIRST + _worker * _slice, FIRST + (_worker + 1) * _slice, APART)
_begin = SystemRandom().randrange(len(_mine))
_turns = cycle([*_mine[_begin:], *_mine[:_begin]])


def free_port() -> int:
    """One that nobody listens on, and that no other worker is given."""
    return next(port for port in _turns if not _is_taken(port))


def _is_taken(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
