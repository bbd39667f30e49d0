"""What a patient's text means: the keywords the law knows, and what other words seem to want."""

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "help"]
Wish = Literal["pay", "balance", "plan", "paid", "call", "dispute", "wrong", "other"]

_KEYWORDS: dict[Keyword, frozenset[str]] = {
    "stop": frozenset(
        "stop stopall unsubscribe cancel end quit revoke optout opt-out "  # noqa: SIM905  # a list of words to read
        "alto parar pare detener cancelar basta baja".split()
    ),
    "start": frozenset(("start", "unstop", "yes", "empezar", "comenzar")),
    "help": frozenset(("help", "info", "ayuda")),
}
"""The carriers' own words and their Spanish kin. None of them is ever a word of the product."""

_STOP_PHRASES = re.compile(
    r"\b(stop (texting|messaging|contacting|sending)|do ?n[o']?t (text|message|contact)|(take|remove) me off"
    r"|leave me alone|no more (texts|messages)|opt(ing)? (me )?out"
    r"|deje de (escribir|enviar|mandar)|no me (escriba|envie|mande|contacte)|no mas mensajes)\b"
)
"""Opting out works by any reasonable words, not only by the carriers' keywords."""

_WISHES: tuple[tuple[Wish, str], ...] = (
    ("wrong", r"wrong (number|person)|wrong$|not me|numero equivocado|equivocado"),
    ("dispute", r"dispute|insurance|not mine|covered|incorrect|mistake|overcharged|disputa|seguro|error"),
    ("paid", r"paid|already sent|ya pague|pagado"),
    ("plan", r"plan|installments?|instalments?|payments? over|monthly|plazos|cuotas"),
    ("balance", r"balance|how much|saldo|cuanto"),
    ("call", r"call|phone me|llamar|llame|llamada"),
    ("pay", r"pay|pagar|pago"),
)
"""Looked for in this order: who has the wrong number wants nothing else from us."""

WISH_SENTENCES: dict[Wish, str] = {
    "pay": "wants to pay",
    "balance": "asks what is owed",
    "plan": "asks for a payment plan",
    "paid": "says it is paid",
    "call": "wants a call",
    "dispute": "disputes the bill",
    "wrong": "says this is the wrong number",
    "other": "wrote",
}


def _folded(body: str) -> str:
    """Lower case, without accents, curly quotes and marks around."""
    bare = unicodedata.normalize("NFKD", body.replace("’", "'").casefold())
    return "".join(c for c in bare if not unicodedata.combining(c)).strip(" \t\r\n.!?\"'*“”¡¿")


def keyword(body: str) -> Keyword | None:
    """STOP and its kin, START, HELP: as a single word, or STOP in any plain words."""
    folded = _folded(body)
    for name, words in _KEYWORDS.items():
        if folded in words:
            return name
    return "stop" if _STOP_PHRASES.search(folded) or folded.split(maxsplit=1)[:1] == ["stop"] else None


def wish(body: str) -> Wish:
    folded = _folded(body)
    return next((name for name, words in _WISHES if re.search(rf"\b({words})\b", folded)), "other")
