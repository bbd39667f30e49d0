"""views.*: modals in stacks of three, and each person's App Home."""

from typing import Any

import orjson

from sandbox.slack import blockkit
from sandbox.slack.args import Args
from sandbox.slack.forms import starting_values, with_ids
from sandbox.slack.records import Refused, View
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

STACK_MOST = 3


def body_of(slack: Workspace, given: Any, surface: str) -> Json:
    if problems := blockkit.check_view(given, surface):
        raise Refused("invalid_arguments", *map(str, problems))
    if len(orjson.dumps(given)) > blockkit.VIEW_BYTES:
        raise Refused("view_too_large")
    return {**given, "blocks": with_ids(given["blocks"], slack.mint)}


def _external_id_is_free(slack: Workspace, body: Json, but: str = "") -> None:
    external = body.get("external_id")
    if external and any(
        each.body.get("external_id") == external and each.id != but for each in slack.kept.views.values()
    ):
        raise Refused("duplicate_external_id")


def raise_modal(slack: Workspace, user: str, given: Any) -> View:
    """Puts a modal on top of what the person has open."""
    body, stack = body_of(slack, given, "modal"), slack.kept.stacks.setdefault(user, [])
    if len(stack) >= STACK_MOST:
        raise Refused("push_limit_reached")
    _external_id_is_free(slack, body)
    view_id = slack.mint("V")
    root, previous = (stack[0], stack[-1]) if stack else (view_id, None)
    view = View(view_id, user, body, new_hash(slack), root, previous, starting_values(body["blocks"]))
    slack.kept.views[view_id] = view
    stack.append(view_id)
    slack.changed(f"user:{user}")
    return view


def redraw(slack: Workspace, view: View, given: Any) -> View:
    body = body_of(slack, given, view.body["type"])
    _external_id_is_free(slack, body, view.id)
    view.values = starting_values(body["blocks"], view.values)
    view.body, view.hash, view.errors = body, new_hash(slack), {}
    slack.changed(f"user:{view.user}")
    return view


def new_hash(slack: Workspace) -> str:
    return f"{slack.clock.now().timestamp():.0f}.{slack.mint('')}"


def drop_stack(slack: Workspace, user: str) -> None:
    for view_id in reversed(slack.kept.stacks.get(user, [])):
        slack.shut(view_id)


def open_view(slack: Workspace, args: Args) -> Json:
    """A new modal takes the place of whatever was open: Slack shows one stack at a time."""
    given = args.json("view")
    body_of(slack, given, "modal")
    trigger = slack.exchange(args.need("trigger_id"))
    drop_stack(slack, trigger.user)
    return {"view": slack.shown_view(raise_modal(slack, trigger.user, given))}


def push(slack: Workspace, args: Args) -> Json:
    given = args.json("view")
    body_of(slack, given, "modal")
    trigger = slack.exchange(args.need("trigger_id"))
    if trigger.view not in slack.kept.stacks.get(trigger.user, []):
        raise Refused("not_found")
    return {"view": slack.shown_view(raise_modal(slack, trigger.user, given))}


def update(slack: Workspace, args: Args) -> Json:
    external = args.text("external_id")
    by_external = (each for each in slack.kept.views.values() if external and each.body.get("external_id") == external)
    view = slack.kept.views.get(args.text("view_id")) or next(by_external, None)
    if view is None:
        raise Refused("not_found")
    _hash_matches(view, args)
    return {"view": slack.shown_view(redraw(slack, view, args.json("view")))}


def publish(slack: Workspace, args: Args) -> Json:
    user, given = args.need("user_id"), args.json("view")
    if user not in slack.kept.people:
        raise Refused("invalid_arguments", "user_not_found [json-pointer:/user_id]")
    if view := slack.home(user):
        _hash_matches(view, args)
        return {"view": slack.shown_view(redraw(slack, view, given))}
    body, view_id = body_of(slack, given, "home"), slack.mint("V")
    view = View(view_id, user, body, new_hash(slack), view_id, None, starting_values(body["blocks"]))
    slack.kept.views[view_id], slack.kept.homes[user] = view, view_id
    slack.changed(f"user:{user}")
    return {"view": slack.shown_view(view)}


def _hash_matches(view: View, args: Args) -> None:
    if "hash" in args and args.text("hash") != view.hash:
        raise Refused("hash_conflict")


METHODS = {"views.open": open_view, "views.push": push, "views.update": update, "views.publish": publish}
