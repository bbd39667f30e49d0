"""The one place where real doors are chosen and the rooms are put together into a house that runs."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pydantic import SecretStr

from billing.bulk_jobs import work_through
from billing.bulk_send import SEND, sending
from billing.paying_back import pay_back
from bot import intake as slack_intake
from bot.desk import Desk
from bot.drawing import Channels, draw_cards, post_lines
from bot.forms import check
from bot.listeners import bolt_app, dispatch
from bot.noticeboard import NAME as NOTICEBOARD
from bot.noticeboard import notice
from bot.people import Roster
from domain.errors import Refusal
from domain.ports import CardDoor, Clock, Json, PdfPrinter, Ports
from domain.practice import Practice
from duesday.environment import Environment
from gateways.pyx12_remittance import read_beside
from gateways.registry import gateway
from gateways.system_clock import SystemClock
from handlers import intake
from handlers.app import Application, web_app
from handlers.doors import Doors, Keep
from jobs.intake import Handle, vendor_handlers, work_off
from jobs.pump import Lane, Pump
from jobs.timetable import Turns, no_turns, run_ticks, timetable
from models import database
from models.change import on_commit
from models.group_commit import GroupCommit
from models.inbox import keeper
from models.invoices import Invoice
from models.migrate import migrate, pending
from models.people import Patient
from models.readers import read_on
from models.record import InboxItem
from outreach.bulk_moves import moving
from outreach.reactions import NAME as OUTREACH
from outreach.reactions import react
from outreach.sending import ABREAST, send_due

ASSETS = Path(__file__).resolve().parent.parent / "templates" / "pdf"

BURST_SECONDS = 0.5

Reader = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class House:
    """Everything that runs in one process over one database."""

    practice: Practice
    ports: Ports
    web: Application
    pump: Pump
    scheduler: AsyncIOScheduler
    turns: Turns
    slack: Any
    """Bolt's app, for Socket Mode; None when Slack is off."""

    async def tick(self, *names: str) -> dict[str, int]:
        """Everything that is due now, and everything that follows from it."""
        done = await run_ticks(names, practice=self.practice, ports=self.ports, turns=self.turns)
        await self.pump.drain()
        return done


@asynccontextmanager
async def open_house(
    environment: Environment,
    practice: Practice,
    *,
    clock: Clock | None = None,
    pdf: PdfPrinter | None = None,
    cards: CardDoor | None = None,
) -> AsyncIterator[House]:
    """Open the database, bring its schema up to date, choose the doors, and put the rooms together.

    A printer or a door that is brought along is left open: it may serve another house.
    """
    async with AsyncExitStack() as stack:
        await database.connect(environment.database_url.get_secret_value())
        stack.push_async_callback(database.close)
        await migrate()
        await refuse_lost_locations(practice)
        ports = await _ports(environment, stack, clock or SystemClock(), pdf, cards)
        keep = keeper()
        stack.push_async_callback(keep.close)
        yield _put_together(environment, practice, ports, keep)


async def refuse_lost_locations(practice: Practice) -> None:
    """A location that books or patients still belong to cannot just vanish from app.yaml."""
    used = set(await Patient.all().distinct().values_list("location", flat=True))
    used |= set(await Invoice.all().distinct().values_list("location", flat=True))
    if lost := sorted(str(name) for name in used - practice.locations.keys()):
        raise Refusal(
            "location_lost",
            f"app.yaml no longer has {', '.join(lost)}, and there are patients or invoices there."
            " Put the location back, or move them first.",
        )


