"""A process that is killed in the middle of its work, and what it had said was done."""

import random

from tests.support.nursery import Elsewhere, Work

chance = random.Random(8)


def said_before_a_kill(work: Work, *given: object) -> list[str]:
    """Begin work that says each thing done, kill it somewhere, and return what it has said."""
    process = Elsewhere(work, *given)
    said = [process.says() for _ in range(chance.randrange(100, 400))]
    process.kill()
    return [*said, *process.says_to_the_end()]
