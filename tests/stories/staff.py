"""People of the practice in Slack: the card before their eyes, the form on top, and what only they are told."""

from typing import Any, Protocol

from sandbox import World
from sandbox.slack import Message, Outcome, View
from tests.stories.reading import as_read, as_read_with_thread, elements_of, form_as_read, labels_of
from tests.stories.sentences import Sentence, absent, failed, quoted, step

STAFF = {
    "viewer": ("U0VIEWER1", "Vera Viewer"),
    "biller": ("U0BILLER1", "Dana Biller"),
    "manager": ("U0MANAGER1", "Mia Manager"),
    "admin": ("U0ADMIN001", "Ada Admin"),
    "stranger": ("U0STRANGE1", "Sam Stranger"),
}
CHANNELS = ("billing-downtown", "billing-northside", "billing-lakeside")
NAMES = dict(STAFF.values())


class Place(Protocol):
    """Where people are: a clinic, or a day of it that is lived against houses that die."""

    @property
    def world(self) -> World: ...

    async def settle(self) -> None: ...


class Person(Sentence):
    """Somebody in Slack."""

    def __init__(self, place: Place, user: str) -> None:
        super().__init__()
        self.place, self.user, self.slack = place, user, place.world.slack
        self.outcomes: list[Outcome] = []
        """What came of each press and each form."""

    def __repr__(self) -> str:
        return NAMES.get(self.user, self.user)

    def card(self, number: str, channel: str = CHANNELS[0]) -> "Card":
        return Card(self, number, channel)

    # -- commands, and what only this person is told -------------------------------------------------------------------

    @step
    async def types(self, command: str, channel: str = CHANNELS[0]) -> None:
        name, _, text = command.partition(" ")
        await self.slack.command(self.user, self.slack.channel(channel).id, name, text)
        await self.place.settle()

    @step
    async def is_told(self, *words: str) -> None:
        """By the last message that only they can see."""
        said = self.whispers[-1] if self.whispers else ""
        if missing := absent(words, said):
            raise failed(f"{self} is not told {quoted(missing)}. The last that only they see:", said)

    @step
    async def is_not_told(self, *words: str) -> None:
        said = "\n".join(self.whispers)
        if found := [word for word in words if word in said]:
            raise failed(f"{self} should not be told {quoted(found)}:", said)

    @property
    def whispers(self) -> list[str]:
        return [as_read(message) for message in self.slack.ephemerals(self.user)]

    # -- forms ---------------------------------------------------------------------------------------------------------

    @step
    async def submits(self, values: dict[str, str] | None = None) -> None:
        self.outcomes.append(await self.slack.submit(self.user, self.form.id, values or {}))
        await self.place.settle()

    @step
    async def is_asked(self, *words: str) -> None:
        """By the form on top."""
        if missing := absent(words, self.reads()):
            raise failed(f"{self} is not asked {quoted(missing)}:", self.reads())

    @step
    async def is_refused(self, field: str, words: str) -> None:
        """The form has stayed, and says why beside that field."""
        blocks = {block.get("label", {}).get("text"): block["block_id"] for block in self.form.blocks}
        if words not in self.errors.get(blocks[field], ""):
            raise failed(f"{self} does not read {words!r} at {field}:", self.reads())

    @step
    async def has_no_form(self) -> None:
        if self.forms:
            raise failed(f"{self} still has a form open:", self.reads())

    @property
    def forms(self) -> list[View]:
        return list(self.slack.modals(self.user))

    @property
    def form(self) -> View:
        if not self.forms:
            raise failed(f"No form is open for {self}. They were told:", "\n".join(self.whispers))
        return self.forms[-1]

    @property
    def errors(self) -> dict[str, str]:
        """What was said against the form that was submitted last."""
        return dict(self.outcomes[-1].errors)

    def reads(self) -> str:
        return form_as_read(self.forms[-1]) if self.forms else ""


class Card(Person):
    """The card of an invoice, as one person sees and presses it."""

    def __init__(self, person: Person, number: str, channel: str) -> None:
        super().__init__(person.place, person.user)
        self.number, self.channel = number, channel

    def __repr__(self) -> str:
        return f"{super().__repr__()} before the card of {self.number}"

    @property
    def message(self) -> Message:
        shown = self.slack.channel(self.channel).messages
        found = [message for message in shown if self.number in as_read(message)]
        if len(found) != 1:
            there = "\n\n".join(as_read(message) for message in shown)
            raise failed(f"#{self.channel} shows {len(found)} cards of {self.number}:", there)
        return found[0]

    @property
    def words(self) -> str:
        return as_read(self.message)

    @property
    def thread(self) -> list[str]:
        return [as_read(reply) for reply in self.message.replies]

    @property
    def labels(self) -> list[str]:
        return labels_of(self.message.blocks)

    @step
    async def press(self, label: str, *, stale: bool = False) -> None:
        """A button's words, or an entry's of the menu; `stale` presses what stood there before the card changed."""
        message = self.message
        buttons = {each["text"]["text"] for each in elements_of(message.blocks) if each["type"] == "button"}
        which: tuple[Any, ...] = (label,) if label in buttons or stale else ("menu", label)
        try:
            self.outcomes.append(await self.slack.press(self.user, message.channel, message.ts, *which, stale=stale))
        except LookupError as missing:
            raise LookupError(f"{self} finds no {label!r} to press:\n\n{as_read(message)}\n") from missing
        await self.place.settle()

    @step
    async def sees(self, *words: str) -> None:
        if missing := absent(words, self.words):
            raise self._failed(f"does not see {quoted(missing)}")

    @step
    async def does_not_see(self, *words: str) -> None:
        if found := [word for word in words if word in self.words]:
            raise self._failed(f"should not see {quoted(found)}")

    @step
    async def is_offered(self, *labels: str) -> None:
        """These first and in this order; nothing at all when none is named."""
        if self.labels[: len(labels) or None] != [*labels]:
            raise self._failed(f"is not offered {quoted(labels) or 'nothing'} first")

    @step
    async def sees_in_the_thread(self, *words: str, times: int | None = None) -> None:
        """One line has all these words; with `times`, exactly so many have."""
        lines = [line for line in self.thread if not absent(words, line)]
        if not lines or times not in (None, len(lines)):
            raise self._failed(f"sees {len(lines)} lines with {quoted(words)} in the thread")

    @step
    async def sees_last_in_the_thread(self, *words: str) -> None:
        if missing := absent(words, self.thread[-1] if self.thread else ""):
            raise self._failed(f"does not see {quoted(missing)} at the end of the thread")

    @step
    async def does_not_see_in_the_thread(self, words: str) -> None:
        if any(words in line for line in self.thread):
            raise self._failed(f"should not see {words!r} in the thread")

    def _failed(self, what: str) -> AssertionError:
        return failed(f"{self} {what}:", as_read_with_thread(self.message))
