"""What the system knows of a process and of those it has started: how much they hold, and where they listen."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

PROC = Path("/proc")
LISTENS = "0A"


def family(pid: int) -> list[int]:
    """The process, those it has started, and theirs."""
    parents = dict(_parents())
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in PROC.glob("[0-9]*"):
        try:
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile


def megabytes(pid: int) -> float:
    """What the whole family holds; memory they share is counted once."""
    held = [(PROC / str(each) / "smaps_rollup").read_text() for each in family(pid)]
    return sum(int(found) for told in held for found in re.findall(r"^Pss: +(\d+)", told, re.MULTILINE)) / 1024


def listening(pid: int) -> set[tuple[IPv4Address | IPv6Address, int]]:
    """Every address and port at which somebody could reach the family."""
    theirs = {socket for each in family(pid) for socket in _sockets(each)}
    return {where for kind in ("tcp", "tcp6") for where, socket in _listening(kind) if socket in theirs}


def _sockets(pid: int) -> Iterator[str]:
    for opened in (PROC / str(pid) / "fd").iterdir():
        try:
            yield from re.findall(r"socket:\[(\d+)\]", str(opened.readlink()))
        except OSError:
            continue


def _listening(kind: str) -> Iterator[tuple[tuple[IPv4Address | IPv6Address, int], str]]:
    for line in (PROC / "net" / kind).read_text().splitlines()[1:]:
        _, local, _, state, *_, socket = line.split()[:10]
        if state == LISTENS:
            host, _, port = local.partition(":")
            words = bytes.fromhex(host)
            turned = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
            yield (ip_address(turned), int(port, 16)), socket
