"""Every machine there is: whoever draws, checks or lists all of them goes along this."""

from domain.cash_day import CASH_DAY
from domain.claim import CLAIM
from domain.invoice import INVOICE
from domain.invoice_set import INVOICE_SET
from domain.machine import Machine
from domain.payment import PAYMENT
from domain.plan import PLAN

MACHINES: tuple[Machine, ...] = (INVOICE, INVOICE_SET, PAYMENT, CLAIM, CASH_DAY, PLAN)
