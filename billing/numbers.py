"""Numbers that run without gaps: given out inside the transaction that uses them."""

from models.database import returning

NEXT = """
    INSERT INTO counter (name, given) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET given = counter.given + 1 RETURNING given
"""


async def next_invoice_number() -> str:
    [row] = await returning(NEXT, ["invoice", 1001])
    return f"INV-{row['given']}"
