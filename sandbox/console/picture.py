"""What the console shows at one moment, as JSON. What is open is there as far as one reads it, the rest as a line each,
so that a year of history makes it no larger.
"""

from typing import Any, TypeAlias

from sandbox.console.contacts import AddressBook
from sandbox.console.happenings import Happenings
from sandbox.console.looking import Looking
from sandbox.console.patient_picture import listed, patient_picture
from sandbox.console.slack_picture import slack_picture
from sandbox.console.stage import Stage
from sandbox.console.tour import tour_picture
from sandbox.console.troubles import switches

Json: TypeAlias = dict[str, Any]


class Pictures:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.book = AddressBook(stage)
        self._happenings = Happenings(stage, self.book)

    def of(self, looking: Looking) -> Json:
        stage, slack = self._stage, self._stage.slack
        happenings = self._happenings.since(looking.heard)
        return {
            "workspace": slack.name,
            "bot": {"id": slack.bot_user, "name": slack.bot_name},
            "now": stage.clock.now().isoformat(),
            "me": looking.user,
            "people": [self._person(user) for user in people(stage)],
            "commands": dict(slack.commands),
            "happenings": happenings,
            "troubles": switches(stage, all_of_them=looking.faults),
            "tour": tour_picture(stage, looking),
            "notice": stage.notice,
            **slack_picture(stage, looking),
            **patient_picture(stage, self.book, looking),
        }

    def find(self, typed: str) -> list[Json]:
        """Patients, and strangers who have a phone or a mailbox here."""
        self._happenings.look()
        return [listed(self.book, each) for each in self.book.find(typed)]

    def _person(self, user: str) -> Json:
        person, role = self._stage.slack.kept.people[user], self._stage.roles.get(user)
        known = {"role": role.title, "may": role.may} if role else {"role": "", "may": ""}
        return {"id": user, "name": person.name, "tz": person.tz, **known}


def people(stage: Stage) -> list[str]:
    return [each.id for each in stage.slack.kept.people.values() if not each.is_bot]
