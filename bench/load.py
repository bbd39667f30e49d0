"""The load: requests written beforehand, sent over kept-alive connections, each when the one before was answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Told:
    """What a round of requests took."""

    seconds: float
    each: list[float]
    """Every request's own time, shortest first."""

    @property
    def per_second(self) -> float:
        return len(self.each) / self.seconds

    def percentile(self, percent: int) -> float:
        return self.each[min(len(self.each) * percent // 100, len(self.each) - 1)]


class _Line(asyncio.Protocol):
    """One connection: a whole HTTP client would take longer than what is measured."""

    def __init__(self) -> None:
        self._heard = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, parted, body = self._heard.partition(b"\r\n\r\n")
        if parted and len(body) >= _length(head) and self._answer and not self._answer.done():
            self._heard = b""
            self._answer.set_result(head)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("the server hung up"))

    async def ask(self, request: bytes) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        head = await self._answer
        if not head[:16].partition(b" ")[2].startswith(b"20"):
            raise RuntimeError(f"refused: {head.decode().splitlines()[0]}")

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0] or 0)


async def send(requests: Sequence[bytes], *, port: int, at_once: int) -> Told:
    """Every one of them, `at_once` at a time, all of which must be granted."""
    loop, waiting, each = asyncio.get_running_loop(), iter(requests), []
    lines = [(await loop.create_connection(_Line, "127.0.0.1", port))[1] for _ in range(at_once)]

    async def keep_asking(line: _Line) -> None:
        for request in waiting:
            begun = perf_counter()
            await line.ask(request)
            each.append(perf_counter() - begun)

    started = perf_counter()
    await asyncio.gather(*map(keep_asking, lines))
    seconds = perf_counter() - started
    for line in lines:
        line.close()
    return Told(seconds, sorted(each))


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def get(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()
