"""The console: one page in which a person works the sandbox by hand, and follows a tour through it."""

from sandbox.console.contacts import Contact
from sandbox.console.pages import mount
from sandbox.console.stage import Role
from sandbox.console.tour import Place, Scene, Step

__all__ = ["Contact", "Place", "Role", "Scene", "Step", "mount"]
