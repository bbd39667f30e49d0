"""app.yaml read into a Practice, or every mistake in it at once. What may be chosen is the domain's to say."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node

from domain.choices import Wrong
from domain.practice import CURRENCIES, ContactRules, Person, Practice, RuleSet, Step
from domain.terms import LateFee, PlanRules, Statements, Tax, Terms
from duesday import spellings
from duesday.reading import Mistake, Reading, Units

DEEPEST = 20
"""Levels within levels: more than any practice has. A reader that goes on takes seconds for a thousand."""


class PracticeMistakes(Exception):
    """The file does not say a practice: every reason why."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def read_practice(path: Path, *, beyond: Callable[[Practice], Iterable[Wrong]] = lambda _: ()) -> Practice:
    """The practice, held as well against what lies beyond the file, so that those mistakes have their lines too."""
    root = _composed(path)
    reading = Reading(str(path), _units(_currency(root)))
    practice = reading.choices(Practice, root, ())
    if not reading.mistakes:
        reading.hold(beyond(practice))
    if reading.mistakes:
        raise PracticeMistakes(sorted(reading.mistakes))
    return practice


def _composed(path: Path) -> Node:
    """The file as YAML 1.2 nodes, not values: they keep the lines, and `on`, `9:00` and `15.00` as they were typed."""
    reader = YAML(typ="safe", pure=True)
    reader.max_depth = DEEPEST
    try:
        root = reader.compose(path.read_bytes())
    except OSError as error:
        raise _unread(path, 1, "no file that can be read", f"the practice's choices ({error.strerror})") from error
    except MaxDepthExceededError as error:
        line = error.problem_mark.line + 1
        raise _unread(path, line, "lists within lists without end", "the few levels that the sample has") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise _unread(path, mark.line + 1 if mark else 1, problem, "YAML: key: value, indented with spaces") from error
    except (YAMLError, ValueError, OverflowError) as error:
        raise _unread(path, 1, "characters that are not text", "YAML in UTF-8") from error
    if root is None:
        raise _unread(path, 1, "an empty file", "the practice's choices: name, currency, locations …")
    return cast(Node, root)


def _unread(path: Path, line: int, found: str, allowed: str) -> PracticeMistakes:
    return PracticeMistakes([Mistake(str(path), line, "", found, allowed)])


def _currency(root: Node) -> str:
    """Known before all else, since it says how many decimals every amount may have."""
    pairs = root.value if isinstance(root, MappingNode) else []
    typed = [value.value for key, value in pairs if key.value == "currency" and value.value in CURRENCIES]
    return str(typed[0]) if typed else "USD"


def _units(currency: str) -> Units:
    amount = spellings.amounts_in(currency)
    return {
        (Practice, "link_days"): ("links_last", spellings.days),
        (Person, "locations"): ("locations", spellings.locations),
        (Terms, "due_in_days"): ("due_in", spellings.days),
        (Terms, "archive_after_days"): ("archive_after", spellings.days),
        (LateFee, "after_days"): ("after", spellings.days),
        (LateFee, "flat_cents"): ("flat", amount),
        (LateFee, "basis_points"): ("percent", spellings.basis_points),
        (LateFee, "every_days"): ("every", spellings.days),
        (LateFee, "grace_days"): ("grace", spellings.days),
        (LateFee, "cap_cents"): ("cap", amount),
        (Tax, "basis_points"): ("percent", spellings.basis_points),
        (PlanRules, "smallest_cents"): ("smallest", amount),
        (PlanRules, "last_after_days"): ("last_after", spellings.days),
        (Statements, "minimum_cents"): ("minimum", amount),
        (RuleSet, "minimum_cents"): ("minimum", amount),
        (Step, "after_days"): ("after", spellings.days),
        (ContactRules, "days"): ("days", spellings.weekdays),
    }
