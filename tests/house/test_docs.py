"""What the docs say is so: commands exist, links lead somewhere, named files are there, generated pages are current."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from duesday.cli import COMMANDS
from duesday.cli import app as duesday
from duesday.environment import Environment
from gateways.stripe_events import READERS
from tests.support.source import ROOMS, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

# Only what stands as code counts: prose may speak of what makes sense.
BLOCK = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```|((?:^(?: {4,})\S.*\n)+)", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
COMMAND = re.compile(r"^(?:sudo )?(?:\.venv/bin/)?(make|duesday)(?: (.*))?$")
LINK = re.compile(r"""(?:\]\(|src=")([^)\s"]+)""")
PATH = re.compile(r"^(?:[\w.-]+/)+[\w.-]*$|^[\w-]+\.(?:md|yaml|toml|lock)$")


def code(text: str) -> Iterator[str]:
    for fenced, indented in BLOCK.findall(text):
        yield from (line.strip() for line in (fenced or indented).splitlines())
    yield from INLINE.findall(text)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in code(text):
        if found := COMMAND.match(line):
            yield found[1], (found[2] or "").partition("#")[0].split("→")[0].split()


def wrong_commands(text: str) -> list[str]:
    return [f"{name} {' '.join(words)}" for name, words in commands(text) if words and not exists(name, words)]


def exists(name: str, words: list[str]) -> bool:
    if name == "make":
        return all(word in TARGETS for word in words if "=" not in word)
    return words[0].startswith("-") or (words[0] in COMMANDS and set(options_in(words)) <= options_of(words))


def options_in(words: list[str]) -> Iterator[str]:
    return (word.partition("=")[0] for word in words[1:] if word.startswith("-"))


def options_of(words: list[str]) -> set[str]:
    """As the command line itself knows them, of the command or of the command below it."""
    group = typer.main.get_command(duesday)
    context = typer.Context(group)
    command = group.resolve_command(context, words[:1])[1]
    known = getattr(command, "commands", {})
    if len(words) > 1 and words[1] in known:
        command = known[words[1]]
    return {option for each in command.params for option in each.opts}


def broken_links(page: Path, text: str) -> list[str]:
    targets = (link.partition("#")[0] for link in LINK.findall(text))
    return [each for each in targets if each and "://" not in each and not (page.parent / each).exists()]


def missing_paths(text: str) -> list[str]:
    """Whatever is written as code and begins like a room or folder of ours."""
    ours = {*ROOMS, "docs", "tests", "templates", "migrations", "bench", "sandbox"}
    named = {each for each in INLINE.findall(text) if PATH.match(each) and each.split("/")[0] in ours}
    return sorted(each for each in named if not (ROOT / each).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path):
    assert wrong_commands(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(page: Path):
    assert broken_links(page, page.read_text()) == []


@pytest.mark.parametrize(
    "name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/running.md", "docs/sandbox.md", "docs/slack.md"]
)
def test_every_file_that_is_named_is_there(name: str):
    assert missing_paths((ROOT / name).read_text()) == []


@pytest.mark.parametrize("adr", sorted((ROOT / "docs/adr").glob("0*.md")), ids=lambda adr: adr.stem)
def test_a_decision_says_why_and_what_it_costs_and_names_what_is_there(adr: Path):
    text = adr.read_text()
    number = int(adr.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "What it costs"]
    assert missing_paths(text) == []
    assert f"({adr.name})" in (ROOT / "docs/adr/README.md").read_text()


def test_the_generated_pages_are_current():
    check = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (check.returncode, check.stderr) == (0, "")


def test_a_page_that_lags_behind_is_noticed(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/states.md").write_text(generate.states_page() + "and more\n")
    (tmp_path / "docs/api.md").write_text(generate.api_page())
    assert generate.stale(tmp_path) == ["docs/states.md"]


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 120


def test_every_variable_of_the_environment_is_told():
    told = (ROOT / "docs/running.md").read_text(), (ROOT / ".env.example").read_text()
    for name in Environment.model_fields:
        assert all(name.upper() in text for text in told), name


def test_every_event_of_stripes_that_is_read_is_told():
    text = (ROOT / "docs/running.md").read_text()
    # An older name of refund.updated, which new endpoints no longer offer.
    assert [event for event in READERS if event not in text] == ["charge.refund.updated"]


def test_every_library_has_its_reason():
    reasons = (ROOT / "docs/adr/0001-libraries.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    needed = re.findall(r'^ {4}"([a-z0-9-]+)', project.split("dependencies = [")[1].split("\n]")[0], re.MULTILINE)
    assert len(needed) > 15
    assert [name for name in needed if name not in reasons] == []


@pytest.mark.parametrize(
    "text",
    [
        "    make everything\n",
        "Run `duesday manifest`.",
        "```\nduesday tidy\n```\n",
        "`duesday report ageing --colour`",
    ],
)
def test_a_command_that_does_not_exist_is_seen(text: str):
    assert len(wrong_commands(text)) == 1


def test_a_link_and_a_file_that_are_not_there_are_seen():
    assert broken_links(ROOT / "README.md", '[a](docs/nowhere.md) [b](https://example.com) <img src="c.png">') == [
        "docs/nowhere.md", "c.png",
    ]  # fmt: skip
    assert missing_paths("`billing/nothing.py` and `billing/books.py`") == ["billing/nothing.py"]
