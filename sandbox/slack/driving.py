"""What people do in Slack's client: press, fill, submit, close, type commands and messages, open the app's home. For
tests and the console alike.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import payloads, views
from sandbox.slack.delivery import Sender, SentRequest
from sandbox.slack.forms import HOLDS, action, chosen, held, interactive, refused, starting_values
from sandbox.slack.records import Message, Refused, ResponseUrl, View
from sandbox.slack.respond import respond
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

NO_CONNECTION = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it for the person: field errors, or the words Slack said when it went wrong."""

    request: SentRequest | None
    """None when Slack's own client had nothing to send."""
    errors: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    confirmed: Json | None = None
    """The confirm dialog the person said yes to, if the element has one."""

    @property
    def ok(self) -> bool:
        return not self.errors and not self.trouble


class Driving(Workspace):
    sender: Sender
    commands: Mapping[str, str] = {}
    """Slash commands with their hints; empty takes any."""

    def clear(self) -> None:
        super().clear()
        self._drafts: dict[tuple[str, str], dict[str, Json]] = {}

    # in messages -------------------------------------------------------------------------------------------------

    async def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str = "",
        values: Mapping[str, Any] | None = None,
        stale: bool = False,
    ) -> Outcome:
        """Use a button, menu or picker of a message and say yes to its confirm dialog.

        `action_id` may also be a button's words, `value` an option's value or words; `values` fills the inputs of the
        message first. `stale` presses what stood there before the message was changed, as a client that missed it does.
        """
        message = self.find(channel, ts)
        self._inside(user, message.channel)
        block, element = self._element(message, action_id, value, block_id, stale=stale)
        values_now = self.draft(user, message)
        self._fill(message.blocks, values_now, values or {})
        act = action(block, element, value, f"{self.clock.pulse().timestamp():.6f}")
        if element["type"] in HOLDS:
            values_now.setdefault(block["block_id"], {})[element["action_id"]] = held(element, chosen(element, value))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome(None)
        sent = await self.sender.form(
            "block_actions", payloads.actions_on_message(self, user, message, act, values_now)
        )
        return self._told(user, sent, element.get("confirm"))

    def _element(
        self, message: Message, action_id: str, value: Any, block_id: str, *, stale: bool
    ) -> tuple[Json, Json]:
        versions = [message.blocks, *([each["blocks"] for each in reversed(message.history)] if stale else [])]
        for blocks in versions:
            for block, element in interactive(blocks):
                if _named(element, action_id, value) and block_id in ("", block["block_id"]):
                    return block, element
        raise _missing(action_id, message.blocks, f"message {message.ts}")

    def draft(self, user: str, message: Message) -> dict[str, Json]:
        draft = starting_values(message.blocks, self._drafts.get((user, message.ts)))
        self._drafts[user, message.ts] = draft
        return draft

    # in modals and App Home --------------------------------------------------------------------------------------

    async def act(self, user: str, view_id: str, action_id: str, value: Any = None, *, block_id: str = "") -> Outcome:
        """Use an element of an open modal or of the App Home."""
        view = self.view(user, view_id)
        for block, element in interactive(view.blocks):
            if _named(element, action_id, value) and block_id in ("", block["block_id"]):
                break
        else:
            raise _missing(action_id, view.blocks, f"view {view.title or view.body['type']}")
        act = action(block, element, value, f"{self.clock.pulse().timestamp():.6f}")
        if element["type"] in HOLDS:
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = held(element, chosen(element, value))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome(None)
        sent = await self.sender.form("block_actions", payloads.actions_on_view(self, view, act))
        return self._told(user, sent, element.get("confirm"))

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any] | None = None) -> Outcome:
        """Fill the form, by label, block_id or action_id, and send it; the answer changes the stack as in Slack."""
        view = self.view(user, view_id)
        if view.body["type"] != "modal" or view_id != self.kept.stacks[user][-1]:
            raise LookupError(f"View {view_id} is not the modal on top")
        self._fill(view.blocks, view.values, values or {})
        view.errors = self._unfinished(view)
        self.changed(f"user:{user}")
        if view.errors:
            return Outcome(None, view.errors)
        sent = await self.sender.form("view_submission", payloads.view_submission(self, view))
        return self._take(view, sent)

    async def close(self, user: str, view_id: str, *, clear: bool = False) -> Outcome:
        """Cancel the modal on top, or with `clear` (the × of the window) all of them."""
        view = self.view(user, view_id)
        cleared = clear or bool(view.body.get("clear_on_close"))
        closing = list(reversed(self.modals(user))) if cleared else [view]
        bodies = [
            payloads.view_closed(self, each, cleared=cleared) for each in closing if each.body.get("notify_on_close")
        ]
        for each in closing:
            self.shut(each.id)
        sent = [await self.sender.form("view_closed", body) for body in bodies]
        return Outcome(sent[0] if sent else None)

    def _take(self, view: View, sent: SentRequest) -> Outcome:
        reply = sent.reply
        if not sent.ok:
            return self._trouble(view.user, sent, NO_CONNECTION)
        try:
            match reply.get("response_action"):
                case None if view.id in self.kept.views:
                    self.shut(view.id)
                case "errors":
                    return self._field_errors(view, sent, reply.get("errors") or {})
                case "update":
                    views.redraw(self, view, reply.get("view"))
                case "push":
                    views.raise_modal(self, view.user, reply.get("view"))
                case "clear":
                    views.drop_stack(self, view.user)
                case str(other):
                    return self._trouble(view.user, sent, f"{NO_CONNECTION} (unknown response_action {other})")
        except Refused as no:
            return self._trouble(view.user, sent, f"{NO_CONNECTION} ({no.error}: {'; '.join(no.messages)})")
        return Outcome(sent)

    def _field_errors(self, view: View, sent: SentRequest, errors: Mapping[str, str]) -> Outcome:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors or not set(errors) <= inputs:
            return self._trouble(view.user, sent, f"{NO_CONNECTION} (errors must name input blocks)")
        view.errors = dict(errors)
        self.changed(f"user:{view.user}")
        return Outcome(sent, view.errors)

    def _unfinished(self, view: View) -> dict[str, str]:
        checked = (
            (block["block_id"], refused(block, element, view.values[block["block_id"]][element["action_id"]]))
            for block, element in interactive(view.blocks)
            if block["type"] == "input"
        )
        return {block_id: words for block_id, words in checked if words}

    def _fill(self, blocks: list[Json], into: dict[str, Json], values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            for block, element in interactive(blocks):
                label = (block.get("label") or {}).get("text")
                if element["type"] in HOLDS and key in (block["block_id"], element["action_id"], label):
                    into.setdefault(block["block_id"], {})[element["action_id"]] = held(element, chosen(element, value))
                    break
            else:
                raise _missing(key, blocks, "this form")

    # words -------------------------------------------------------------------------------------------------------

    async def command(self, user: str, channel: str, name: str, text: str = "") -> Outcome:
        where = self.channel(channel)
        self._inside(user, where.id)
        if self.commands and name not in self.commands:
            self.complain(user, f"{name} is not a valid command.")
            return Outcome(None, trouble=f"{name} is not a valid command.")
        body = payloads.command(self, user, where, name, text)
        sent = await self.sender.form("command", body)
        if not sent.ok:
            error = "operation_timeout" if "Timeout" in sent.answer else "dispatch_failed"
            return self._trouble(user, sent, f"{name} failed with the error “{error}”")
        if sent.reply:
            try:
                respond(self, ResponseUrl(where.id, user), sent.reply)
            except Refused as no:
                return self._trouble(user, sent, f"{name} failed with the error “{no.error}”")
        return Outcome(sent)

    async def say(self, user: str, channel: str, text: str, thread_ts: str = "") -> Message:
        """A person's own message; returns when the app has answered for it."""
        where = self.channel(channel)
        self._inside(user, where.id)
        parent = where.by_ts[thread_ts] if thread_ts else None
        said, blocks = payloads.typed(text)
        thread = (parent.thread_ts or parent.ts) if parent else ""
        message = self.put(Message(where.id, self.next_ts(), user, said, blocks, thread_ts=thread))
        event = payloads.message_event(self, message)
        await self._tell(event)
        if f"<@{self.bot_user}>" in said and where.kind != "im":
            await self._tell(payloads.app_mention(event))
        return message

    async def open_home(self, user: str) -> View | None:
        """Open the app's Home tab: the app hears of it, and what it published is shown."""
        event: Json = {
            "type": "app_home_opened", "user": user, "channel": self.direct(user).id, "tab": "home",
            "event_ts": self.next_ts(),
        }  # fmt: skip
        home = self.home(user)
        await self._tell(event | ({"view": self.shown_view(home)} if home else {}))
        return self.home(user)

    async def suggest(self, user: str, view_id: str, action_id: str, typed: str) -> list[Json]:
        """The options an app offers for an external select of a view; those of a group say which."""
        view = self.view(user, view_id)
        for block, element in interactive(view.blocks):
            if element["action_id"] == action_id:
                where = {"view": self.shown_view(view), "container": {"type": "view", "view_id": view.id}}
                body = payloads.suggestion(self, user, block, element, typed, where)
                reply = (await self.sender.form("block_suggestion", body)).reply
                return [*(reply.get("options") or ()), *_of_groups(reply.get("option_groups") or ())]
        raise _missing(action_id, view.blocks, "this view")

    # -------------------------------------------------------------------------------------------------------------

    async def _tell(self, event: Json) -> None:
        if self.sender.reaches_an_app and self._heard(event):
            await self.sender.event(payloads.event_callback(self, event))

    def _heard(self, event: Json) -> bool:
        channel = self.kept.channels.get(event.get("channel", ""))
        return channel is None or self.bot_user in channel.members

    def _inside(self, user: str, channel_id: str) -> None:
        channel = self.kept.channels[channel_id]
        if user not in channel.members:
            raise LookupError(f"{user} is not in {channel.name}")

    def _told(self, user: str, sent: SentRequest, confirmed: Json | None) -> Outcome:
        if sent.ok:
            return Outcome(sent, confirmed=confirmed)
        return self._trouble(user, sent, "That didn’t work: the app did not answer in time." if not sent.status else
                             f"That didn’t work: the app answered {sent.status}.")  # fmt: skip

    def _trouble(self, user: str, sent: SentRequest, words: str) -> Outcome:
        self.complain(user, words)
        return Outcome(sent, trouble=words)


def _named(element: Json, wanted: str, value: Any) -> bool:
    """By action_id (of several alike, the one with this value) or by a button's words."""
    if element["type"] != "button":
        return bool(element["action_id"] == wanted)
    if wanted == element["text"]["text"]:
        return True
    return bool(element["action_id"] == wanted and value in (None, element.get("value")))


def _of_groups(groups: Iterable[Json]) -> list[Json]:
    return [each | {"group": group["label"]["text"]} for group in groups for each in group["options"]]


def _missing(wanted: str, blocks: list[Json], where: str) -> LookupError:
    return LookupError(f"There is no {wanted!r} in {where}; there are {', '.join(_names(blocks)) or 'no elements'}")


def _names(blocks: list[Json]) -> Iterator[str]:
    for block, element in interactive(blocks):
        label = element["text"]["text"] if element["type"] == "button" else (block.get("label") or {}).get("text", "")
        yield f"{element['action_id']} ({label})" if label else str(element["action_id"])
