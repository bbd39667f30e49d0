"""A stand-in for one Slack workspace over real HTTP: `SlackWorkspace` is all others need.

    slack = world.slack                                           # an aiohttp application under /slack
    slack.person("U0MIA", "Mia Lopez", "mia@clinic.test", "America/New_York")
    slack.add_channel("billing-downtown", ["U0MIA"])
    card = slack.channel("billing-downtown").messages[-1]         # ts, text, blocks, metadata, replies, history
    await slack.press("U0MIA", card.channel, card.ts, "Write off")   # an action_id or a button's words
    modal = slack.modals("U0MIA")[-1]
    await slack.submit("U0MIA", modal.id, {"Amount": "25.00"})    # by label, block_id or action_id
    await slack.settled()

docs/sandbox.md says what is left out.
"""

from sandbox.slack.delivery import SentRequest
from sandbox.slack.driving import Outcome
from sandbox.slack.records import ApiCall, Channel, Message, Person, View
from sandbox.slack.workspace import SlackWorkspace

__all__ = ["ApiCall", "Channel", "Message", "Outcome", "Person", "SentRequest", "SlackWorkspace", "View"]
