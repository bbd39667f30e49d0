"""Stripe's request bodies (`line_items[0][price_data][currency]=usd`) and its refusals."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

KEY = re.compile(r"\[([^\]]*)\]")


class Refused(Exception):
    """A request Stripe turns down, in its words."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
        **about: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self._wire = {"code": code, "message": message, "param": param, "type": kind, **about}

    def wire(self) -> dict[str, Any]:
        error = {name: value for name, value in self._wire.items() if value is not None}
        if code := error.get("code"):
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        return {"error": error}


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Numbered and empty brackets make lists: the numbers give the order, gaps are closed."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [name.partition("[")[0], *KEY.findall(name)]
        _put(tree, [head, *rest], value)
    found = _lists(tree)
    return found if isinstance(found, dict) else {}


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise Refused(f"Invalid form: {step!r} is given both as a value and as an object")
    last = path[-1] or str(len(tree))  # `expand[]` takes the next place
    tree[last] = value


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    made = {name: _lists(value) for name, value in tree.items()}
    if made and all(name.isdigit() for name in made):
        return [made[name] for name in sorted(made, key=int)]
    return made


def known(fields: Mapping[str, Any], names: Iterable[str], *, within: str = "") -> None:
    for name in fields:
        if name not in names:
            param = f"{within}[{name}]" if within else name
            raise Refused(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def required(fields: Mapping[str, Any], name: str, *, within: str = "") -> Any:
    if fields.get(name) in (None, ""):
        param = f"{within}[{name}]" if within else name
        raise Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)
    return fields[name]


def integer(value: Any, param: str) -> int:
    if not re.fullmatch(r"-?\d+", str(value)):
        raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
    return int(value)


def flag(fields: Mapping[str, Any], *path: str) -> bool:
    value: Any = fields
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if value not in (None, "", "true", "false"):
        raise Refused(f"Invalid boolean: {value}", code="parameter_invalid_boolean", param=path[0])
    return bool(value == "true")


def metadata(fields: Mapping[str, Any], name: str = "metadata") -> dict[str, str]:
    found: dict[str, str] = dict(fields.get(name) or {})
    if len(found) > 50:
        raise Refused("Metadata can hold at most 50 keys.", param=name)
    for key, value in found.items():
        if len(key) > 40 or len(str(value)) > 500:
            raise Refused(f"Metadata keys hold up to 40 characters and values up to 500: {key}", param=f"{name}[{key}]")
    return {key: str(value) for key, value in found.items() if value != ""}
