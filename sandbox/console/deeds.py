"""What a person at the console does to the world: in Slack as somebody, on a patient's phone, and with the clock."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import orjson
from aiohttp import web

from sandbox.console.scene import Scene
from sandbox.slack import Outcome

Json: TypeAlias = dict[str, Any]
Deed: TypeAlias = Callable[[Json, web.Request], Awaitable[Any]]
PHONE_TROUBLES = {"landline": 30006, "unreachable": 30003, "filtered": 30007, "unknown": 30005}


class Deeds:
    def __init__(self, world: Scene) -> None:
        self._world, self._slack = world, world.slack

    def routes(self) -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
        deeds: dict[str, Deed] = {
            "/press": self._press,
            "/act": self._act,
            "/suggest": self._suggest,
            "/submit": self._submit,
            "/close": self._close,
            "/command": self._command,
            "/say": self._say,
            "/home": self._home,
            "/phone/{number}/reply": self._text_back,
            "/phone/{number}/trouble": self._trouble_phone,
            "/clock": self._move_clock,
        }
        return {path: _edge(do) for path, do in deeds.items()}

    async def _press(self, given: Json, request: web.Request) -> Outcome:
        return await self._slack.press(
            given["user"], given["channel"], given["ts"], given["action_id"], given.get("value"),
            block_id=given.get("block_id", ""), values=given.get("values"),
        )  # fmt: skip

    async def _act(self, given: Json, request: web.Request) -> Outcome:
        block_id = given.get("block_id", "")
        return await self._slack.act(
            given["user"], given["view_id"], given["action_id"], given.get("value"), block_id=block_id
        )

    async def _suggest(self, given: Json, request: web.Request) -> list[Json]:
        return await self._slack.suggest(given["user"], given["view_id"], given["action_id"], given.get("typed", ""))

    async def _submit(self, given: Json, request: web.Request) -> Outcome:
        return await self._slack.submit(given["user"], given["view_id"], given.get("values") or {})

    async def _close(self, given: Json, request: web.Request) -> Outcome:
        return await self._slack.close(given["user"], given["view_id"], clear=bool(given.get("clear")))

    async def _command(self, given: Json, request: web.Request) -> Outcome:
        name, _, text = str(given["text"]).strip().partition(" ")
        return await self._slack.command(given["user"], given["channel"], name, text.strip())

    async def _say(self, given: Json, request: web.Request) -> Json:
        said = await self._slack.say(given["user"], given["channel"], given["text"], given.get("thread_ts", ""))
        return {"ts": said.ts}

    async def _home(self, given: Json, request: web.Request) -> Json:
        await self._slack.open_home(given["user"])
        return {"channel": self._slack.direct(given["user"]).id}

    async def _text_back(self, given: Json, request: web.Request) -> Json:
        answer = await self._world.phones[request.match_info["number"]].reply(given["body"])
        return {} if answer.accepted else {"trouble": f"Nobody took the text: {answer.status or answer.text}"}

    async def _trouble_phone(self, given: Json, request: web.Request) -> Json:
        phone = self._world.phones[request.match_info["number"]]
        phone.works()
        if code := PHONE_TROUBLES.get(given.get("kind", "")):
            phone.fails(code)
        return {}

    async def _move_clock(self, given: Json, request: web.Request) -> Json:
        before = self._world.clock.now()
        target = await self._target(given)
        if target is None:
            return {"trouble": "Nothing is due: the clock stays where it is."}
        self._world.clock.move_to(max(target, before))
        if self._world.on_clock_moved:
            await self._world.on_clock_moved()
        await self._slack.settled()
        return {"now": self._world.clock.now().isoformat()}

    async def _target(self, given: Json) -> datetime | None:
        if given.get("next"):
            return await self._world.next_due() if self._world.next_due else None
        if "to" in given:
            return datetime.fromisoformat(given["to"])
        return self._world.clock.now() + timedelta(hours=float(given.get("hours", 0)), days=float(given.get("days", 0)))


def _edge(do: Deed) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            came = await do(orjson.loads(await request.read()), request)
        except (orjson.JSONDecodeError, KeyError, ValueError) as unclear:
            return _json({"trouble": f"That was not understood: {unclear}"}, 400)
        except (LookupError, RuntimeError) as impossible:
            return _json({"trouble": str(impossible)}, 409)
        return _json(_outcome(came) if isinstance(came, Outcome) else came)

    return answer


def _outcome(outcome: Outcome) -> Json:
    return {"ok": outcome.ok, "errors": dict(outcome.errors), "trouble": outcome.trouble}


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
