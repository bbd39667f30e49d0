"""Secrets and addresses from the environment and .env, refused when half set. The practice's choices: app.yaml."""

from base64 import b64decode
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 32
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""How every uncompressed public key on that curve begins in DER; 64 bytes follow."""
MAKE_A_KEY = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


_COSTS = {
    "slack_bot_token": "Slack is off. No cards, no commands, and nobody hears of a reply.",
    "twilio_account_sid": "texts are off. Steps that text send nothing, unless they may fall back to mail.",
    "smtp_url": "mail is off. Bills, receipts and reminders by mail do not go out.",
    "sendgrid_webhook_key": "results of mails are off. A mail that comes back later counts as sent.",
    "stripe_api_key": "card payment is off. Patients see the practice's payment instructions.",
}


class EnvironmentMistakes(Exception):
    """Every reason why Duesday cannot start with these variables, a sentence each, with no secret in any."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Environment(BaseSettings):
    """Read when it is made. An empty variable is one that is not set; what is not listed here is not ours to read."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    duesday_config: Path = Path("app.yaml")
    database_url: SecretStr = SecretStr("sqlite://var/duesday.db")
    public_url: str | None = None
    secret_key: SecretStr | None = None

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str | None = None

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_api_url: str | None = None

    smtp_url: SecretStr | None = None
    sendgrid_webhook_key: SecretStr | None = None

    stripe_api_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_url: str | None = None

    def model_post_init(self, context: Any, /) -> None:
        # Not a ValueError: pydantic would wrap it, and quote what it was given.
        if sentences := [*self._wrong_addresses(), *self._half_set_doors()]:
            raise EnvironmentMistakes(sentences)

    def doors_off(self) -> list[str]:
        """What is not set up, and what that costs: a line each for the start's log."""
        return [f"{name.upper()} is not set: {cost}" for name, cost in _COSTS.items() if not self._is_set(name)]

    def refuse_unless_servable(self) -> None:
        """What only the service needs: an address patients can open, and the key that signs what they are sent."""
        missing = []
        if self.secret_key is None:
            missing.append(f"SECRET_KEY is not set. It signs patients' links; {MAKE_A_KEY}")
        if self.public_url is None:
            missing.append(
                "PUBLIC_URL is not set. Patients' links and webhooks begin with it, like https://billing.example.com"
            )
        if missing:
            raise EnvironmentMistakes(missing)

    def _is_set(self, name: str) -> bool:
        return getattr(self, name) is not None

    def _wrong_addresses(self) -> list[str]:
        wrong = []
        if self.public_url is not None and not _is_public(self.public_url):
            wrong.append(
                "PUBLIC_URL must begin with https:// and name a host (http:// only on this machine itself), like https://billing.example.com"
            )
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < SHORTEST_KEY:
            wrong.append(f"SECRET_KEY is shorter than {SHORTEST_KEY} characters; {MAKE_A_KEY}")
        if _scheme(self.database_url.get_secret_value()) not in ("sqlite", "postgres", "postgresql"):
            wrong.append("DATABASE_URL must begin with sqlite:// or postgres://, like sqlite://var/duesday.db")
        if self.smtp_url is not None and not _is_address(self.smtp_url.get_secret_value(), "smtp", "smtps"):
            wrong.append(
                "SMTP_URL must be smtp:// or smtps:// with a host, like smtp://user:password@mail.example.com:587"
            )
        if self.sendgrid_webhook_key is not None and not _is_public_key(self.sendgrid_webhook_key.get_secret_value()):
            wrong.append("SENDGRID_WEBHOOK_KEY must be the public key that SendGrid shows for its Signed Event Webhook")
        wrong += [
            f"{name.upper()} must be http:// or https:// with a host; leave it out for the provider's own"
            for name in ("slack_api_url", "twilio_api_url", "stripe_api_url")
            if self._is_set(name) and not _is_address(getattr(self, name), "http", "https")
        ]
        return wrong

    def _half_set_doors(self) -> list[str]:
        pairs = (
            ("slack_signing_secret", "slack_bot_token"),
            ("slack_app_token", "slack_bot_token"),
            ("twilio_account_sid", "twilio_auth_token"),
            ("twilio_auth_token", "twilio_account_sid"),
            ("sendgrid_webhook_key", "smtp_url"),
            ("stripe_api_key", "stripe_webhook_secret"),
            ("stripe_webhook_secret", "stripe_api_key"),
        )
        half = [
            f"{given.upper()} is set and {needed.upper()} is not: set it too, or leave both out."
            for given, needed in pairs
            if self._is_set(given) and not self._is_set(needed)
        ]
        if self._is_set("slack_bot_token") and not (
            self._is_set("slack_signing_secret") or self._is_set("slack_app_token")
        ):
            half.append(
                "SLACK_BOT_TOKEN is set, but neither SLACK_SIGNING_SECRET (for HTTP) nor SLACK_APP_TOKEN (Socket Mode) "
                "is: set one of them, or leave all out."
            )
        return half


def _scheme(url: str) -> str:
    return url.partition("://")[0] if "://" in url else ""


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


def _is_public_key(written: str) -> bool:
    try:
        key = b64decode(written, validate=True)
    except ValueError:
        return False
    return key.startswith(P256) and len(key) == len(P256) + 64


def _is_public(url: str) -> bool:
    if not _is_address(url, "http", "https"):
        return False
    parts = urlsplit(url)
    bare = not (parts.query or parts.fragment or parts.username)
    return bare and (parts.scheme == "https" or _is_this_machine(parts.hostname or ""))


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
