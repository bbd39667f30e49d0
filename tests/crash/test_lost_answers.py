"""Done outside and not yet written down inside: the moments at which doing it again would be doing it twice."""

import inspect
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from billing import checkouts, paying_back
from bot import drawing
from outreach import sending
from sandbox import World
from tests.crash.laws import difference
from tests.crash.lines import Death
from tests.crash.trials import Billed, Ending, end_of_a_day


def before(module: ModuleType, code: str) -> Death:
    """Gone when it first comes to this line."""
    [number] = [n for n, line in enumerate(inspect.getsource(module).splitlines(), 1) if line.strip().startswith(code)]
    return Death(inspect.getfile(module), number, 1)


SENT = before(sending, "await _finish(attempts")
ANSWER_LOST = before(sending, 'status = "sending" if fault.unknown')
CARD_POSTED = before(drawing, "await change_row(card, {**shown")
LINE_POSTED = before(drawing, 'await change_row(line, {"status": "posted"')
NOT_SHOWN = before(drawing, 'log.warning("slack.not_shown"')
REFUNDED = before(paying_back, "await Refund.filter(id=refund.id).update(processor_id")
CHECKOUT_OPENED = before(checkouts, 'await change_row(attempt, {"processor_id"')


POST, TEXT, MAIL, CHECKOUT, REFUND = (
    ("slack", "chat.postMessage"), ("phones", "messages.create"), ("mailbox", "data"),
    ("cards", "checkout.sessions.create"), ("cards", "refunds.create"),
)  # fmt: skip


def loses(*answers: tuple[str, str]) -> Callable[[World], None]:
    """Each is done once by its door, which hangs up before it has answered."""

    def once(world: World) -> None:
        for door, operation in answers:
            world.stand_ins[door].desk.will("reset_after_commit", operation)

    return once


@pytest.mark.parametrize(
    ("goes_wrong", "deaths"),
    [
        pytest.param(loses(POST, TEXT, CHECKOUT, REFUND), [], id="Slack's, the phones' and Stripe's answers are lost"),
        pytest.param(loses(POST, TEXT), [NOT_SHOWN, ANSWER_LOST], id="and we die of the first two"),
        pytest.param(loses(MAIL), [ANSWER_LOST], id="the mail server's answer is lost and we die of it"),
        pytest.param(
            loses(),
            [CARD_POSTED, LINE_POSTED, SENT, CHECKOUT_OPENED, REFUNDED],
            id="we die before a card, a line, a text and a mail, a checkout, a refund are written down",
        ),
    ],
)
async def test_what_was_done_and_not_written_down_is_not_done_again(
    goes_wrong: Callable[[World], None],
    deaths: list[Death],
    billed: Billed,
    billed_url: str,
    undisturbed: Ending,
    tmp_path: Path,
    papers: Path,
):
    ending, known = Ending(), {"deaths": deaths, "chance": Random(0), "papers": papers}
    await end_of_a_day(billed_url, billed, tmp_path, ending, goes_wrong=goes_wrong, **known)
    assert ending.met == deaths
    assert ending.broken == []
    assert ending.picture == undisturbed.picture, "\n".join(difference(ending.picture, undisturbed.picture))
