"""The clinic's books, for reports to be asked of them."""

from tests.billing.conftest import clinic

__all__ = ["clinic"]
