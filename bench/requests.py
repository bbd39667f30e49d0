"""What Slack and Stripe send, as they sign it, each with an id of its own: written before anything is timed."""

import hashlib
import hmac
import json
from itertools import count
from time import time
from urllib.parse import urlencode

from bench.load import post
from bench.service import SLACK_SECRET, STRIPE_SECRET

PRESS_BYTES = 3_500
"""What a press of a button on a card of ours comes to, form-encoded."""

numbers = count(1)


def press() -> bytes:
    """A button pressed. Slack sends the whole message along, and it is most of the body."""
    n = next(numbers)
    payload = {
        "type": "block_actions",
        "api_app_id": "A0BENCH",
        "token": "deprecated",
        "trigger_id": f"{n}.bench",
        "team": {"id": "T0BENCH", "domain": "riverside"},
        "user": {"id": "U0BILLER1", "username": "dana", "name": "dana", "team_id": "T0BENCH"},
        "channel": {"id": "C0BILLING", "name": "billing-downtown"},
        "container": {"type": "message", "message_ts": "1789000000.000100", "channel_id": "C0BILLING"},
        "response_url": "https://hooks.slack.com/actions/T0BENCH/1/bench",
        "actions": [{"type": "button", "action_id": "pause", "block_id": "moves", "value": "7:1", "action_ts": "1.1"}],
        "message": {"type": "message", "user": "U0BOT", "ts": "1789000000.000100", "text": "INV-1042", "blocks": []},
    }
    lacking = PRESS_BYTES - len(_form(payload))
    payload["message"]["blocks"] = [
        {"type": "section", "block_id": f"b{each}", "text": {"type": "mrkdwn", "text": "Maria Garcia owes *$125.00*."}}
        for each in range(round(lacking / 166))
    ]
    body, stamp = _form(payload), str(int(time()))
    signature = hmac.new(SLACK_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }
    return post("/slack/events", body, headers)


def _form(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload, separators=(",", ":"))}).encode()


def paid() -> bytes:
    """A checkout completed."""
    n, stamp = next(numbers), int(time())
    session = {
        "id": f"cs_test_{n:058d}",
        "object": "checkout.session",
        "amount_total": 12_500,
        "currency": "usd",
        "client_reference_id": f"ref-{n}",
        "metadata": {"ref": f"ref-{n}"},
        "mode": "payment",
        "payment_intent": f"pi_{n:024d}",
        "payment_status": "paid",
        "status": "complete",
        "success_url": "https://billing.example.com/p/3q2-7wEAAABkYXRh/thanks",
        **{f"{name}_details": {"address": None, "email": None, "name": None, "phone": None} for name in "abcdefghij"},
    }
    event = {
        "id": f"evt_{n:024d}",
        "object": "event",
        "api_version": "2026-04-22",
        "created": stamp,
        "data": {"object": session},
        "livemode": False,
        "pending_webhooks": 1,
        "type": "checkout.session.completed",
    }
    body = json.dumps(event, indent=2).encode()
    signature = hmac.new(STRIPE_SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={signature}"}
    return post("/stripe/webhook", body, headers)
