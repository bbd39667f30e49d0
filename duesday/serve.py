"""The service: the house, open to requests and at work until it is told to stop. Knows nothing of the sandbox."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import structlog

from domain.practice import Practice
from duesday.assembly import House, open_house
from duesday.environment import Environment, EnvironmentMistakes
from duesday.loop import NEW_LOOP
from duesday.opening import checked_practice
from handlers.listening import answering, taken

PATIENCE = 5.0
"""Seconds for what is in hand when the service is told to stop."""

log = structlog.get_logger()


def run(service: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=NEW_LOOP) as runner:
        runner.run(service)


async def serve_until_stopped(*, host: str, port: int, jobs: bool, socket_mode: bool) -> None:
    """Answers as soon as everything stands; leaves in the opposite order: the door first, the books last."""
    environment, practice = _servable()
    _refuse_deaf_slack(environment, socket_mode=socket_mode)
    address, told = taken(host, port), told_to_stop()
    async with open_house(environment, practice) as house, AsyncExitStack() as open_until:
        if jobs:
            await open_until.enter_async_context(working(house))
        if socket_mode:
            await open_until.enter_async_context(_socket(environment, house))
        await open_until.enter_async_context(answering(house.web, address, patience=PATIENCE))
        log.info("ready", address=f"http://{host}:{address.getsockname()[1]}", jobs=jobs, socket_mode=socket_mode)
        await told.wait()
        log.info("stopping")
    log.info("stopped")


async def work_until_stopped() -> None:
    environment, practice = _servable()
    told = told_to_stop()
    async with open_house(environment, practice) as house, working(house):
        log.info("working")
        await told.wait()
        log.info("stopping")
    log.info("stopped")


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    """The pump and the clock run inside. What is cut short at the end comes up again when its lease ends."""
    await house.pump.start()
    house.scheduler.start()
    try:
        yield
    finally:
        house.scheduler.shutdown(wait=False)
        await house.pump.stop(patience=PATIENCE)


def _servable() -> tuple[Environment, Practice]:
    environment = Environment()
    environment.refuse_unless_servable()
    practice = checked_practice(environment)
    for sentence in environment.doors_off():
        log.warning("door off", why=sentence)
    return environment, practice


def _refuse_deaf_slack(environment: Environment, *, socket_mode: bool) -> None:
    """Cards that nobody can press are worse than none."""
    if socket_mode and environment.slack_app_token is None:
        raise EnvironmentMistakes(
            ["SLACK_APP_TOKEN is not set, and --socket-mode needs it: it is in Slack's app settings."]
        )
    if environment.slack_bot_token and not environment.slack_signing_secret and not socket_mode:
        raise EnvironmentMistakes(["SLACK_SIGNING_SECRET is not set: set it, or start with --socket-mode."])


def _socket(environment: Environment, house: House) -> AbstractAsyncContextManager[None]:
    from bot.socket import listening_by_socket

    token = environment.slack_app_token
    return listening_by_socket(
        house.slack, app_token=token.get_secret_value() if token else "", api_url=environment.slack_api_url
    )


def told_to_stop() -> asyncio.Event:
    """Set by the first Ctrl-C or SIGTERM; a second one ends the process at once."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return told
