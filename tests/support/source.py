"""The house's own source, read as trees: for rules that a linter can't say."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


class Module(NamedTuple):
    path: str
    tree: ast.Module
    lines: int

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{node.lineno}: {what}"


@cache
def read(path: Path, root: Path = ROOT) -> Module:
    text = path.read_text()
    return Module(str(path.relative_to(root)), ast.parse(text), len(text.splitlines()))


def modules(*rooms: str) -> tuple[Module, ...]:
    return tuple(read(path) for room in rooms or ROOMS for path in sorted((ROOT / room).rglob("*.py")))


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every name an import brings in, in full: `from aiohttp import web` is `aiohttp.web`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node, f"{start}.{alias.name}") for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
