"""What `duesday check` holds against each other: app.yaml and the texts it names. Writing them is documents' work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from documents.render import EMAIL_PARTS, environment, render_email, render_sms
from documents.texts import LINKLESS, PLACEHOLDERS, TextFacts
from documents.words import DEFAULT_LANGUAGE
from domain.choices import Wrong, listed, quoted
from domain.practice import Location, Practice, RuleSet
from domain.segments import is_gsm7, segments
from duesday.practice_file import PracticeMistakes, read_practice
from duesday.reading import Mistake

MOST_SEGMENTS = 2
WRITTEN_FOR_YOU = frozenset({"locale", "lang"})
"""What the renderer itself says to every template."""

LONG = TextFacts(
    clinic="Riverside Family Health at Lake",
    phone="+1 (937) 555-0100",
    first_name="Maximiliana-Josephine",
    amount_cents=12_345_678,
    due_on=date(2026, 9, 30),
    invoice_number="INV-1234567",
    link="https://billing.riversidehealth.example/p/1a2b3c-0123456789abcdef",
    unsubscribe_link="https://billing.riversidehealth.example/p/1a2b3c-0123456789abcdef/unsubscribe",
)
"""A patient for whom everything is long: a text that fits for them fits for nearly all."""


def check(practice_path: Path, templates: Path, *, known: frozenset[str] = PLACEHOLDERS) -> list[Mistake]:
    """Every mistake in the practice's file and in every text, in the order of their files and lines."""
    return _checked(practice_path, templates, known)[1]


def checked(practice_path: Path, templates: Path) -> Practice:
    """The practice, when there is none."""
    practice, mistakes = _checked(practice_path, templates, PLACEHOLDERS)
    if practice is None or mistakes:
        raise PracticeMistakes(mistakes)
    return practice


def _checked(practice_path: Path, templates: Path, known: frozenset[str]) -> tuple[Practice | None, list[Mistake]]:
    practice, samples = None, [LONG]
    mistakes: list[Mistake] = []
    try:
        practice = read_practice(practice_path, beyond=partial(_beyond_the_file, templates=templates))
        places = practice.locations.values()
        samples = [replace(LONG, clinic=place.name, phone=place.phone, currency=practice.currency) for place in places]
    except PracticeMistakes as error:
        mistakes += error.mistakes
    broken = set()
    for file in _texts(templates):
        wrong = list(_misread(file, templates, known))
        mistakes += wrong
        if wrong:
            broken.add(_text_of(file))
    for text in {_text_of(file) for file in _texts(templates)} - broken:
        mistakes += _unwritable(*text, templates, samples)
    return practice, sorted(mistakes)


def _beyond_the_file(practice: Practice, *, templates: Path) -> Iterator[Wrong]:
    for name, rules in practice.rule_sets.items():
        for place, step in enumerate(rules.steps):
            at = ("rule_sets", name, "steps", place, "template")
            for channel in step.send:
                written = _written(channel, templates)
                if step.template not in written:
                    yield Wrong(
                        at, quoted(step.template), f"a text for {channel}: {listed(written)}", near=tuple(written)
                    )
    for name, location in practice.locations.items():
        yield from _senderless(name, location, practice.rule_sets[location.rule_set or practice.rule_set])


def _senderless(name: str, location: Location, rules: RuleSet) -> Iterator[Wrong]:
    """A clinic whose rule set needs a sender that it has not; where steps may fall back, either sender will do."""
    senders = {"sms": location.sms_from, "email": location.email_from}
    needed = {channel for step in rules.steps for channel in step.send if not senders[channel]}
    if rules.fall_back and any(senders.values()):
        return
    for channel in sorted(needed):
        at = ("locations", name, f"{channel}_from")
        yield Wrong(at, "nothing", f"what its {channel} comes from, since {quoted(rules.title)} sends by {channel}")


def _written(channel: str, templates: Path) -> list[str]:
    """The names of the texts that are there whole for this channel, in the default language."""
    if channel == "sms":
        return sorted(file.stem for file in (templates / "sms").glob("*.txt") if "." not in file.stem)
    folders = (templates / "email").glob("*/")
    return sorted(folder.name for folder in folders if all((folder / part).is_file() for part in EMAIL_PARTS))


def _texts(templates: Path) -> list[Path]:
    return sorted([*templates.glob("sms/*.txt"), *templates.glob("email/*/*.txt"), *templates.glob("email/*/*.html")])


def _text_of(file: Path) -> tuple[Path, str]:
    """The text that this file is, or is a part of, and its language: a mail is written out of three files at once."""
    stem, _, language = file.name.removesuffix(file.suffix).partition(".")
    return (file.with_name(stem) if file.parent.name == "sms" else file.parent), language or DEFAULT_LANGUAGE


def _misread(file: Path, templates: Path, known: frozenset[str]) -> Iterator[Mistake]:
    """What shows in one file by itself."""
    wrong = partial(Mistake, str(file))
    house = environment(templates)
    try:
        tree = house.parse(file.read_text("utf-8"))
        used = find_undeclared_variables(tree) - house.globals.keys() - _imported(tree) - WRITTEN_FOR_YOU
    except TemplateSyntaxError as error:
        yield wrong(error.lineno, "", quoted(error.message), "a template like {{ clinic }}: {{ link }}")
        return
    except UnicodeDecodeError:
        yield wrong(1, "", "characters that are not text", "text in UTF-8")
        return
    if unknown := used - known:
        yield from _unknown(tree, unknown, known, wrong)
    elif "link" not in used and _needs_link(file):
        yield wrong(1, "", "no {{ link }}", "a text that leads the patient to their page")


def _imported(tree: nodes.Template) -> set[str]:
    """Names from another template's macros: inside a block, Jinja's own account takes them for placeholders."""
    names = [name for each in tree.find_all(nodes.FromImport) for name in each.names]
    return {name if isinstance(name, str) else name[1] for name in names}


def _needs_link(file: Path) -> bool:
    return _text_of(file)[0].name not in LINKLESS and not file.name.startswith("subject.")


def _unknown(
    tree: nodes.Template, unknown: set[str], known: frozenset[str], wrong: Callable[..., Mistake]
) -> Iterator[Mistake]:
    lines: dict[str, int] = {}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            lines[name.name] = min(name.lineno, lines.get(name.name, name.lineno))
    for placeholder, line in lines.items():
        yield wrong(line, "", f"the placeholder {quoted(placeholder)}", listed(sorted(known)))


def _unwritable(text: Path, locale: str, templates: Path, samples: list[TextFacts]) -> Iterator[Mistake]:
    """What only shows when it is written out: a filter that fails, a text that is too long."""
    is_sms = text.parent.name == "sms"
    variant = "" if locale == DEFAULT_LANGUAGE else f".{locale}"
    wrong = partial(Mistake, f"{text}{variant}.txt" if is_sms else str(text / f"body{variant}.txt"), 1, "")
    if text.name == "reply":  # the one text that carries staff's own words, and the only one that knows them
        samples = [replace(facts, reply="Thank you, we have it now.") for facts in samples]
    try:
        if not is_sms:
            render_email(text.name, locale, samples[0], own=templates)
            return
        longest = max((render_sms(text.name, locale, facts, own=templates) for facts in samples), key=segments)
    except (TemplateError, TypeError, ValueError) as error:
        yield wrong(quoted(error), "a template that can be written out")
        return
    if segments(longest) > MOST_SEGMENTS:
        why = "" if is_gsm7(longest) else ", since a letter outside GSM-7 halves what one holds"
        yield wrong(f"{segments(longest)} segments for a long name and amount{why}", f"{MOST_SEGMENTS} at most")
