"""The same world and listener that the stand-ins' own tests have."""

from tests.sandbox.conftest import service, world

__all__ = ["service", "world"]
