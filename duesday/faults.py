"""Which mistakes are told to whoever typed a command, in sentences. Whatever else goes wrong is a crash of ours."""

from domain.errors import DoorFault, Refusal
from duesday.environment import EnvironmentMistakes
from duesday.practice_file import PracticeMistakes
from models.database_url import DatabaseFault


def sentences_of(error: Exception) -> list[str]:
    """What the person can act on, or nothing."""
    match error:
        case Refusal() | DoorFault():
            return [error.sentence]
        case EnvironmentMistakes():
            return error.sentences
        case PracticeMistakes():
            return [str(mistake) for mistake in error.mistakes]
        case DatabaseFault():
            return [f"{error.sentence[:1].upper()}{error.sentence[1:]}."]
    return []
