"""Drafts of many sessions' charges, written together: the same rows that billing.drafts writes for each."""

from collections.abc import Sequence
from typing import Any

from domain.access import Actor
from domain.bill import Bill
from domain.practice import Practice
from models.change import Change
from models.invoices import Invoice, InvoiceLine, InvoiceTax
from models.rows import NewRows

FROM_CHARGE = (
    "code",
    "kind",
    "patient_id",
    "served_on",
    "description",
    "quantity_thousandths",
    "unit_price_cents",
    "amount_cents",
    "taxes",
)


class NewDrafts:
    """Gathered first, under ids that the database has given out for them."""

    def __init__(self, practice: Practice, actor: Actor, told: Change) -> None:
        self._practice, self._actor, self._told = practice, actor, told
        self._invoices, self._lines, self._taxes = NewRows(Invoice), NewRows(InvoiceLine), NewRows(InvoiceTax)

    def add(self, id: int, charges: Sequence[dict[str, Any]], bill: Bill) -> None:
        guarantor, location = charges[0]["guarantor_id"], charges[0]["location"]
        self._invoices.add(
            {
                "id": id,
                "guarantor_id": guarantor,
                "location": location,
                "currency": self._practice.currency,
                "total_cents": bill.total_cents,
                "created_at": self._told.now,
            }
        )
        for position, charge in enumerate(charges, 1):
            same = {name: charge[name] for name in FROM_CHARGE}
            self._lines.add({"invoice_id": id, "position": position, "charge_id": charge["id"], **same})
        for each in bill.taxes:
            self._taxes.add(
                {
                    "invoice_id": id,
                    "name": each.name,
                    "title": each.tax.title,
                    "basis_points": each.tax.basis_points,
                    "included": each.tax.included,
                    "base_cents": each.base_cents,
                    "amount_cents": each.amount_cents,
                }
            )
        self._told.tell(
            "invoice.drafted",
            f"invoice:{id}",
            actor=self._actor,
            location=location,
            guarantor=guarantor,
            after={"status": "draft", "total_cents": bill.total_cents},
        )

    async def write(self) -> None:
        for rows in (self._invoices, self._lines, self._taxes):
            await rows.write()
