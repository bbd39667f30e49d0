"""The house's manner, as far as a machine can read it. What is beautiful is for people to say."""

import ast
import re

from tests.support.source import ROOT, functions, modules, read

NOT_TRADES = ("Manager", "Helper", "Util", "Utils", "Service", "Base")


def test_a_module_begins_by_saying_what_lives_here():
    assert [module.path for module in modules() if module.tree.body and not ast.get_docstring(module.tree)] == []


def test_a_file_has_one_subject():
    assert [f"{module.path}: {module.lines} lines" for module in modules() if module.lines > 300] == []


def test_a_function_fits_on_a_screen():
    long = [
        module.at(function, f"{function.name} has {function.end_lineno - function.lineno + 1} lines")
        for module in modules()
        for function in functions(module.tree)
        if function.end_lineno - function.lineno >= 50
    ]
    assert long == []


def test_names_come_from_the_trade():
    classes = [
        (module, node) for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)
    ]
    assert [module.at(node, node.name) for module, node in classes if node.name.endswith(NOT_TRADES)] == []


def test_nothing_is_swallowed():
    handlers = [
        (module, node) for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler)
    ]
    swallowed = [module.at(node, "swallowed") for module, node in handlers if isinstance(node.body[0], ast.Pass)]
    assert swallowed == []


def test_tests_use_real_parts():
    tests = [read(path) for path in sorted((ROOT / "tests").rglob("*.py")) if FAKES.search(path.read_text())]
    faked = [module.path for module in tests for node in ast.walk(module.tree) if is_fake(node)]
    assert faked == []


FAKES = re.compile("mock|setattr")
"""Parsing all tests takes three seconds: those that have none of these words have no fake."""


def is_fake(node: ast.AST) -> bool:
    """A mock, or a part of ours patched; `monkeypatch.setenv` and the like move the world, not our code."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith(("unittest", "mock"))
    if isinstance(node, ast.Attribute):
        return node.attr == "setattr" and ast.unparse(node.value) == "monkeypatch"
    return False
