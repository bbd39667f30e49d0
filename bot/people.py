"""Who a Slack user is to the practice: the roles app.yaml gives by user, email or user group."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

import structlog

from domain.access import Actor, Grant
from domain.errors import DoorFault
from domain.ports import SlackDoor, SlackPerson
from domain.practice import Practice

REMEMBERED_SECONDS = 300

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(slots=True)
class Roster:
    """Asks Slack about a person or a group at most once in five minutes."""

    practice: Practice
    slack: SlackDoor
    _known: dict[str, tuple[float, object]] = field(default_factory=dict)

    async def actor(self, user: str, name: str = "", *, at_once: bool = False) -> Actor:
        """The person behind a click, with what they may do where; a stranger may do nothing. `at_once`: Slack waits for
        our answer, so it is not asked for their full name."""
        grants = [
            Grant(p.role, p.locations) for p in self.practice.people if await self._is(p.slack, p.email, p.group, user)
        ]
        return Actor("person", user, (not at_once and await self._name(user)) or name or user, "slack", tuple(grants))

    async def _is(self, slack: str | None, email: str | None, group: str | None, user: str) -> bool:
        if slack:
            return slack == user
        if email:
            person = await self._person(user)
            return bool(person and person.email and person.email.casefold() == email.casefold())
        return bool(group) and user in (
            await self._asked(f"group {group}", lambda: self.slack.group_members(group or "")) or ()
        )

    async def _name(self, user: str) -> str:
        person = await self._person(user)
        return person.name if person else ""

    async def _person(self, user: str) -> SlackPerson | None:
        return await self._asked(f"person {user}", lambda: self.slack.person(user))

    async def _asked(self, key: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Slack's answer, remembered for a while. When Slack is away nobody is anybody, which is the safe side."""
        found = self._known.get(key)
        if found and found[0] > time.monotonic():
            return cast(T, found[1])
        try:
            answer = await ask()
        except DoorFault as fault:
            log.warning("slack.person_unknown", code=fault.code)
            return None
        self._known[key] = (time.monotonic() + REMEMBERED_SECONDS, answer)
        return answer
