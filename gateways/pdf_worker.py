"""The process that draws PDFs: HTML in on stdin, PDF out on stdout, one at a time. xhtml2pdf is imported here only.

Each way a length in four bytes comes first; an answer is preceded by one line of JSON. Started by `xhtml2pdf_printer`,
which kills it when it takes too long; it ends by itself when its stdin does.
"""

import io
import json
import logging
import os
import re
import resource
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import arabic_reshaper  # type: ignore[import-untyped]
from reportlab import rl_config
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
DejaVu draws upright only; Chinese and Japanese; Korean."""


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
        self._style = _style(assets / "fonts")
        self._policy = ResourceAccessPolicy.server(assets, allow_remote=False)
        self._unreadable = Unreadable()
        log = logging.getLogger("xhtml2pdf")
        log.addHandler(self._unreadable)
        log.propagate = False

    def draw(self, html: str) -> tuple[bytes, list[str]]:
        self._unreadable.letters = []
        paper = io.BytesIO()
        pisa.pisaDocument(
            html,
            paper,
            path=self._document,
            default_css=self._style,
            encoding="utf-8",
            resource_policy=self._policy,
        )
        return paper.getvalue(), self._unreadable.letters[:MOST_LETTERS]


def _style(fonts: Path) -> str:
    """Every document starts out with our fonts, so that no template can forget them."""
    faces = (
        f"@font-face {{font-family: {family}; src: url('{fonts / file}'); {looks}}}"
        for family, cuts in FACES.items()
        for looks, file in cuts.items()
    )
    families = ", ".join(FACES)
    return "\n".join([*faces, DEFAULT_CSS, f"html, body, pre, code {{font-family: {families}}}"])


def serve(press: Press, asked: BinaryIO, told: BinaryIO) -> None:
    _tell(told, {"ready": True})
    while head := asked.read(LENGTH.size):
        html = asked.read(*LENGTH.unpack(head)).decode()
        try:
            pdf, letters = press.draw(html)
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
        press = Press(Path(sys.argv[1]).resolve())
        press.draw("<p>warm <b>up</b></p>")
        serve(press, sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
