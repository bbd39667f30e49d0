"""The console's switches for what can go wrong: at a vendor as a whole, on one phone, in one mailbox."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sandbox.console.stage import Stage
from sandbox.troubles import Trouble, named

Json: TypeAlias = dict[str, Any]


def switches(stage: Stage, *, all_of_them: bool) -> Json:
    """How many are on, and when the place for them is open what there is to switch."""
    vendors = _vendors(stage)
    on = sum(trouble.is_on() for troubles in vendors.values() for trouble in troubles)
    lists = {name: [each.shown() for each in troubles] for name, troubles in vendors.items()}
    return {"on": on, "vendors": lists if all_of_them else {}}


def switch(stage: Stage, where: str, name: str, *, on: bool) -> None:
    """`where` is a vendor, a phone's number or a mail address."""
    named(name, _of(stage, where)).switch(on)


def _of(stage: Stage, where: str) -> Sequence[Trouble]:
    if where.startswith("+"):
        return stage.phones[where].troubles()
    if "@" in where:
        return stage.mailbox[where].troubles()
    return _vendors(stage)[where]


def _vendors(stage: Stage) -> Mapping[str, Sequence[Trouble]]:
    return {
        "Slack": stage.slack.troubles(),
        "Texts": stage.phones.troubles(),
        "Mail": stage.mailbox.troubles(),
        "Cards": stage.cards.troubles(),
    }
