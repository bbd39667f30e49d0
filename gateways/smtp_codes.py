"""What a mail server's refusals mean to the practice: data, by RFC 3463's enhanced codes, then by SMTP's own.

Source: RFC 3463, the IANA registry of enhanced status codes, RFC 5321; read 2026-11-20.
"""

_OTHER = "Ask the patient for another address, or use a text or a letter."
_SPAM = "Look at the wording, and at SPF, DKIM and DMARC of the sender's domain."
_LOGIN = "Correct the user and password in SMTP_URL."

SENTENCES: dict[str, tuple[str, str]] = {
    "X.1.1": ("bad_address", f"There is no such mailbox. {_OTHER}"),
    "X.1.2": ("bad_address", f"There is no such mail domain. {_OTHER}"),
    "X.1.3": ("bad_address", "The email address is not one that mail can be sent to. Correct it."),
    "X.1.6": ("bad_address", f"The mailbox has moved and left no address. {_OTHER}"),
    "X.1.7": ("our_fault", "The server does not accept the sender's address. Correct it in app.yaml."),
    "X.1.8": ("our_fault", "The server does not accept the sender's address. Correct it in app.yaml."),
    "X.1.10": ("bad_address", f"The mail domain takes no mail. {_OTHER}"),
    "X.2.1": ("bad_address", f"The mailbox is switched off. {_OTHER}"),
    "X.2.2": ("mailbox_full", "The mailbox is full."),
    "X.2.3": ("too_large", "The mail is larger than the mailbox takes. Send the link instead of the file."),
    "X.3.4": ("too_large", "The mail is larger than the server takes. Send the link instead of the file."),
    "X.7.0": ("our_fault", "The mail server did not let us in."),
    "X.7.1": ("filtered", f"The server does not want this mail. {_SPAM}"),
    "X.7.8": ("our_fault", f"The mail server does not accept our password. {_LOGIN}"),
    "X.7.26": ("filtered", f"The server could not tell that the mail is ours. {_SPAM}"),
    "421": ("unavailable", "The mail server is closing for the moment."),
    "450": ("unavailable", "The mailbox cannot be reached at the moment."),
    "451": ("unavailable", "The mail server had an error of its own."),
    "452": ("unavailable", "The mail server has no room at the moment."),
    "530": ("our_fault", f"The mail server asks for a login. {_LOGIN}"),
    "535": ("our_fault", f"The mail server does not accept our password. {_LOGIN}"),
    "550": ("bad_address", f"The server does not take mail for this mailbox. {_OTHER}"),
    "551": ("bad_address", f"The mailbox has moved. {_OTHER}"),
    "552": ("too_large", "The mail is larger than the mailbox takes. Send the link instead of the file."),
    "553": ("bad_address", "The email address is not one that mail can be sent to. Correct it."),
    "554": ("refused", f"The server refused the mail. {_SPAM}"),
}


def meaning(code: int, enhanced: str | None) -> tuple[str, str]:
    """Our word for it, and a sentence."""
    general = f"X.{enhanced.partition('.')[2]}" if enhanced else ""
    return SENTENCES.get(general) or SENTENCES.get(str(code)) or ("refused", "The mail server refused the mail.")
