"""The console: one page in which a person works the sandbox by hand."""

from sandbox.console.pages import mount

__all__ = ["mount"]
