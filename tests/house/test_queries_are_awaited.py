"""A query nobody awaits does nothing and says nothing; mypy sees forgotten coroutines, but a query is not one."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.source import Module, modules

BEGINNINGS = {"filter", "exclude", "all", "bulk_create", "bulk_update"}


def chain(node: ast.expr) -> Iterator[str]:
    """The names called one after the other, last first: `Invoice.filter(…).update(…)` is update, filter."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.attr
        node = node.func.value


def forgotten(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Expr) and BEGINNINGS & set(chain(node.value)):
            yield module.at(node, ast.unparse(node)[:80])


def test_every_query_is_awaited():
    assert [fault for module in modules() for fault in forgotten(module)] == []


@pytest.mark.parametrize("code", ["Invoice.filter(id=1).update(paid=True)", "Invoice.bulk_create(drafts)"])
def test_a_forgotten_query_is_seen(code: str):
    assert list(forgotten(Module("billing/planted.py", ast.parse(code), 1)))
    assert not list(forgotten(Module("billing/planted.py", ast.parse(f"async def pay():\n await {code}"), 2)))
