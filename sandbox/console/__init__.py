"""The console: one page in which a person works the sandbox by hand, and follows a tour through it."""

from sandbox.console.given import Contact, Place, Role, Scene, Step
from sandbox.console.pages import mount

__all__ = ["Contact", "Place", "Role", "Scene", "Step", "mount"]
