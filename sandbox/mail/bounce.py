"""A bounce as mail servers write it (RFC 3464): a note, a machine-readable status, the headers of what came back."""

from datetime import datetime
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from sandbox.mail.letter import Mail

HOST = "mx.sandbox.test"


def bounce(mail: Mail, recipient: str, status: str, *, at: datetime) -> bytes:
    failed = status.startswith("5")
    report = MIMEMultipart("report", report_type="delivery-status", policy=SMTP)
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
    report["To"] = mail.sender
    report["Subject"] = "Undelivered Mail Returned to Sender" if failed else "Delayed Mail (still being retried)"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = make_msgid(domain=HOST)
    report["Auto-Submitted"] = "auto-replied"
    words = "could not be delivered" if failed else "has not been delivered yet"
    report.attach(MIMEText(f"Your message to {recipient} {words}. Status {status}.\r\n"))
    report.attach(_delivery_status(recipient, status, failed=failed, at=at))
    headers = MIMEText(mail.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace"), "rfc822-headers")
    report.attach(headers)
    return report.as_bytes()


def _delivery_status(recipient: str, status: str, *, failed: bool, at: datetime) -> MIMEBase:
    whole, one = Message(), Message()
    whole["Reporting-MTA"] = f"dns; {HOST}"
    whole["Arrival-Date"] = format_datetime(at)
    one["Final-Recipient"] = f"rfc822; {recipient}"
    one["Action"] = "failed" if failed else "delayed"
    one["Status"] = status
    one["Diagnostic-Code"] = f"smtp; {'550' if failed else '450'} {status} rejected by the sandbox"
    part = MIMEBase("message", "delivery-status")
    part.set_payload([whole, one])
    return part
