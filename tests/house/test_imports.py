"""Where an import may stand, that none leads back to itself, and the one door that import-linter can't name."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.support.source import ROOMS, Module, functions, imported, modules

# A heavy vendor loaded late on purpose: (module, what it imports) and why. Anything else dodges a circle.
LATE: dict[tuple[str, str], str] = {
    (
        "duesday/cli.py",
        "duesday.faults.sentences_of",
    ): "half a second of rooms, for which a list of commands has no use",
    ("duesday/serve.py", "bot.socket.listening_by_socket"): "Bolt's adapter loads a second Bolt; few use Socket Mode",
}


def late_imports(module: Module) -> Iterator[tuple[str, str]]:
    for function in functions(module.tree):
        yield from ((module.path, name) for _, name in imported(function))


def web_servers(module: Module) -> Iterator[str]:
    for node, name in imported(module.tree):
        if f"{name}.".startswith("aiohttp.web."):
            yield module.at(node, "imports aiohttp.web")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "web" and ast.unparse(node.value) == "aiohttp":
            yield module.at(node, "uses aiohttp.web")


def circle(*packages: str) -> list[str]:
    """The modules of one, if there is any; an import for the type checker's eyes alone is an import."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    order = TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    try:
        order.prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_imports_stand_at_the_top():
    assert {late for module in modules() for late in late_imports(module)} == set(LATE)


def test_imports_run_in_no_circle():
    assert circle(*ROOMS) == []


def test_aiohttp_serves_in_handlers_and_the_sandbox_only():
    others = [room for room in ROOMS if room not in {"handlers", "sandbox"}]
    assert [fault for module in modules(*others) for fault in web_servers(module)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from aiohttp import web",
        "import aiohttp.web",
        "from aiohttp.web import Response",
        "import aiohttp\naiohttp.web.run_app(app)",
    ],
)
def test_a_web_server_in_the_wrong_room_is_seen(code: str):
    assert list(web_servers(Module("billing/planted.py", ast.parse(code), 1)))


def test_a_late_import_is_seen():
    planted = Module("billing/planted.py", ast.parse("def pay():\n if late:\n  from models import invoice"), 3)
    assert list(late_imports(planted)) == [("billing/planted.py", "models.invoice")]


@pytest.mark.parametrize("back", ["from planted import pay", "if TYPE_CHECKING:\n  from planted.pay import Payment"])
def test_a_circle_is_seen(back: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)
    room = tmp_path / "planted"
    room.mkdir()
    for name, code in {"__init__": "", "pay": "from planted import till", "till": back}.items():
        (room / f"{name}.py").write_text(code)
    assert set(circle("planted")) == {"planted.pay", "planted.till"}
