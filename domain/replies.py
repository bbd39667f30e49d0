"""What a patient's text means: the keywords the law knows, and what other words seem to want."""

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "help"]
Wish = Literal["pay", "balance", "plan", "paid", "call", "dispute", "wrong", "other"]

_KEYWORDS: dict[Keyword, frozenset[str]] = {
    "stop": frozenset(
        "stop stopall unsubscribe cancel end quit revoke optout opt-out "  # noqa: SIM905  # a list of words to read
        "alto parar para pare detener cancelar basta baja".split()
    ),
    "start": frozenset(("start", "unstop", "yes", "empezar", "comenzar")),
    "help": frozenset(("help", "info", "ayuda")),
}
"""The carriers' own words and their Spanish kin. None of them is ever a word of the product."""

_CARRIERS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout start yes unstop help info".split()  # noqa: SIM905  # as above
)
"""Those that a carrier obeys and answers by itself, and only when they stand alone."""

_STOP_PHRASES = re.compile(
    r"^(please |pls |plz )?(stop|unsubscribe|alto|basta)\b(?! (by|in|over|at|on|payment)\b)"
    r"|\b(stop|quit) (texting|messaging|contacting|sending|bothering|these|the (texts|messages))\b"
    r"|\b(do not|don'?t|never) (text|message|contact)\b|\bno more (texts|messages)\b"
    r"|\b(take|remove) me (off|from)\b|\bleave me alone\b|\bopt(ing)? (me )?out\b|\bunsubscribe me\b|\bplease stop$"
    r"|\b(deje|dejen|deja|pare|paren|para) de (escribir|enviar|mandar|molestar|contactar)"
    r"|\bno me (escrib|envi|mand|contact|moleste)|\bno mas mensajes\b|\bdar(me)? de baja\b|\bdeme de baja\b"
)
"""Opting out works by any reasonable words, not only by the carriers' keywords. In doubt it is a stop: a patient who
is wrongly left alone can be called, one who is wrongly texted cannot be untexted. Coming by is no doubt."""

_WISHES: tuple[tuple[Wish, str], ...] = (
    ("wrong", r"wrong (number|person)|^wrong$|^not me$|(this|that)('?s| is) not me|numero equivocado|^equivocado$"),
    (
        "dispute",
        r"dispute|insurance|not mine|covered|incorrect|wrong|mistake|overcharged|disputa|seguro|error|equivocad[oa]",
    ),
    ("paid", r"(?<!get )(?<!gets )(?<!be )(?<!getting )paid|already sent|ya pague|pagado"),
    ("plan", r"plan|installments?|instalments?|payments? over|monthly|plazos|cuotas"),
    ("balance", r"balance|how much|saldo|cuanto"),
    ("call", r"call|phone me|llamar|llame|llamen|llameme|llamame|llamada"),
    ("pay", r"pay|payment|paying|pagar|pago"),
)
"""Looked for in this order: who has the wrong number wants nothing else from us, a wrong amount is another matter."""

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
DISPUTED = "The patient disputes the bill; the sequence waits for an answer."
"""What a sequence waits for meanwhile, and late fees with it."""


def _folded(body: str) -> str:
    """Lower case, without accents and curly quotes; marks and pictures are spaces."""
    bare = unicodedata.normalize("NFKD", body.replace("’", "'").casefold())
    plain = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.findall(r"[\w'-]+", plain)).strip(" '-")


def keyword(body: str) -> Keyword | None:
    """STOP and its kin, START, HELP: as a single word, or STOP in any plain words."""
    folded = _folded(body)
    for name, words in _KEYWORDS.items():
        if folded in words:
            return name
    return "stop" if _STOP_PHRASES.search(folded) else None


def known_to_carriers(body: str) -> bool:
    """Whether a carrier that answers keywords has answered this one: "STOP" and "Help", but not "Stop!" or "AYUDA"."""
    return body.strip().casefold() in _CARRIERS


def wish(body: str) -> Wish:
    folded = _folded(body)
    return next((name for name, words in _WISHES if re.search(rf"\b({words})\b", folded)), "other")
