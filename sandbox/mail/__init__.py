"""The mailboxes' stand-in: a real SMTP server outside, mail that can be read inside."""

from sandbox.mail.inbox import Inbox
from sandbox.mail.letter import Attachment, Mail
from sandbox.mail.mailbox import Mailbox

__all__ = ["Attachment", "Inbox", "Mail", "Mailbox"]
