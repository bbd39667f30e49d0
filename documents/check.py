"""Whether the patient texts can be sent as they stand: placeholders, pay link, length. Run at start and by `check`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jinja2 import TemplateSyntaxError, meta, nodes

from documents.phrases import TEMPLATES
from documents.render import EMAIL_PARTS, environment, render_sms
from documents.texts import LINKLESS, PLACEHOLDERS, TextFacts
from domain.segments import segments

MOST_SEGMENTS = 2

EXAMPLE = TextFacts(
    clinic="Harbor Family Medicine",
    phone="+1 555 010 2030",
    first_name="Maria",
    amount_cents=123_456,
    due_on=date(2026, 11, 3),
    invoice_number="INV-1042",
    link="https://pay.example.com/p/Ab3dEf9hIjKlMn",
    unsubscribe_link="https://pay.example.com/u/Ab3dEf9hIjKlMn",
    reply="Thank you, we have changed the address.",
)


def faults(*, own: Path | None = None) -> list[str]:
    """Every mistake in our texts and in the practice's own, as sentences that name the file."""
    return [*(_faults_in(own, own) if own else ()), *_faults_in(TEMPLATES, None)]


def _faults_in(root: Path, own: Path | None) -> Iterator[str]:
    for file in sorted((root / "sms").glob("*.txt")):
        mistakes = list(_mistakes(file, file.stem.partition(".")[0]))
        yield from mistakes or _too_long(file, own)
    for folder in sorted(folder for folder in (root / "email").glob("*") if folder.is_dir()):
        yield from (f"{folder}: {part} is missing" for part in EMAIL_PARTS if not _exists(folder, part))
        for file in sorted(folder.iterdir()):
            yield from _mistakes(file, folder.name)


def _exists(folder: Path, part: str) -> bool:
    return any((root / folder.name / part).is_file() for root in (folder.parent, TEMPLATES / "email"))


def _mistakes(file: Path, name: str) -> Iterator[str]:
    house = environment()
    try:
        template = house.parse(file.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        yield f"{file}, line {error.lineno}: {error.message}"
        return
    used = meta.find_undeclared_variables(template)
    macros = {name for imported in template.find_all(nodes.FromImport) for name in imported.names}
    for stranger in sorted(used - PLACEHOLDERS - {"locale", "lang"} - house.globals.keys() - macros):
        yield f"{file}: there is no placeholder {stranger}; there are {', '.join(sorted(PLACEHOLDERS))}"
    if "link" not in used and name not in LINKLESS and not file.name.startswith("subject"):
        yield f"{file}: the pay link is missing; write {{{{ link }}}} where it belongs"


def _too_long(file: Path, own: Path | None) -> Iterator[str]:
    name, _, language = file.stem.partition(".")
    count = segments(render_sms(name, language or "en", EXAMPLE, own=own))
    if count > MOST_SEGMENTS:
        yield f"{file}: this text takes {count} segments, and {MOST_SEGMENTS} is the most"
