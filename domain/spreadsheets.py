"""Cells for spreadsheets: what is text to us must not become a formula there."""

import re


def disarmed(cell: object) -> object:
    """Digits with their signs (a phone number) do no harm, and programs read them as they are."""
    risky = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if risky and not re.fullmatch(r"[+-][\d ().-]+", str(cell)) else cell
