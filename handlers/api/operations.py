"""Everything that programs can ask for: one row each. Its checks, its answers and its page in the document follow."""

from handlers.api import charges, events, invoices, jobs, patients, reports, sessions, sets
from handlers.api.operation import Operation

TABLE = (
    Operation("PUT", "/patients/{external_id}", "intake", patients.keep),
    Operation("PUT", "/sessions/{external_id}", "intake", sessions.complete),
    Operation("GET", "/charges", "read", charges.list_them),
    Operation("GET", "/invoices", "read", invoices.list_them),
    Operation("POST", "/invoices", "write", invoices.draft),
    Operation("GET", "/invoices/{id}", "read", invoices.show),
    Operation("POST", "/invoices/{id}/send", "write", invoices.send),
    Operation("POST", "/invoices/{id}/void", "write", invoices.void),
    Operation("POST", "/invoices/{id}/payments", "write", invoices.pay),
    Operation("GET", "/invoice-sets", "read", sets.list_them),
    Operation("GET", "/invoice-sets/{id}", "read", sets.show),
    Operation("GET", "/reports/{name}", "read", reports.show),
    Operation("POST", "/invoices/bulk", "write", jobs.send_drafts),
    Operation("POST", "/invoice-sets/bulk", "write", jobs.move_sets),
    Operation("GET", "/jobs/{id}", "read", jobs.show),
    Operation("GET", "/events", "read", events.list_them),
)

MOVES = tuple(
    Operation("POST", f"/invoice-sets/{{id}}/{move.name}", sets.scope_of(move), sets.moving(move), f"{move.label}.")
    for move in sets.MOVES
)

OPERATIONS = (*TABLE, *MOVES)
