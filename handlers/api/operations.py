"""Everything that programs can ask for: one row each. Its checks, its answers and its page in the document follow."""

from handlers.api import (
    cash_days,
    charges,
    claims,
    drafts,
    events,
    invoices,
    jobs,
    patients,
    payments,
    plans,
    products,
    reports,
    sessions,
    sets,
    unbilled,
)
from handlers.api.operation import Operation

TABLE = (
    Operation("PUT", "/patients/{external_id}", "intake", patients.keep),
    Operation("PUT", "/sessions/{external_id}", "intake", sessions.complete),
    Operation("GET", "/charges", "read", charges.list_them),
    Operation("GET", "/unbilled", "read", unbilled.list_them),
    Operation("GET", "/invoices", "read", invoices.list_them),
    Operation("POST", "/invoices", "write", drafts.draft),
    Operation("GET", "/invoices/{id}", "read", invoices.show),
    Operation("PATCH", "/invoices/{id}", "write", drafts.change),
    Operation("DELETE", "/invoices/{id}", "write", drafts.delete),
    Operation("POST", "/invoices/{id}/send", "write", invoices.send),
    Operation("POST", "/invoices/{id}/void", "write", invoices.void),
    Operation("POST", "/invoices/{id}/archive", "write", invoices.archive),
    Operation("POST", "/invoices/{id}/payments", "write", invoices.pay),
    Operation("POST", "/invoices/{id}/late-fees/{period}/waive", "write", invoices.waive_fee),
    Operation("POST", "/invoices/bulk", "write", jobs.send_drafts),
    Operation("GET", "/payments", "read", payments.list_them),
    Operation("GET", "/payments/{id}", "read", payments.show),
    Operation("POST", "/payments/{id}/cancel", "write", payments.cancel),
    Operation("POST", "/payments/{id}/refund", "write", payments.refund),
    Operation("POST", "/patients/{external_id}/payments", "write", payments.take),
    Operation("POST", "/patients/{external_id}/credit", "write", payments.use_credit),
    Operation("POST", "/patients/{external_id}/plans", "write", plans.make),
    Operation("GET", "/plans/{id}", "read", plans.show),
    Operation("POST", "/plans/{id}/change", "write", plans.change),
    Operation("POST", "/plans/{id}/cancel", "write", plans.cancel),
    Operation("GET", "/claims", "read", claims.list_them),
    Operation("GET", "/claims/{external_id}", "read", claims.show),
    Operation("PUT", "/claims/{external_id}", "write", claims.put),
    Operation("POST", "/claims/{external_id}/bill_patient", "write", claims.bill),
    Operation("GET", "/cash-days", "read", cash_days.list_them),
    Operation("POST", "/cash-days", "write", cash_days.begin),
    Operation("GET", "/cash-days/{id}", "read", cash_days.show),
    Operation("POST", "/cash-days/{id}/pay_in", "write", cash_days.pay_in),
    Operation("POST", "/cash-days/{id}/pay_out", "write", cash_days.pay_out),
    Operation("POST", "/cash-days/{id}/close", "write", cash_days.close),
    Operation("GET", "/products", "read", products.list_them),
    Operation("PUT", "/products/{code}", "write", products.keep),
    Operation("POST", "/products/{code}/receive", "write", products.receive),
    Operation("POST", "/products/{code}/count", "write", products.count),
    Operation("GET", "/prices", "read", products.list_prices),
    Operation("PUT", "/prices/{code}", "write", products.price),
    Operation("GET", "/invoice-sets", "read", sets.list_them),
    Operation("POST", "/invoice-sets/bulk", "write", jobs.move_sets),
    Operation("GET", "/invoice-sets/{id}", "read", sets.show),
    Operation("GET", "/jobs/{id}", "read", jobs.show),
    Operation("GET", "/reports/{name}", "read", reports.show),
    Operation("GET", "/events", "read", events.list_them),
)

MOVES = tuple(
    Operation("POST", f"/invoice-sets/{{id}}/{move.name}", sets.scope_of(move), sets.moving(move), f"{move.label}.")
    for move in sets.MOVES
)

OPERATIONS = (*TABLE, *MOVES)
