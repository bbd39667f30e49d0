"""What one person's page asks to see: who they are, and what they have open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Looking:
    user: str = ""
    channel: str = ""
    pages: int = 1
    """How far up they have gone in the channel."""
    thread: str = ""
    contact: str = ""
    all_texts: bool = False
    mail: str = ""
    heard: int = 0
    """The last happening they know of."""
    faults: bool = False
    scene: int | None = None
