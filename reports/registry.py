"""Every report there is, by the name it is asked for."""

from reports.ageing import AGEING
from reports.cash import CASH
from reports.charged import LATE_FEES, TAX
from reports.invoices import INVOICES
from reports.payments import PAYMENTS
from reports.procedures import PROCEDURES
from reports.providers import PROVIDERS
from reports.refunds import REFUNDS
from reports.report import Report
from reports.unbilled import UNBILLED
from reports.write_offs import WRITE_OFFS

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        AGEING,
        PAYMENTS,
        INVOICES,
        PROCEDURES,
        CASH,
        UNBILLED,
        PROVIDERS,
        REFUNDS,
        WRITE_OFFS,
        LATE_FEES,
        TAX,
    )
}
