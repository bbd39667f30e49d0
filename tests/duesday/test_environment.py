"""The environment through its real door: variables and a .env file, in a process that has no others."""

import re
from base64 import b64encode
from pathlib import Path

import pytest

from duesday.environment import P256, Environment, EnvironmentMistakes

ROOT = Path(__file__).parents[2]
VARIABLES = """
DUESDAY_CONFIG DATABASE_URL PUBLIC_URL SECRET_KEY SLACK_BOT_TOKEN SLACK_SIGNING_SECRET SLACK_APP_TOKEN SLACK_API_URL
TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_API_URL SMTP_URL SENDGRID_WEBHOOK_KEY STRIPE_API_KEY STRIPE_WEBHOOK_SECRET
STRIPE_API_URL
"""
CONTRACT = set(VARIABLES.split())
SECRET = "s3cr3t-never-shown"
PUBLIC_KEY = b64encode(P256 + bytes(64)).decode()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without .env, and none of our variables set."""
    monkeypatch.chdir(tmp_path)
    for name in CONTRACT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch):
    def sentences(**variables: str) -> list[str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(EnvironmentMistakes) as refusal:
            Environment()
        assert SECRET not in str(refusal.value)
        return refusal.value.sentences

    return sentences


def test_the_variables_are_the_contracts_and_no_others() -> None:
    assert {name.upper() for name in Environment.model_fields} == CONTRACT


def test_the_example_names_every_variable_once_and_sets_nothing_secret() -> None:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if re.match(r"[A-Z_]+=", line)]
    said = dict(line.split("=", 1) for line in lines)
    assert len(lines) == len(said)
    assert set(said) == CONTRACT
    assert {name for name, value in said.items() if value} == {"DUESDAY_CONFIG", "DATABASE_URL"}


def test_with_nothing_set_every_door_is_off_and_says_what_that_costs() -> None:
    environment = Environment()
    assert [sentence.split(" ")[0] for sentence in environment.doors_off()] == [
        "SLACK_BOT_TOKEN",
        "TWILIO_ACCOUNT_SID",
        "SMTP_URL",
        "SENDGRID_WEBHOOK_KEY",
        "STRIPE_API_KEY",
    ]
    assert environment.database_url.get_secret_value() == "sqlite://var/duesday.db"
    assert environment.duesday_config == Path("app.yaml")


def test_a_copied_example_is_the_same_as_nothing_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert Environment() == Environment(_env_file=None)


def test_a_dotenv_file_is_read_others_variables_in_it_are_left_alone_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "SMTP_URL=smtp://mail.example.com\nPUBLIC_URL=https://a.example\nCOMPOSE_PROJECT_NAME=x\n"
    )
    monkeypatch.setenv("PUBLIC_URL", "https://b.example")
    environment = Environment()
    assert environment.public_url == "https://b.example"
    assert not any(sentence.startswith("SMTP_URL") for sentence in environment.doors_off())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_BOT_TOKEN"}, {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}),
        ({"SLACK_SIGNING_SECRET"}, {"SLACK_BOT_TOKEN"}),
        ({"SLACK_APP_TOKEN"}, {"SLACK_BOT_TOKEN"}),
        ({"TWILIO_ACCOUNT_SID"}, {"TWILIO_AUTH_TOKEN"}),
        ({"TWILIO_AUTH_TOKEN"}, {"TWILIO_ACCOUNT_SID"}),
        ({"SENDGRID_WEBHOOK_KEY"}, {"SMTP_URL"}),
        ({"STRIPE_API_KEY"}, {"STRIPE_WEBHOOK_SECRET"}),
        ({"STRIPE_WEBHOOK_SECRET"}, {"STRIPE_API_KEY"}),
    ],
)
def test_a_half_set_door_is_refused_and_the_missing_half_named(refused, given: set[str], named: set[str]) -> None:
    right = {"SENDGRID_WEBHOOK_KEY": PUBLIC_KEY}
    [sentence] = refused(**{name: right.get(name, SECRET) for name in given})
    assert named <= set(re.findall(r"[A-Z_]{6,}", sentence))


@pytest.mark.parametrize(
    "whole",
    [
        {"SLACK_BOT_TOKEN": SECRET, "SLACK_SIGNING_SECRET": SECRET},
        {"SLACK_BOT_TOKEN": SECRET, "SLACK_APP_TOKEN": SECRET},
        {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": SECRET},
        {"SMTP_URL": f"smtp://user:{SECRET}@mail.example.com:587"},
        {"STRIPE_API_KEY": SECRET, "STRIPE_WEBHOOK_SECRET": SECRET},
    ],
)
def test_a_whole_door_is_open_and_its_secret_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, whole: dict[str, str]
) -> None:
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    environment = Environment()
    assert len(environment.doors_off()) == 4
    assert SECRET not in repr(environment) + str(environment) + repr(environment.doors_off())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "billing.example.com"),
        ("PUBLIC_URL", "http://billing.example.com"),
        ("PUBLIC_URL", "ftp://billing.example.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://host:port"),
        ("PUBLIC_URL", f"https://user:{SECRET}@billing.example.com"),
        ("PUBLIC_URL", "http://localhost.example.com"),
        ("SECRET_KEY", SECRET),
        ("DATABASE_URL", f"mysql://user:{SECRET}@host/db"),
        ("DATABASE_URL", "var/duesday.db"),
        ("SMTP_URL", f"https://user:{SECRET}@mail.example.com"),
        ("SMTP_URL", "mail.example.com:587"),
        ("SLACK_API_URL", "localhost:8080"),
        ("TWILIO_API_URL", "file:///etc/passwd"),
        ("STRIPE_API_URL", "http://"),
    ],
)
def test_a_wrong_address_or_key_is_refused_by_name(refused, name: str, value: str) -> None:
    [sentence] = refused(**{name: value})
    assert sentence.startswith(name)


@pytest.mark.parametrize(
    "key", [SECRET, "-----BEGIN PUBLIC KEY-----", b64encode(bytes(91)).decode(), b64encode(P256).decode()]
)
def test_a_key_that_sendgrid_would_not_show_is_refused(refused, key: str) -> None:
    [sentence] = refused(SMTP_URL="smtp://mail.example.com", SENDGRID_WEBHOOK_KEY=key)
    assert sentence.startswith("SENDGRID_WEBHOOK_KEY must be the public key")


@pytest.mark.parametrize(
    "url",
    [
        "https://billing.example.com",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "https://a.example/duesday",
    ],
)
def test_https_is_public_and_http_only_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", url)
    assert Environment().public_url == url


@pytest.mark.parametrize("url", ["sqlite://:memory:", f"postgres://u:{SECRET}@h/db", f"postgresql://u:{SECRET}@h/db"])
def test_both_databases_may_be_named_and_the_password_is_not_printed(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert Environment().database_url.get_secret_value() == url
    assert SECRET not in repr(Environment())


def test_every_mistake_is_said_at_once(refused) -> None:
    assert len(refused(PUBLIC_URL="x", SECRET_KEY=SECRET, TWILIO_AUTH_TOKEN=SECRET, STRIPE_API_KEY=SECRET)) == 4


def test_only_serving_needs_the_key_and_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentMistakes) as refusal:
        Environment().refuse_unless_servable()
    assert [sentence.split(" ")[0] for sentence in refusal.value.sentences] == ["SECRET_KEY", "PUBLIC_URL"]
    assert "token_urlsafe" in str(refusal.value)
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    monkeypatch.setenv("PUBLIC_URL", "https://billing.example.com")
    Environment().refuse_unless_servable()
