"""An answer that was lost on the way, when the same words went to the same number before."""

from outreach.replies import confirm_reply, draft_reply
from tests.outreach.desk import DANA, Desk, messages


async def test_two_texts_of_the_same_words_are_two_texts_though_an_answer_was_lost(desk: Desk) -> None:
    """The first is found by its words; the second must not be taken for it."""
    chased = await desk.late()
    for occasion, fault in (("one", None), ("two", "reset")):
        if fault:
            desk.world.phones.desk.will(fault, "messages.create")
        reply = await draft_reply(
            chased.id, "See you then.", occasion=occasion, actor=DANA, practice=desk.practice, ports=desk.ports
        )
        await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
        await desk.sends()
    desk.forward(minutes=2)
    await desk.sends()
    assert len(desk.texts) == 2
    assert [status for _, _, status in await messages(purpose="reply")] == ["sent", "sent"]


async def test_two_lost_answers_to_the_same_words_in_one_batch_are_told_apart(desk: Desk) -> None:
    chased = await desk.late()
    desk.world.phones.desk.will("reset_after_commit", "messages.create", times=2)
    for occasion in ("one", "two"):
        reply = await draft_reply(
            chased.id, "See you then.", occasion=occasion, actor=DANA, practice=desk.practice, ports=desk.ports
        )
        await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    await desk.sends()
    for _ in range(3):
        desk.forward(minutes=5)
        await desk.sends()
        await desk.lease_is_over()
    assert len(desk.texts) == 2
    assert [status for _, _, status in await messages(purpose="reply")] == ["sent", "sent"]
