"""What Slack's refusals mean to a person: data, by Slack's own code. Codes not listed are final and named as they are.

Source: docs.slack.dev/reference/methods, each method's list of errors; read 2026-11-20.
"""

PASSING: dict[str, str] = {
    "ratelimited": "Slack asks us to slow down.",
    "rate_limited": "Slack asks us to slow down.",
    "service_unavailable": "Slack is not available at the moment.",
    "team_added_to_org": "The workspace is being moved to an organisation; Slack takes nothing until that is done.",
}
"""Nothing happened; the same call may work later."""

UNKNOWN: dict[str, str] = {
    "internal_error": "Slack had an error of its own; what was asked may have been done in part.",
    "fatal_error": "Slack had an error of its own; what was asked may have been done in part.",
    "request_timeout": "Slack did not read the whole request in time, or lost its answer.",
}
"""Slack itself says of these that part of the work may have been done."""

_INVITE = "Invite the app there (/invite) or choose another channel in app.yaml."
_REINSTALL = "Install the app again from `duesday manifest` and set the new SLACK_BOT_TOKEN."
_FORM_GONE = "Slack gives three seconds to open a form, and they have passed. Press the button again."

FINAL: dict[str, str] = {
    # the message
    "message_not_found": "The message is no longer in Slack: someone deleted it. A new one has to be posted.",
    "cant_update_message": "Slack lets only its author change a message, and this app is not the author of this one.",
    "edit_window_closed": "The workspace no longer allows changes to a message this old. A new one has to be posted.",
    "thread_not_found": "The thread no longer exists. The answer has to be posted in the channel.",
    "msg_too_long": "The text is longer than Slack takes.",
    "no_text": "Slack refuses a message without a text.",
    "invalid_blocks": "Slack does not accept the layout of this message or form: that is a mistake in the app.",
    "invalid_blocks_format": "Slack does not accept the layout of this message or form: that is a mistake in the app.",
    "invalid_arguments": "Slack does not accept the call as it was made: that is a mistake in the app.",
    "metadata_too_large": "Slack does not accept the message's metadata: that is a mistake in the app.",
    # the place
    "channel_not_found": f"The channel does not exist, or the app cannot see it. {_INVITE}",
    "not_in_channel": f"The app is not a member of the channel. {_INVITE}",
    "is_archived": "The channel is archived. Restore it or choose another in app.yaml.",
    "restricted_action": "The workspace's rules forbid the app to do this. Ask a workspace admin to allow it.",
    "restricted_action_thread_only_channel": "The channel takes threads only. Choose another in app.yaml.",
    "posting_to_general_channel_denied": "Apps may not post in the general channel. Choose another in app.yaml.",
    # the person
    "user_not_found": "Slack does not know this person: the account was removed, or is in another workspace.",
    "users_not_found": "Slack does not know this person: the account was removed, or is in another workspace.",
    "user_not_in_channel": "The person is not a member of the channel, so nothing can be shown to them there.",
    "user_disabled": "The person's Slack account is switched off.",
    "no_such_subteam": "The user group does not exist any more. Choose another in app.yaml.",
    # the form
    "expired_trigger_id": _FORM_GONE,
    "trigger_expired": _FORM_GONE,
    "exchanged_trigger_id": "The form was already opened by this press of the button.",
    "invalid_trigger_id": "Slack does not accept this press of the button. Press it again.",
    "hash_conflict": "The form was already changed by a later step, so this older picture of it was dropped.",
    "not_found": "The form was closed before it could be changed.",
    "view_too_large": "The form is larger than Slack takes: that is a mistake in the app.",
    "push_limit_reached": "Slack opens three forms on top of each other and no more.",
    "expired_url": "The answer came too late: Slack takes answers to a command for thirty minutes, five at most.",
    # the app
    "invalid_auth": f"Slack does not accept the app's token. {_REINSTALL}",
    "not_authed": f"Slack was given no token. {_REINSTALL}",
    "token_revoked": f"The app's token was withdrawn. {_REINSTALL}",
    "token_expired": f"The app's token has expired. {_REINSTALL}",
    "account_inactive": f"The app was removed from the workspace. {_REINSTALL}",
    "missing_scope": f"The app was not given a right it needs for this. {_REINSTALL}",
    "ekm_access_denied": "The organisation's key management has suspended the app's access. Ask a workspace admin.",
}
