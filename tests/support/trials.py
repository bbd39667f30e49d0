"""How large a trial is: quick where people wait for it, whole in CI, and as large as one says when it hunts."""

import os


def size(name: str, *, quick: int, whole: int) -> int:
    return int(os.environ.get(f"DUESDAY_{name}") or (whole if os.environ.get("CI") else quick))
