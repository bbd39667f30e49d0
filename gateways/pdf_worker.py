"""The process that draws PDFs: HTML in on stdin, PDF out on stdout, one at a time. xhtml2pdf is imported here only.

Each way a length in four bytes comes first; an answer is preceded by one line of JSON. Started by `xhtml2pdf_printer`,
which kills it when it takes too long; it ends by itself when its stdin does.
"""

import html
import io
import json
import logging
import os
import re
import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import arabic_reshaper  # type: ignore[import-untyped]
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.default import DEFAULT_CSS

MEMORY = 1 << 30
MOST_LETTERS = 100
LENGTH = struct.Struct("!I")
NO_GLYPH = re.compile(r"No font this document has can draw .* \((U\+[0-9A-F]+)\)")

FACES = {
    "DejaVu": {
        "": "DejaVuSans.ttf",
        "font-weight: bold": "DejaVuSans-Bold.ttf",
        "font-style: italic": "DejaVuSans-Oblique.ttf",
        "font-weight: bold; font-style: italic": "DejaVuSans-BoldOblique.ttf",
    },
    "DejaVuUpright": {"": "DejaVuSans.ttf"},
    "Droid": {"": "DroidSansFallbackFull.ttf"},
    "Nanum": {"": "NanumSquareR.ttf"},
}
"""In the order in which a letter is looked for: Latin, Cyrillic, Greek, Arabic and Hebrew; Arabic in italics, which
DejaVu draws upright only; Chinese and Japanese; Korean. Reading the first takes a fifth of the time all take, and
it is all that most documents need."""
FIRST = next(iter(FACES))


class Unreadable(logging.Handler):
    """Keeps the letters no font could draw; the library's other warnings are about CSS it does not know."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if found := NO_GLYPH.match(record.getMessage()):
            self.letters.append(found[1])


class Press:
    def __init__(self, assets: Path) -> None:
        rl_config.invariant = 1  # no time of day in the file: the same HTML gives the same bytes
        # Written as one sign, which DejaVu lacks, it would blot out half the names there are.
        arabic_reshaper.default_reshaper.configuration["ARABIC LIGATURE ALLAH"] = "no"
        self._document = str(assets / "document.html")
        self._few, self._all = (_style(assets / "fonts", families) for families in ([FIRST], list(FACES)))
        self._policy = ResourceAccessPolicy.server(assets, allow_remote=False)
        self._unreadable = Unreadable()
        log = logging.getLogger("xhtml2pdf")
        log.addHandler(self._unreadable)
        log.propagate = False
        self._print("<p>warm <b>up</b></p>", self._few)
        self._everyday = _letters_in_every_cut()

    def draw(self, document: str) -> tuple[bytes, list[str]]:
        self._unreadable.letters = []
        # By the document alone, so that it comes to the same bytes whatever was drawn earlier.
        enough = self._everyday.issuperset(html.unescape(document))
        return self._print(document, self._few if enough else self._all), self._unreadable.letters[:MOST_LETTERS]

    def _print(self, document: str, style: str) -> bytes:
        paper = io.BytesIO()
        pisa.pisaDocument(
            document, paper, path=self._document, default_css=style, encoding="utf-8", resource_policy=self._policy
        )
        return paper.getvalue()


def _style(fonts: Path, families: Sequence[str]) -> str:
    """Every document starts out with our fonts, so that no template can forget them."""
    faces = (
        f"@font-face {{font-family: {family}; src: url('{fonts / file}'); {looks}}}"
        for family in families
        for looks, file in FACES[family].items()
    )
    return "\n".join([*faces, DEFAULT_CSS, f"html, body, pre, code {{font-family: {', '.join(families)}}}"])


def _letters_in_every_cut() -> frozenset[str]:
    """What the fonts read so far draw in bold and italics too; and what ends lines."""
    fonts = (pdfmetrics.getFont(name) for name in pdfmetrics.getRegisteredFontNames())
    drawn = (font.face.charToGlyph for font in fonts if isinstance(font, ttfonts.TTFont))
    return frozenset(map(chr, set.intersection(*map(set, drawn)))) | {"\n", "\r", "\t"}


def serve(press: Press, asked: BinaryIO, told: BinaryIO) -> None:
    _tell(told, {"ready": True})
    while head := asked.read(LENGTH.size):
        document = asked.read(*LENGTH.unpack(head)).decode()
        try:
            pdf, letters = press.draw(document)
        except Exception as error:  # noqa: BLE001 -- whatever a document breaks, the next one is drawn
            # Its message may quote the document, a patient's name in it: only its kind goes further.
            _tell(told, {"error": type(error).__name__})
        else:
            _tell(told, {"unreadable": letters}, pdf)


def _tell(told: BinaryIO, head: dict[str, object], body: bytes = b"") -> None:
    told.write(json.dumps(head).encode() + b"\n" + LENGTH.pack(len(body)) + body)
    told.flush()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Whatever prints, prints to stderr: the real stdout carries answers.
    with os.fdopen(os.dup(1), "wb") as told:
        os.dup2(2, 1)
        serve(Press(Path(sys.argv[1]).resolve()), sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
