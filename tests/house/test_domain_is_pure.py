"""The mind knows nothing of the world: no vendor, no other room, no waiting, no clock, no dice."""

import ast
import sys
from collections.abc import Iterator

from tests.support.source import Module, imported, modules

WAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef)
CLOCKS = {"now", "today", "utcnow", "monotonic", "perf_counter", "time_ns"}
DICE_AND_CLOCKS = {"random", "secrets", "time", "uuid.uuid1", "uuid.uuid4"}


def is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)


def declarations(module: Module) -> set[ast.AST]:
    """The `async def` lines that only say what a door offers: those of the protocols in ports.py."""
    if module.path != "domain/ports.py":
        return set()
    return {
        method
        for protocol in ast.walk(module.tree)
        if is_protocol(protocol)
        for method in protocol.body
        if isinstance(method, ast.AsyncFunctionDef) and all(isinstance(line, ast.Expr) for line in method.body)
    }


def strangers(module: Module) -> Iterator[str]:
    for node, name in imported(module.tree):
        if name.split(".")[0] not in {*sys.stdlib_module_names, "domain"}:
            yield module.at(node, f"imports {name}")


def waits(module: Module) -> Iterator[str]:
    declared = declarations(module)
    for node in ast.walk(module.tree):
        if isinstance(node, WAITING) and node not in declared:
            yield module.at(node, f"{type(node).__name__} in a room that never waits")


def reads_of_the_world(module: Module) -> Iterator[str]:
    for node, name in imported(module.tree):
        if name in DICE_AND_CLOCKS or name.split(".")[0] in DICE_AND_CLOCKS:
            yield module.at(node, f"imports {name}; pass the value in")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield module.at(node, f"calls {ast.unparse(node.func)}(); `now` and `today` are arguments")


def test_the_domain_imports_the_standard_library_and_itself_only():
    assert [fault for module in modules("domain") for fault in strangers(module)] == []


def test_the_domain_never_waits():
    assert [fault for module in modules("domain") for fault in waits(module)] == []


def test_the_domain_is_told_the_time_and_throws_no_dice():
    assert [fault for module in modules("domain") for fault in reads_of_the_world(module)] == []


def test_these_rules_see_what_they_forbid():
    def planted(code: str, path: str = "domain/planted.py") -> Module:
        return Module(path, ast.parse(code), 1)

    assert list(strangers(planted("from models.invoice import Invoice"))) == [
        "domain/planted.py:1: imports models.invoice.Invoice"
    ]
    assert len(list(waits(planted("async def send(): await door.send()")))) == 2
    assert len(list(reads_of_the_world(planted("import random\ndue = date.today()")))) == 2
    port = "class Door(Protocol):\n async def send(self) -> None: ...\nasync def loose(): ..."
    assert len(list(waits(planted(port, "domain/ports.py")))) == 1
    assert len(list(waits(planted(port)))) == 2
