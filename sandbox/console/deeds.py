"""What a person at the console does to the world: in Slack as somebody, as a patient, with clock and troubles."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import orjson
from aiohttp import web

from sandbox.console.contacts import AddressBook
from sandbox.console.stage import Stage
from sandbox.console.troubles import switch
from sandbox.slack import Outcome

Json: TypeAlias = dict[str, Any]
Deed: TypeAlias = Callable[[Json], Awaitable[Any]]


class Deeds:
    def __init__(self, stage: Stage, book: AddressBook) -> None:
        self._stage, self._slack, self._book = stage, stage.slack, book
        self.done = 0
        """How many; what a person did shows on every page that is open."""

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
            "/text": self._text,
            "/unsubscribe": self._unsubscribe,
            "/trouble": self._trouble,
            "/clock": self._move_clock,
        }
        return {path: self._edge(do) for path, do in deeds.items()}

    async def _press(self, given: Json) -> Outcome:
        return await self._slack.press(
            given["user"], given["channel"], given["ts"], given["action_id"], given.get("value"),
            block_id=given.get("block_id", ""), values=given.get("values"),
        )  # fmt: skip

    async def _act(self, given: Json) -> Outcome:
        block_id = given.get("block_id", "")
        return await self._slack.act(
            given["user"], given["view_id"], given["action_id"], given.get("value"), block_id=block_id
        )

    async def _suggest(self, given: Json) -> list[Json]:
        return await self._slack.suggest(given["user"], given["view_id"], given["action_id"], given.get("typed", ""))

    async def _submit(self, given: Json) -> Outcome:
        return await self._slack.submit(given["user"], given["view_id"], given.get("values") or {})

    async def _close(self, given: Json) -> Outcome:
        return await self._slack.close(given["user"], given["view_id"], clear=bool(given.get("clear")))

    async def _command(self, given: Json) -> Outcome:
        name, _, text = str(given["text"]).strip().partition(" ")
        return await self._slack.command(given["user"], given["channel"], name, text.strip())

    async def _say(self, given: Json) -> Json:
        said = await self._slack.say(given["user"], given["channel"], given["text"], given.get("thread_ts", ""))
        return {"ts": said.ts}

    async def _home(self, given: Json) -> Json:
        await self._slack.open_home(given["user"])
        return {"channel": self._slack.direct(given["user"]).id}

    async def _text(self, given: Json) -> Json:
        """A patient's text: to whoever texted them last, else to the number their clinic has."""
        number = given["number"]
        to = None if self._book.texts(number) else self._book.contact(number).texts_to or None
        answer = await self._stage.phones[number].reply(given["body"], to=to)
        return {} if answer.accepted else {"trouble": f"Nobody took the text: {answer.status or answer.text}"}

    async def _unsubscribe(self, given: Json) -> Json:
        mail = self._stage.mailbox.deliveries[int(given["mail"])]
        answer = await self._stage.mailbox[given["address"]].unsubscribe(mail)
        return {} if answer.accepted else {"trouble": f"Nobody took it: {answer.status or answer.text}"}

    async def _trouble(self, given: Json) -> Json:
        switch(self._stage, given["of"], given["name"], on=bool(given["on"]))
        return {}

    async def _move_clock(self, given: Json) -> Json:
        before = self._stage.clock.now()
        target = await self._target(given)
        if target is None:
            return {"note": "Nothing is due: the clock stays where it is."}
        self._stage.clock.move_to(max(target, before))
        if self._stage.on_clock_moved:
            await self._stage.on_clock_moved()
        await self._slack.settled()
        return {"now": self._stage.clock.now().isoformat()}

    async def _target(self, given: Json) -> datetime | None:
        if given.get("next"):
            return await self._stage.next_due() if self._stage.next_due else None
        if "to" in given:
            return datetime.fromisoformat(given["to"])
        return self._stage.clock.now() + timedelta(hours=float(given.get("hours", 0)), days=float(given.get("days", 0)))

    def _edge(self, do: Deed) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                came = await do(orjson.loads(await request.read()))
            except (orjson.JSONDecodeError, KeyError, ValueError) as unclear:
                return json_response({"trouble": f"That was not understood: {unclear}"}, 400)
            except (LookupError, RuntimeError) as impossible:
                return json_response({"trouble": str(impossible)}, 409)
            finally:
                self.done += 1
            return json_response(_outcome(came) if isinstance(came, Outcome) else came)

        return answer


def _outcome(outcome: Outcome) -> Json:
    return {"ok": outcome.ok, "errors": dict(outcome.errors), "trouble": outcome.trouble}


def json_response(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
