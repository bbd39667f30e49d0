"""The courier carries the vendors' webhooks to the service and knows which are still on the way."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from yarl import URL


@dataclass(frozen=True, slots=True)
class Letter:
    """One webhook, signed anew at each attempt as vendors do.

    `attempts` counts the tries while nobody answers; a `kept` letter that was refused waits for `Courier.retry`.
    """

    source: str
    url: str
    body: bytes
    sign: Callable[[], Mapping[str, str]]
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    kept: bool = False
    seconds: float = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said; status 0 means nobody answered, and `text` says why."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    letter: Letter
    answer: Answer


Errand = asyncio.Task[None]


class Courier:
    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.undelivered: deque[Letter] = deque()
        self._errands: set[Errand] = set()
        self._session: aiohttp.ClientSession | None = None
        self._answered = 0

    async def start(self) -> None:
        plain = ("User-Agent", "Accept-Encoding")
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=plain)

    async def stop(self) -> None:
        await self.abandon()
        if self._session:
            await self._session.close()

    async def abandon(self) -> None:
        """Drop everything on the way."""
        errands, self._errands = self._errands, set()
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)
        self.deliveries.clear()
        self.undelivered.clear()
        self._answered = 0

    async def deliver(self, letter: Letter) -> Answer:
        """Carry one letter now and bring the answer back."""
        answer = Answer(0, "not tried")
        for _ in range(letter.attempts):
            answer = await self._attempt(letter)
            self.deliveries.append(Delivery(letter, answer))
            if answer.status:
                break
        self._answered += 1
        if letter.kept and not answer.accepted:
            self.undelivered.append(letter)
        return answer

    def send(self, letters: Sequence[Letter], *, after: Errand | None = None) -> Errand:
        """Carry letters in the background, one after the other, once an earlier errand is done."""

        async def round_trip() -> None:
            if after is not None:
                await asyncio.wait([after])
            for letter in letters:
                await self.deliver(letter)

        errand = asyncio.create_task(round_trip())
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        return errand

    async def retry(self) -> int:
        """Carry every kept letter that was refused once more; how many arrived."""
        waiting, self.undelivered = self.undelivered, deque()
        return sum([(await self.deliver(letter)).accepted for letter in waiting])

    async def settled(self) -> int:
        """Wait until nothing is on the way; how many letters were carried since this was last asked."""
        while self._errands:
            await asyncio.wait(self._errands)
        carried, self._answered = self._answered, 0
        return carried

    async def _attempt(self, letter: Letter) -> Answer:
        if self._session is None:
            raise RuntimeError("The courier carries letters only while the world runs")
        try:
            async with self._session.post(
                URL(letter.url, encoded=True),  # byte for byte: signatures cover the address as it was given
                data=letter.body,
                headers={**letter.headers, **letter.sign()},
                timeout=aiohttp.ClientTimeout(total=letter.seconds),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await response.text(), dict(response.headers))
        except (aiohttp.ClientError, TimeoutError, ValueError) as nobody:
            return Answer(0, f"{type(nobody).__name__}: {nobody}")


class Outgoing:
    """One vendor's webhooks, in order and once, unless told to hold them, double them or mix them up.

    One act's letters keep their order; with `in_line` an act also waits for the one before it.
    """

    def __init__(self, courier: Courier, *, in_line: bool = False) -> None:
        self.hold = False
        self.copies = 1
        self.disordered = False
        self._courier = courier
        self._in_line = in_line
        self._last: Errand | None = None
        self._held: list[Letter] = []

    @property
    def held(self) -> tuple[Letter, ...]:
        return tuple(self._held)

    def send(self, letters: Sequence[Letter]) -> None:
        """The letters of one act, in the order it made them."""
        if self.hold:
            self._held += letters
        elif letters:
            self._last = self._courier.send(self._arranged(letters), after=self._last if self._in_line else None)

    async def deliver(self, letter: Letter) -> Answer:
        """Carry one letter as often as told and bring the first answer back."""
        if self.hold:
            self._held.append(letter)
            return Answer(0, "held")
        first, *_ = [await self._courier.deliver(letter) for _ in range(self.copies)]
        return first

    def let_go(self) -> None:
        """Send the held ones on their way, in the background."""
        held, self._held = self._held, []
        self._last = self._courier.send(self._arranged(held))

    async def release(self) -> int:
        """Let the held ones go and wait for them; how many went."""
        held, self._held = self._held, []
        arranged = self._arranged(held)
        for letter in arranged:
            await self._courier.deliver(letter)
        return len(arranged)

    def reset(self) -> None:
        self.hold, self.copies, self.disordered = False, 1, False
        self._held.clear()

    def _arranged(self, letters: Sequence[Letter]) -> list[Letter]:
        ordered = reversed(letters) if self.disordered else letters
        return [letter for letter in ordered for _ in range(self.copies)]