async def _ports(
    environment: Environment, stack: AsyncExitStack, clock: Clock, pdf: PdfPrinter | None, cards: CardDoor | None
) -> Ports:
    """Each door whose secret is set; its vendor's library is loaded here and not before."""

    def door(made: Any) -> Any:
        stack.push_async_callback(made.close)
        return made

    env, public_url = environment, (environment.public_url or "").rstrip("/")
    return Ports(
        clock=clock,
        pdf=pdf or door(gateway("pdf", "xhtml2pdf")(ASSETS)),
        slack=door(gateway("slack", "slack")(_told(env.slack_bot_token), **_address(env.slack_api_url, "api_url")))
        if env.slack_bot_token
        else None,
        sms=door(
            gateway("sms", "twilio")(
                env.twilio_account_sid,
                _told(env.twilio_auth_token),
                public_url=public_url,
                **_address(env.twilio_api_url, "api_url"),
            )
        )
        if env.twilio_account_sid
        else None,
        mail=door(gateway("mail", "smtp")(_told(env.smtp_url), clock=clock)) if env.smtp_url else None,
        mail_events=gateway("mail_events", "sendgrid")(_told(env.sendgrid_webhook_key), clock=clock)
        if env.sendgrid_webhook_key
        else None,
        cards=cards
        or (
            door(
                gateway("cards", "stripe")(
                    _told(env.stripe_api_key),
                    _told(env.stripe_webhook_secret),
                    clock=clock,
                    **_address(env.stripe_api_url, "api_url"),
                )
            )
            if env.stripe_api_key
            else None
        ),
        public_url=public_url,
        secret_key=_told(env.secret_key).encode(),
    )


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _address(url: str | None, name: str) -> dict[str, str]:
    return {name: url} if url else {}


def _put_together(environment: Environment, practice: Practice, ports: Ports, inbox: GroupCommit) -> House:
    handlers: dict[str, Handle] = dict(vendor_handlers(practice=practice, ports=ports))
    handlers[intake.SOURCE] = partial(intake.work, practice, ports)
    keep = partial(_keep, inbox, ports.clock)
    bolt = None
    notices = partial(_read, NOTICEBOARD, notice, practice, ports)
    lanes = {
        "books": Lane(
            [
                partial(work_off, handlers, ports=ports, from_slack=False),
                partial(_read, OUTREACH, react, practice, ports),
                notices,
            ]
        ),
        **{f"sending {place}": Lane([partial(send_due, practice=practice, ports=ports)]) for place in range(ABREAST)},
        "refunds": Lane([partial(pay_back, practice=practice, ports=ports)]),
        "bulk": Lane([partial(_bulk, practice, ports)]),
    }
    if ports.slack is not None:
        desk = Desk(practice, ports, ports.slack, Roster(practice, ports.slack))
        handlers["slack"] = partial(slack_intake.work, desk)
        bolt = bolt_app(keep=partial(_keep_slack, keep), check=partial(check, desk))
        channels = Channels(ports.slack)
        draw = partial(draw_cards, practice=practice, ports=ports, channels=channels)
        # What people did is drawn in their own lane at once; what the house did, a burst at a time.
        lanes["slack"] = Lane([partial(work_off, handlers, ports=ports, from_slack=True), notices, draw])
        lanes["board"] = Lane([draw, partial(post_lines, ports=ports, channels=channels)], gathers=BURST_SECONDS)
    doors = Doors(
        practice=practice,
        ports=ports,
        keep=keep,
        read_remittance=partial(read_beside, currency=practice.currency),
        health=partial(_health, ports),
        slack_dispatch=partial(dispatch, bolt) if bolt else None,
        slack_signing_secret=_told(environment.slack_signing_secret) or None,
        metrics=practice.metrics,
        version=version("duesday"),
    )
    turns = no_turns()
    scheduler = timetable(practice=practice, ports=ports, turns=turns)
    return House(practice, ports, web_app(doors), Pump(lanes), scheduler, turns, bolt)


async def _bulk(practice: Practice, ports: Ports) -> int:
    """Jobs over many rows: by their kind, what is done with each."""
    deeds = {SEND: sending(practice), **moving(practice, ports)}
    return await work_through(deeds, now=ports.clock.now(), pulse=ports.clock.pulse())


async def _keep(
    inbox: GroupCommit, clock: Clock, source: str, external_id: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Durable before it is answered; then whoever works it off is told."""
    now = clock.now()
    new = await inbox.keep((source, external_id, json.dumps(dict(headers)) if headers else "", body, now, now, 0))
    for ring in on_commit:
        ring()
    return new


async def _keep_slack(keep: Keep, kind: str, external_id: str, payload: Json) -> bool:
    return await keep("slack", f"{kind}:{external_id}"[:200], {}, slack_intake.written(kind, payload))


async def _read(name: str, read: Reader, practice: Practice, ports: Ports) -> int:
    return await read_on(name, partial(read, practice=practice, ports=ports), now=ports.clock.now())


async def _health(ports: Ports) -> dict[str, object]:
    waiting = await InboxItem.filter(handled_at=None, due_at__lte=ports.clock.now()).count()
    return {"ready": not await pending(), "inbox_waiting": waiting}
